import { isDay } from "../../core/day.ts";

// Days are texts, `YYYY-MM-DD`, that sort as they follow one another.

const dayLength = 86_400_000;

/** The day so many days after another. */
export function addDays(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * dayLength);
}

// A moment in the last minute of a day, 23:59:59, is meant as its end.
const minute = 60_000;

/**
 * The last day that is wholly before a moment, `2026-01-31` for `2026-02-01` and for `2026-02-01T15:00:00Z`: other tools' rules end at a
 * moment, exceptions with a day. Undefined where the text is no moment as RFC 3339 writes it (a day alone begins at midnight, UTC).
 */
export function lastDayBefore(moment: string): string | undefined {
  const time = momentOf(moment);
  return time === undefined ? undefined : dayOf(time + minute - dayLength);
}

/** The day of a moment in UTC; undefined where the text is none. */
export function dayOfMoment(moment: string): string | undefined {
  const time = momentOf(moment);
  return time === undefined ? undefined : dayOf(time);
}

function momentOf(text: string): number | undefined {
  const [, day = "", clock = "", zone = ""] =
    /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s?([Zz]|[+-]\d{2}:?\d{2})?)?$/u.exec(
      text,
    ) ?? [];
  if (!isDay(day)) return undefined;
  const time = clock === "" ? Date.parse(day) : Date.parse(`${day}T${clock}${zoneOf(zone)}`);
  return Number.isNaN(time) ? undefined : time;
}

function zoneOf(zone: string): string {
  if (zone === "") return "Z";
  return zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
