import type { CheckFinding } from "../core/check.ts";
import { daysBetween } from "../core/day.ts";
import type { Finding } from "../core/finding.ts";
import type { Policy } from "../core/policy.ts";
import { atLeast } from "../core/severity.ts";
import { type Counted, judge, type RuleOutcome } from "./rules.ts";
import type { Subject } from "./subject.ts";
import type { Expressions } from "./when.ts";

/** What each rule has against an image, the two that `failOn` stands for first. */
export interface Outcomes {
  /** Refused by `failOn`. */
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckFinding[];
  readonly rules: readonly RuleOutcome[];
}

/** What a policy's rules say of an image, one by one. */
export function outcomes(subject: Subject, policy: Policy, expressions: Expressions): Outcomes {
  const { today } = subject.facts.currency;
  const counted = subject.findings.filter((finding) => counts(finding, policy, today));
  // Beside a baseline what was there before is not this change's to mend.
  const checks = subject.checks.filter(({ since }) => since !== "known");
  const packages = subject.packages.filter(({ purl }) => subject.isBroughtIn(purl));
  const counting: Counted = { findings: counted, checks, packages };
  return {
    findings: counted.filter((finding) => refuses(policy, finding)),
    checks: checks.filter(({ severity }) => reaches(severity, policy)),
    rules: policy.rules.map((rule) => judge(rule, expressions.get(rule.id), subject, counting)),
  };
}

/** Does `failOn` refuse this finding? */
export function refuses(policy: Policy, { severity, fix }: Finding): boolean {
  return reaches(severity, policy) && (!policy.onlyFixed || fix.state === "fixed");
}

function reaches(severity: Finding["severity"], { failOn }: Policy): boolean {
  return failOn !== "never" && atLeast(severity, failOn);
}

/** Does a finding count beside the baseline? What the image itself brings in always does. */
function counts(finding: Finding, { baseline }: Policy, today: string): boolean {
  const { since = "changed", severity, fixedSince } = finding;
  if (since === "changed") return true;
  if (since === "new-advisory" && baseline.newAdvisories === "fail") return true;
  const grace = baseline.graceDays[severity];
  return grace !== undefined && fixedSince !== undefined && daysBetween(fixedSince, today) > grace;
}
