import type { CheckFinding } from "../core/check.ts";
import type { Finding } from "../core/finding.ts";
import type { Policy } from "../core/policy.ts";
import type { RuleReason } from "../core/report.ts";
import { severities } from "../core/severity.ts";
import { compareText } from "../core/text-order.ts";
import type { RuleOutcome } from "./rules.ts";
import type { Subject } from "./subject.ts";

/** Names of the two rules that `failOn` stands for; no rule of a policy may have them. */
export const shorthandRules = { findings: "fail-on", checks: "fail-on-checks" } as const;

/** What `failOn` says of findings: a reason for each severity, worst first. */
export function failOnReasons(
  refused: readonly Finding[],
  policy: Policy,
  subject: Subject,
): readonly RuleReason[] {
  return severities.flatMap((severity) => {
    const own = refused.filter((finding) => finding.severity === severity);
    if (own.length === 0) return [];
    const what = severity === "unknown" ? "findings of unknown severity" : `${severity} findings`;
    const named = own.length === 1 ? what.replace("findings", "finding") : what;
    return [
      {
        code: "finding-refused",
        message: `${own.length} ${policy.onlyFixed ? "fixable " : ""}${named} (fail on ${thresholdWord(policy.failOn)})`,
        rule: shorthandRules.findings,
        findings: sortedKeys(own.map((finding) => subject.keyOf(finding))),
      },
    ];
  });
}

/** What `failOn` says of checks: a reason for each check, worst first. */
export function failOnCheckReasons(
  refused: readonly CheckFinding[],
  policy: Policy,
  subject: Subject,
): readonly RuleReason[] {
  const byId = Map.groupBy(refused, ({ id }) => id);
  return [...byId.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { id, title, severity } = first;
    const times = own.length === 1 ? "" : ` (${own.length})`;
    return [
      {
        code: "check-failed",
        message: `${id} ${title}${times}: ${severity} (fail on ${thresholdWord(policy.failOn)})`,
        rule: shorthandRules.checks,
        findings: sortedKeys(own.map((check) => subject.checkKeyOf(check))),
      },
    ];
  });
}

/** What a rule has against an image, in one reason; none where it has nothing. */
export function violationReasons(outcome: RuleOutcome, subject: Subject): readonly RuleReason[] {
  const { rule, findings, checks, packages, image } = outcome;
  const said = [
    ...(findings.length > 0 ? [findingWords(findings)] : []),
    ...(checks.length > 0 ? [checkWords(checks)] : []),
    ...(packages.length > 0 ? [packageWords(packages)] : []),
    ...image,
  ];
  if (said.length === 0) return [];
  const keys = [
    ...findings.map((finding) => subject.keyOf(finding)),
    ...checks.map((check) => subject.checkKeyOf(check)),
  ];
  const message = `rule ${rule.id}: ${said.join("; ")}`;
  return [{ code: "rule-violated", message, rule: rule.id, findings: sortedKeys(keys) }];
}

/** What cannot be told by a rule, in one reason for each cause. */
export function undecidedReasons({ rule, undecided }: RuleOutcome): readonly RuleReason[] {
  const byCause = Map.groupBy(undecided, ({ why }) => why);
  return [...byCause.entries()].map(([why, things]) => {
    const [first] = things;
    const more = things.length === 1 ? "" : ` and ${things.length - 1} more`;
    return {
      code: first?.code ?? "rule-undecided",
      message: `rule ${rule.id}: ${why} (${first?.what ?? ""}${more})`,
      rule: rule.id,
      findings: [],
    };
  });
}

function findingWords(findings: readonly Finding[]): string {
  const [worst] = findings;
  if (worst === undefined) return "";
  const { id, severity, package: purl } = worst;
  return findings.length === 1
    ? `${id} (${severity}) in ${purl}`
    : `${findings.length} findings, the worst ${id} (${severity}) in ${purl}`;
}

function checkWords(checks: readonly CheckFinding[]): string {
  const ids = [...new Set(checks.map(({ id, title }) => `${id} ${title}`))];
  return listed(ids);
}

function packageWords(
  packages: readonly { readonly purl: string; readonly licences: readonly string[] }[],
): string {
  const names = packages.map(
    ({ purl, licences }) => `${purl} (${licences.join(", ") || "no licence stated"})`,
  );
  return packages.length === 1 ? listed(names) : `${packages.length} packages: ${listed(names)}`;
}

const mostNamed = 3;

function listed(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return names.slice(0, mostNamed).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** A threshold as people write it. */
export function thresholdWord(failOn: Policy["failOn"]): string {
  return failOn === "unknown" ? "any" : failOn;
}

function sortedKeys(keys: readonly string[]): readonly string[] {
  return keys.toSorted(compareText);
}
