import type {
  CheckCondition,
  FindingCondition,
  ImageCondition,
  PackageCondition,
  Policy,
  Rule,
  Scope,
} from "../core/policy.ts";
import type { RuleReason } from "../core/report.ts";
import { shorthandRules, thresholdWord, undecidedReasons, violationReasons } from "./reasons.ts";
import type { RuleOutcome } from "./rules.ts";
import type { Subject } from "./subject.ts";

/** A policy's rule in words, by its id. */
export interface ExplainedRule {
  readonly id: string;
  readonly words: string;
}

/** What a policy asks, rule by rule, in words; the two that `failOn` stands for first. */
export function explainedRules(policy: Policy): readonly ExplainedRule[] {
  return [...shorthand(policy), ...policy.rules.map((rule) => ({ id: rule.id, words: ruleWords(rule) }))];
}

function shorthand({ failOn, onlyFixed }: Policy): readonly ExplainedRule[] {
  if (failOn === "never") return [];
  const bar = failOn === "unknown" ? "of any severity" : `that is ${orWorse(failOn)}`;
  const fixable = onlyFixed ? " and that a version mends" : "";
  return [
    { id: shorthandRules.findings, words: `fails on a finding ${bar}${fixable}` },
    { id: shorthandRules.checks, words: `fails on what a check finds ${bar}` },
  ];
}

/** What a policy does beside its rules, in words. */
export function policyWords(policy: Policy): readonly string[] {
  const { unknown, unownedExecutables, checks, exceptions, baseline, signatures } = policy;
  const off = Object.entries(checks).flatMap(([id, setting]) => (setting.off === true ? [id] : []));
  const rated = Object.entries(checks).flatMap(([id, { severity, off: gone }]) =>
    severity === undefined || gone === true ? [] : [`${id} is ${severity}`],
  );
  const { default: otherwise = "unknown", ...named } = unknown;
  const actions = Object.entries(named).map(([code, action]) => `${code}: ${action}`);
  const grace = Object.entries(baseline.graceDays).map(([severity, days]) => `${severity} ${days} days`);
  return [
    `what is not known makes the verdict ${verdictWord(otherwise)}${actions.length === 0 ? "" : ` (${actions.join(", ")})`}`,
    ...(unownedExecutables === "unknown"
      ? ["an executable of no package is something that is not known"]
      : []),
    ...(rated.length === 0 ? [] : [`checks: ${rated.join(", ")}`]),
    ...(off.length === 0 ? [] : [`checks that are off: ${off.join(", ")}`]),
    ...(exceptions.longestDays === null
      ? []
      : [`an exception holds for ${exceptions.longestDays} days at most`]),
    `${signatures.demand.join(" and ")}: a bad one refuses the image, an absent one makes the verdict ${verdictWord(signatures.absent)}${
      signatures.absent === "fail" ? ", and so does one that nobody checked" : " where it is looked for"
    }`,
    `an exception of no use ${exceptions.stale === "fail" ? "refuses the image" : "is told"}`,
    `beside a baseline, an advisory that is new ${baseline.newAdvisories === "fail" ? "counts" : "does not count"}${
      grace.length === 0
        ? ", and what was there before does not"
        : `, and what was there before counts when its fix is out for longer than: ${grace.join(", ")}`
    }`,
  ];
}

function verdictWord(action: string): string {
  return action === "pass" ? "no worse" : action;
}

/** What a rule asks, in words. */
function ruleWords({ action, description, scope, target }: Rule): string {
  const verb = action === "warn" ? "warns of" : "fails on";
  const why = description === undefined ? "" : ` (${description.trim().replace(/[.\s]+$/u, "")})`;
  return `${verb} ${targetWords(target)}${scopeWords(scope)}${why}`;
}

function targetWords(target: Rule["target"]): string {
  switch (target.about) {
    case "finding":
      return joined("a finding", findingWords(target.where));
    case "check":
      return joined("what a check finds", checkWords(target.where));
    case "package":
      return joined("a package", packageWords(target.where));
    case "image":
      return joined("an image", imageWords(target.where));
  }
}

function joined(what: string, conditions: readonly string[]): string {
  return conditions.length === 0 ? what : `${what} ${conditions.join(" and ")}`;
}

function findingWords(where: FindingCondition): readonly string[] {
  const { severity, fixable, kev, epss, fixedForDays, ids, packages } = where;
  return [
    ...told(severity, (one) => `that is ${orWorse(one)}`),
    ...told(fixable, (yes) => (yes ? "that a version mends" : "that no version mends")),
    ...told(kev, (yes) => (yes ? "that is known to be exploited" : "that is not known to be exploited")),
    ...told(epss, (one) => `whose EPSS is at least ${one}`),
    ...told(fixedForDays, (days) => `whose fix has been out for ${days} days`),
    ...told(ids, (list) => `that is ${oneOf(list)}`),
    ...told(packages, (list) => `in ${oneOf(list)}`),
    ...commonWords(where),
  ];
}

function checkWords(where: CheckCondition): readonly string[] {
  return [
    ...told(where.severity, (one) => `that is ${orWorse(one)}`),
    ...told(where.ids, (list) => `by ${oneOf(list)}`),
    ...commonWords(where),
  ];
}

function packageWords(where: PackageCondition): readonly string[] {
  return [
    ...told(where.packages, (list) => `that is ${oneOf(list)}`),
    ...told(where.licencesDenied, (list) => `that cannot be taken without ${oneOf(list)}`),
    ...told(where.licencesAllowed, (list) => `that cannot be taken with ${oneOf(list)} alone`),
    ...told(where.behindDays, (days) => `that is behind its distribution's for more than ${days} days`),
    ...commonWords(where),
  ];
}

function imageWords(where: ImageCondition): readonly string[] {
  return [
    ...told(where.endOfLifeWithinDays, (days) =>
      days === 0
        ? "whose system or runtime is past its end of life"
        : `whose system or runtime ends within ${days} days`,
    ),
    ...told(where.olderThanDays, (days) => `that is older than ${days} days`),
    ...told(where.basesAllowed, (list) => `whose base is not ${oneOf(list)}`),
    ...told(where.baseBehind, (yes) => `whose base is ${yes ? "behind" : "at"} its tag`),
    ...commonWords(where),
  ];
}

function commonWords(where: {
  readonly from?: string | undefined;
  readonly when?: string | undefined;
}): readonly string[] {
  return [
    ...told(where.from, (from) => `in a layer of the ${from === "base" ? "base image" : "application"}`),
    ...told(where.when, (text) => `for which ${text.replace(/\s+/gu, " ").trim()}`),
  ];
}

function scopeWords(scope: Scope | undefined): string {
  if (scope === undefined) return "";
  const { images, repositories, namespaces, labels } = scope;
  const parts = [
    ...told(images, (list) => `images ${list.join(", ")}`),
    ...told(repositories, (list) => `repositories ${list.join(", ")}`),
    ...told(namespaces, (list) => `namespaces ${list.join(", ")}`),
    ...told(
      labels,
      (map) =>
        `labels ${Object.entries(map)
          .map(([name, value]) => `${name}=${value}`)
          .join(", ")}`,
    ),
  ];
  return `, in ${parts.join(" and ")}`;
}

function told<T>(value: T | undefined, words: (value: T) => string): readonly string[] {
  return value === undefined ? [] : [words(value)];
}

function oneOf(list: readonly string[]): string {
  return list.length === 1 ? (list[0] ?? "") : `one of ${list.join(", ")}`;
}

function orWorse(severity: Exclude<Policy["failOn"], "never">): string {
  return severity === "critical" ? "critical" : `${thresholdWord(severity)} or worse`;
}

/** What one rule says of an image, line by line. */
export function outcomeWords(outcome: RuleOutcome, subject: Subject): readonly string[] {
  if (!outcome.inScope) return ["it does not speak of this image"];
  const reasons: readonly RuleReason[] = [
    ...violationReasons(outcome, subject),
    ...undecidedReasons(outcome),
  ];
  const prefix = `rule ${outcome.rule.id}: `;
  const lines = reasons.map(({ code, message }) => {
    const text = message.startsWith(prefix) ? message.slice(prefix.length) : message;
    return code === "rule-violated" ? text : `cannot be decided: ${text}`;
  });
  return lines.length === 0 ? ["nothing violates it"] : lines;
}
