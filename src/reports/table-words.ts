import type { FindingCounts } from "../core/finding.ts";
import type { Verdict } from "../core/report.ts";
import { severityStyles, severityWord } from "./table-row.ts";
import { clean, paint, type Style, type Terminal } from "./terminal.ts";

/** How a verdict's word is painted. */
export const verdictStyles: Readonly<Record<Verdict["decision"], Style>> = {
  pass: "green",
  fail: "red",
  unknown: "yellow",
};

/** `2 critical, 1 low (3 fixable)`. */
export function countsText({ bySeverity, fixable, exploited }: FindingCounts, terminal: Terminal): string {
  if (bySeverity.length === 0) return "no findings";
  const flaws = bySeverity.map(({ severity, count }) =>
    paint(terminal, `${count} ${severityWord(severity)}`, ...severityStyles[severity]),
  );
  const more = [`${fixable} fixable`, ...(exploited === 0 ? [] : [`${exploited} known to be exploited`])];
  return `${flaws.join(", ")} (${more.join(", ")})`;
}

/** `1 layer`, `2 layers`. */
export function counted(count: number, what: string, ending = "s"): string {
  return `${count} ${what}${count === 1 ? "" : ending}`;
}

/** A digest as far as people compare it. */
export function shortDigest(digest: string): string {
  return clean(digest).slice(0, "sha256:".length + 12);
}
