import type { Placement, Policy } from "../core/policy.ts";
import type { Facts, ImageVerdict, RuleReason } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";
import { outcomes } from "./outcomes.ts";
import { failOnCheckReasons, failOnReasons, undecidedReasons, violationReasons } from "./reasons.ts";
import { signatureReasons } from "./signatures.ts";
import { nearReasons, staleReasons, statesOfOneOfMany } from "./stale.ts";
import { subjectOf } from "./subject.ts";
import { changesToPass } from "./to-pass.ts";
import { actionOnReason, olderUndecidedReasons, unknownReasons } from "./unknown.ts";
import type { Expressions } from "./when.ts";

/** The policy where none is given, preset `recommended`: fails on high and critical findings; an executable that no package claims is listed. */
export const defaultPolicy: Policy = {
  failOn: "high",
  onlyFixed: false,
  unownedExecutables: "list",
  checks: {},
  rules: [],
  unknown: {},
  exceptions: { longestDays: null, stale: "warn" },
  baseline: { newAdvisories: "pass", graceDays: {} },
  signatures: { absent: "unknown", demand: ["signature"] },
};

/** What beside an image's facts is in a verdict. */
export interface Beside {
  /** Workloads that use the image; rules for namespaces speak of none without them. */
  readonly placements?: readonly Placement[] | undefined;
  /** The policy's own, compiled; a rule whose expression is not here cannot be decided. */
  readonly expressions?: Expressions | undefined;
  /** The image is one of a set that is judged with the same exceptions: one that it has no use for may be another's. */
  readonly oneOfMany?: boolean | undefined;
}

/**
 * The one place where a verdict is made: `fail` when a rule is violated, else `unknown` when anything was left unread or undecided,
 * else `pass`. The reasons of a `fail` also tell what is unknown. Pure; no order of the facts is in it.
 */
export function evaluate(facts: Facts, policy: Policy, beside: Beside = {}): ImageVerdict {
  const subject = subjectOf(facts, beside.placements ?? []);
  const judged = outcomes(subject, policy, beside.expressions ?? new Map());
  const failing = judged.rules.filter(({ rule }) => rule.action === "fail");
  const warning = judged.rules.filter(({ rule }) => rule.action === "warn");
  const unsure = [
    ...unknownReasons(subject, policy),
    ...failing.flatMap((outcome) => undecidedReasons(outcome)),
  ];
  const states = beside.oneOfMany === true ? statesOfOneOfMany(facts.exceptions) : facts.exceptions;
  const stale = staleReasons(states, policy);
  const signatures = signatureReasons(facts, policy);
  const refusing: readonly RuleReason[] = [
    ...failOnReasons(judged.findings, policy, subject),
    ...failOnCheckReasons(judged.checks, policy, subject),
    ...failing.flatMap((outcome) => violationReasons(outcome, subject)),
    ...sortedReasons(unsure.filter((reason) => actionOnReason(reason, policy) === "fail")),
    ...stale.refusing,
    ...signatures.refusing,
  ];
  const unknown = sortedReasons([
    ...unsure.filter((reason) => actionOnReason(reason, policy) === "unknown"),
    ...signatures.unknown,
  ]);
  const reasons = [...refusing, ...unknown];
  return {
    decision: refusing.length > 0 ? "fail" : unknown.length > 0 ? "unknown" : "pass",
    reasons,
    warnings: [
      ...warning.flatMap((outcome) => [...violationReasons(outcome, subject), ...undecidedReasons(outcome)]),
      ...stale.told,
      ...nearReasons(facts),
      ...olderUndecidedReasons(subject, policy),
    ],
    toPass: changesToPass({ ...judged, rules: failing }, reasons, subject),
  };
}

function sortedReasons(reasons: readonly RuleReason[]): readonly RuleReason[] {
  return reasons.toSorted((a, b) => compareText(a.code, b.code) || compareText(a.message, b.message));
}
