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
