import type { CheckFinding } from "../../core/check.ts";
import type { Exception } from "../../core/exception.ts";
import type { Finding } from "../../core/finding.ts";
import { formatPurl, parsePurl } from "../../core/purl.ts";
import type { Report } from "../../core/report.ts";
import { type Severity, severityRank } from "../../core/severity.ts";
import { applyExceptions } from "./apply.ts";
import type { NewException } from "./edit.ts";
import { subjectOf } from "./review.ts";

const nowhere = { file: "", line: 1, column: 1 };

/** A new exception with what reports know of what it speaks of: the package, where there is but one, and what was seen. */
export function completed(asked: NewException, reports: readonly Report[], today: string): NewException {
  const { findings, checks } = spokenOf({ ...asked, reopens: [], place: nowhere }, reports, today);
  const [pkg, ...others] = new Set(findings.map((finding) => bareName(finding.package)));
  const only = others.length === 0 && checks.length === 0 ? pkg : undefined;
  return { ...asked, package: asked.package ?? only, seen: seenOf(findings, checks) };
}

/** What is wrong with a new exception beside those that are there, in words; `grave`: it must not be added. */
export function refusalOf(
  asked: NewException,
  there: readonly Exception[],
  reports: readonly Report[],
  today: string,
): { readonly grave: boolean; readonly message: string } | undefined {
  const exception = { ...asked, place: nowhere };
  const states = reports.map((report) => {
    const { states: all } = applyExceptions(
      subjectOf(report),
      [...there, exception],
      today,
      report.policy.exceptions,
    );
    return { image: report.image.reference, state: all.at(-1) };
  });
  const says = (word: string) => states.find(({ state }) => state?.state === word);
  if (says("used") !== undefined) return undefined;
  const broad = says("over-broad");
  if (broad !== undefined) return { grave: false, message: `over-broad: ${broad.state?.message ?? ""}` };
  const [first] = ["too-long", "reopened", "shadowed", "unmatched", "out-of-scope"].flatMap(
    (word) => says(word) ?? [],
  );
  const message = first?.state?.message ?? "";
  switch (first?.state?.state) {
    case "shadowed":
      return { grave: true, message: `it is of no use: ${message}` };
    case "out-of-scope":
      return { grave: true, message: `its scope leaves out "${first.image}": ${message}` };
    case "unmatched":
      return { grave: true, message: `it matches nothing: ${message}` };
    default:
      return { grave: true, message };
  }
}

function spokenOf(
  exception: Exception,
  reports: readonly Report[],
  today: string,
): { readonly findings: readonly Finding[]; readonly checks: readonly CheckFinding[] } {
  const all = reports.map((report) =>
    applyExceptions(subjectOf(report), [exception], today, { longestDays: null }),
  );
  return {
    findings: all.flatMap(({ suppressed }) => suppressed),
    checks: all.flatMap(({ suppressedChecks }) => suppressedChecks),
  };
}

function bareName(purl: string): string {
  const { type, namespace, name } = parsePurl(purl);
  return formatPurl({ type, namespace, name, qualifiers: {} });
}

// The worst of all counts, so that nothing that is there already reopens it.
function seenOf(findings: readonly Finding[], checks: readonly CheckFinding[]): Exception["seen"] {
  const ranks = [...findings, ...checks].map(({ severity }) => severity);
  const severity = ranks.reduce<Severity | undefined>(
    (worst, one) => (worst === undefined || severityRank(one) < severityRank(worst) ? one : worst),
    undefined,
  );
  if (findings.length === 0) return severity === undefined ? {} : { severity };
  const rated = findings.flatMap(({ epss }) => epss ?? []);
  return {
    severity,
    epss: rated.length === 0 ? undefined : Math.max(...rated),
    kev: findings.some(({ kev }) => kev),
    fixable: findings.some(({ fix }) => fix.state === "fixed"),
  };
}
