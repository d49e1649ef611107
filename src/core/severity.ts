/** Severities, worst first. `negligible` is what Debian calls unimportant and Ubuntu negligible; `unknown` was not rated. */
export const severities = ["critical", "high", "medium", "low", "negligible", "unknown"] as const;

/** A severity as every output writes it. */
export type Severity = (typeof severities)[number];

/** 0 for critical … 5 for unknown. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

/** Is `severity` as bad as `threshold` or worse? `unknown` is only as bad as `unknown`. */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return severityRank(severity) <= severityRank(threshold);
}

const words: ReadonlyMap<string, Severity> = new Map([
  ["critical", "critical"],
  ["high", "high"],
  ["important", "high"],
  ["medium", "medium"],
  ["moderate", "medium"],
  ["low", "low"],
  ["negligible", "negligible"],
  ["unimportant", "negligible"],
]);

/** A publisher's word (`Important`, `MODERATE`, `unimportant` …) as a severity; undefined where it rates nothing. */
export function severityWord(word: string | undefined): Severity | undefined {
  return word === undefined ? undefined : words.get(word.toLowerCase());
}
