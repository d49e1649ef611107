import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { daysBetween, isDay } from "../../core/day.ts";
import { addDays, dayOfMoment, lastDayBefore } from "./day.ts";

describe("isDay()", () => {
  const rows: readonly (readonly [text: string, is: boolean])[] = [
    ["2026-02-28", true],
    ["2024-02-29", true],
    ["2026-02-29", false],
    ["2026-02-30", false],
    ["2026-13-01", false],
    ["2026-1-1", false],
    ["2026-01-01T00:00:00Z", false],
    ["tomorrow", false],
    ["", false],
  ];
  for (const [text, is] of rows) test(`says ${is} to "${text}"`, () => assert.equal(isDay(text), is));
});

describe("lastDayBefore()", () => {
  const rows: readonly (readonly [moment: string, day: string | undefined])[] = [
    ["2026-02-01", "2026-01-31"],
    ["2026-02-01T00:00:00Z", "2026-01-31"],
    ["2026-02-01T15:00:00Z", "2026-01-31"],
    ["2026-02-01 15:00:00", "2026-01-31"],
    ["2026-02-01T23:59:59Z", "2026-02-01"],
    ["2026-02-01T23:59:59.999Z", "2026-02-01"],
    ["2026-02-01T01:00:00+02:00", "2026-01-30"],
    ["2026-02-01T23:00:00-0200", "2026-02-01"],
    ["2026-02-30", undefined],
    ["2026-02-01T25:00:00Z", undefined],
    ["soon", undefined],
    ["", undefined],
  ];
  for (const [moment, day] of rows)
    test(`of "${moment}" is ${day}`, () => assert.equal(lastDayBefore(moment), day));
});

test("dayOfMoment(), addDays() and daysBetween() count in UTC", () => {
  assert.equal(dayOfMoment("2026-02-01T23:30:00-01:00"), "2026-02-02");
  assert.equal(addDays("2026-02-28", 1), "2026-03-01");
  assert.equal(daysBetween("2026-01-01", "2026-04-01"), 90);
  assert.equal(daysBetween("2026-04-01", "2026-01-01"), -90);
});
