import { type CheckHit, type CheckOptions, type NumberOption, numberOf } from "../../core/check.ts";
import type { CurrencyCheck, EndOfLife, RuntimeCurrency } from "../../core/currency.ts";
import { daysBetween } from "../../core/day.ts";

const nearDays: NumberOption = {
  name: "days",
  kind: "days",
  default: 90,
  meaning: "an end of life that is nearer is told: time to plan the next release",
};
const lateDays: NumberOption = {
  name: "days",
  kind: "days",
  default: 30,
  meaning: "a newest version that is out for less is not told: a rebuild a month",
};

const source = "https://endoflife.date";

/** The operating system's release is past its end of life. */
export const osEnded: CurrencyCheck = {
  text: {
    id: "SW-IM-100",
    aliases: [],
    title: "Operating system past its end of life",
    severity: "medium",
    why: "The distribution mends this release no more and publishes no advisories on it: new flaws stay in the image, and no scanner can name them.",
    remedy: "Build on a release that is supported.",
    example: { before: "FROM debian:10", after: "FROM debian:13" },
    links: [source],
  },
  judge: ({ os }) =>
    os?.ended === true ? [{ message: `${os.id} ${os.release ?? ""} ${endedText(os)}` }] : [],
};

/** The operating system's release is soon past its end of life. */
export const osEnding: CurrencyCheck = {
  text: {
    id: "SW-IM-101",
    aliases: [],
    title: "Operating system near its end of life",
    severity: "low",
    why: "From that day on the distribution mends this release no more. A move to the next one takes time: new versions of everything must be tried.",
    remedy: "Plan the move to the next release before that day.",
    example: { before: "FROM debian:11", after: "FROM debian:13" },
    links: [source],
    options: [nearDays],
  },
  judge: ({ os }, options) =>
    os !== null && isNear(os, options) ? [{ message: `${os.id} ${os.release ?? ""} ${endingText(os)}` }] : [],
};

/** A runtime's release is past its end of life, and no distribution mends it. */
export const runtimeEnded: CurrencyCheck = {
  text: {
    id: "SW-IM-102",
    aliases: [],
    title: "Language runtime or server past its end of life",
    severity: "medium",
    why: "Its makers mend this release no more: flaws that are found in it from then on stay, and are often not even looked for in it.",
    remedy: "Move to a supported release, mostly by another tag of the base image.",
    example: { before: "FROM node:16", after: "FROM node:24" },
    links: [source],
  },
  judge: ({ runtimes }) =>
    runtimes.flatMap((runtime) => (isEnded(runtime) ? [hit(runtime, endedText(runtime))] : [])),
};

/** A runtime's release is soon past its end of life. */
export const runtimeEnding: CurrencyCheck = {
  text: {
    id: "SW-IM-103",
    aliases: [],
    title: "Language runtime or server near its end of life",
    severity: "low",
    why: "From that day on its makers mend this release no more, and a move to the next one needs the application's tests.",
    remedy: "Plan the move to the next release before that day.",
    example: { before: "FROM python:3.10", after: "FROM python:3.14" },
    links: [source],
    options: [nearDays],
  },
  judge: ({ runtimes }, options) =>
    runtimes.flatMap((runtime) =>
      runtime.supportedBy === "upstream" && isNear(runtime, options)
        ? [hit(runtime, endingText(runtime))]
        : [],
    ),
};

/** A runtime is not the newest of its release, and has not been for long. */
export const runtimeBehind: CurrencyCheck = {
  text: {
    id: "SW-IM-104",
    aliases: [],
    title: "Language runtime or server behind its release",
    severity: "low",
    why: "Within a release its makers only mend: each newer version has flaws and errors less, and asks nothing of the application.",
    remedy: "Rebuild on the present base image, or raise the version that the Dockerfile fetches.",
    example: { before: "FROM node:24.1.0", after: "FROM node:24" },
    links: [source],
    options: [lateDays],
  },
  // An ended release is told by another check: its newest version is no good, either.
  judge: ({ runtimes, today }, options) =>
    runtimes.flatMap((runtime) => {
      const { behind, newest, newestSince } = runtime;
      if (behind !== true || newest === null || newestSince === null || isEnded(runtime)) return [];
      const days = daysBetween(newestSince, today);
      if (days < numberOf(options, lateDays)) return [];
      return [hit(runtime, `is behind ${newest}, which is out for ${days} days`)];
    }),
};

function isEnded({ supportedBy, ended }: RuntimeCurrency): boolean {
  return supportedBy === "upstream" && ended === true;
}

function isNear({ ended, days }: EndOfLife, options: CheckOptions): boolean {
  return ended === false && days !== null && days <= numberOf(options, nearDays);
}

function endedText({ endOfLife, days }: EndOfLife): string {
  if (endOfLife === null || days === null) return "has reached its end of life";
  return `reached its end of life on ${endOfLife}, ${counted(-days)} ago`;
}

function endingText({ endOfLife, days }: EndOfLife): string {
  const when = days === null || days === 0 ? "today" : `in ${counted(days)}`;
  return `reaches its end of life ${when} (${endOfLife ?? ""})`;
}

function counted(days: number): string {
  return `${days} ${days === 1 ? "day" : "days"}`;
}

function hit(runtime: RuntimeCurrency, text: string): CheckHit {
  const { name, version, layer, paths } = runtime;
  return {
    message: `${name} ${version} ${text}`,
    layer,
    paths,
    entries: paths.length === 0 ? undefined : paths.length,
  };
}
