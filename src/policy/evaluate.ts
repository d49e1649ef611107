import type { CheckFinding } from "../core/check.ts";
import type { Finding } from "../core/finding.ts";
import type { Policy } from "../core/policy.ts";
import type { Coverage, Gap, ImageVerdict, Report, RuleReason } from "../core/report.ts";
import { atLeast, type Severity, severities } from "../core/severity.ts";

/** What a verdict is made from. */
export interface Case {
  readonly findings: readonly Finding[];
  readonly undecided: Report["undecided"];
  readonly checks: readonly CheckFinding[];
  readonly gaps: readonly Gap[];
  readonly unownedExecutables: Coverage["unownedExecutables"];
}

/** Fails on high and critical findings; an executable that no package claims is listed. */
export const defaultPolicy: Policy = {
  failOn: "high",
  onlyFixed: false,
  unownedExecutables: "list",
  checks: {},
  rules: [],
  unknown: {},
  exceptions: { longestDays: null },
  baseline: { newAdvisories: "pass", graceDays: {} },
};

/**
 * The one place where a verdict is made: `fail` when a finding or a check reaches the threshold, else `unknown` when anything
 * was left unread or undecided, else `pass`. The reasons of a `fail` also tell what is unknown. Pure.
 */
export function evaluate(facts: Case, policy: Policy): ImageVerdict {
  const failing = [...failingReasons(facts.findings, policy), ...failingChecks(facts.checks, policy)];
  const unknown = unknownReasons(facts, policy);
  return {
    decision: failing.length > 0 ? "fail" : unknown.length > 0 ? "unknown" : "pass",
    reasons: [...failing, ...unknown],
    warnings: [],
    toPass: [],
  };
}

/** Does the policy refuse this finding? */
export function refuses({ failOn, onlyFixed }: Policy, { severity, fix }: Finding): boolean {
  return failOn !== "never" && atLeast(severity, failOn) && (!onlyFixed || fix.state === "fixed");
}

// Worst severity first.
function failingReasons(findings: readonly Finding[], policy: Policy): readonly RuleReason[] {
  const refused = findings.filter((finding) => refuses(policy, finding));
  return severities.flatMap((severity) => {
    const count = refused.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [reason("finding-refused", refusal(count, severity, policy))];
  });
}

// A check has no version that mends it: what mends it is in the hands of who builds the image.
function failingChecks(checks: readonly CheckFinding[], { failOn }: Policy): readonly RuleReason[] {
  if (failOn === "never") return [];
  const refused = checks.filter(({ severity }) => atLeast(severity, failOn));
  const counts = new Map<string, { readonly check: CheckFinding; readonly count: number }>();
  for (const check of refused) {
    const { count = 0 } = counts.get(check.id) ?? {};
    counts.set(check.id, { check, count: count + 1 });
  }
  return [...counts.values()].map(({ check: { id, title, severity }, count }) =>
    reason(
      "check-failed",
      `${id} ${title}${count === 1 ? "" : ` (${count})`}: ${severity} (fail on ${ruleWord(failOn)})`,
    ),
  );
}

function refusal(count: number, severity: Severity, { failOn, onlyFixed }: Policy): string {
  const what = severity === "unknown" ? "findings of unknown severity" : `${severity} findings`;
  return `${count} ${onlyFixed ? "fixable " : ""}${count === 1 ? what.replace("findings", "finding") : what} (fail on ${ruleWord(failOn)})`;
}

function ruleWord(failOn: Policy["failOn"]): string {
  return failOn === "unknown" ? "any" : failOn;
}

function unknownReasons(facts: Case, policy: Policy): readonly RuleReason[] {
  const { undecided, unownedExecutables, gaps } = facts;
  const reasons = gaps.map(gapReason);
  if (undecided.length > 0)
    reasons.push(reason("undecided", counted(undecided.length, "match", "matches", "not be decided")));
  if (policy.unownedExecutables === "unknown" && unownedExecutables.length > 0)
    reasons.push(
      reason(
        "unowned-executables",
        counted(unownedExecutables.length, "executable", "executables", "not be attributed to a package"),
      ),
    );
  const distinct = new Map(reasons.map((reason) => [`${reason.code}\n${reason.message}`, reason]));
  return [...distinct.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reason]) => reason);
}

function gapReason({ code, message, path, layer }: Gap): RuleReason {
  const place = [path, layer === undefined ? undefined : `layer ${layer}`].filter(
    (part) => part !== undefined,
  );
  return reason(code, place.length === 0 ? message : `${message} (${place.join(", ")})`);
}

function reason(code: string, message: string): RuleReason {
  return { code, message, rule: null, findings: [] };
}

function counted(count: number, one: string, many: string, state: string): string {
  return `${count} ${count === 1 ? one : many} could ${state}`;
}
