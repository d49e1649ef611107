import type { CheckFinding } from "../core/check.ts";
import type { Finding } from "../core/finding.ts";
import type { PackageType } from "../core/package.ts";
import { placeOf } from "../core/place.ts";
import type { Change, RuleReason, Upgrade } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";
import { schemes } from "../versions/list.ts";
import type { Outcomes } from "./outcomes.ts";
import type { RuleOutcome } from "./rules.ts";
import type { Subject } from "./subject.ts";

/** The smallest change after which an image would pass: only what refused findings and checks need, each step once. Empty for a pass. */
export function changesToPass(
  { findings, checks, rules }: Outcomes,
  reasons: readonly RuleReason[],
  subject: Subject,
): readonly Change[] {
  const refused = new Set([...findings, ...rules.flatMap((outcome) => outcome.findings)]);
  const edited = new Set([...checks, ...rules.flatMap((outcome) => outcome.checks)]);
  const ordered = subject.findings.filter((finding) => refused.has(finding));
  return [
    ...upgrades(ordered, subject),
    ...withoutFix(ordered),
    ...edits(subject.checks.filter((check) => edited.has(check))),
    ...others(rules, reasons, subject),
  ];
}

// Worst finding first, as the subject has them.
function byPackage(findings: readonly Finding[]): readonly (readonly [Finding, ...Finding[]])[] {
  const groups = Map.groupBy(findings, placeOfPackage);
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [[first, ...rest] as const],
  );
}

function placeOfPackage({ package: purl, layer }: Pick<Finding, "package" | "layer">): string {
  return placeOf(purl, layer);
}

function upgrades(refused: readonly Finding[], subject: Subject): readonly Change[] {
  const fixable = refused.filter(({ fix }) => fix.state === "fixed" && fix.versions.length > 0);
  const all = Map.groupBy(
    subject.findings.filter(({ fix }) => fix.state === "fixed"),
    placeOfPackage,
  );
  const wholes = new Map(subject.facts.upgrades.map((one) => [placeOfPackage(one), one]));
  return byPackage(fixable).map((own): Change => {
    const [first] = own;
    const { package: purl, layer } = first;
    const place = placeOfPackage(first);
    const version = versionFor(own, all.get(place)?.length ?? 0, wholes.get(place), subject);
    return { kind: "upgrade", package: purl, layer, version, findings: own.length };
  });
}

// The report's upgrade mends every fixable finding of a package. Where fewer are refused, less may do.
function versionFor(
  refused: readonly [Finding, ...Finding[]],
  fixable: number,
  whole: Upgrade | undefined,
  subject: Subject,
): string {
  if (whole !== undefined && fixable <= refused.length) return whole.version;
  const [{ package: purl, layer, fix }] = refused;
  const least = leastFor(refused, subject.packageAt(purl, layer)?.type);
  return least ?? whole?.version ?? fix.versions[0] ?? "";
}

// The least of the fixed versions that mends each for sure: it is one of a flaw's own, or above all of them. What lies between the
// fixed versions of two branches may have the flaw again.
function leastFor(refused: readonly Finding[], type: PackageType | undefined): string | undefined {
  const scheme = type === undefined ? undefined : schemes[schemeOf[type]];
  const all = [...new Set(refused.flatMap(({ fix }) => fix.versions))].sort(compareText);
  if (all.length === 1) return all[0];
  if (scheme === undefined || !all.every((version) => scheme.valid(version))) return undefined;
  const atLeast = (a: string, b: string): boolean => (scheme.compareText(a, b) ?? -1) >= 0;
  return all
    .sort((a, b) => scheme.compareText(a, b) ?? 0)
    .find((version) =>
      refused.every(
        ({ fix }) => fix.versions.includes(version) || fix.versions.every((fixed) => atLeast(version, fixed)),
      ),
    );
}

const schemeOf = {
  deb: "deb",
  apk: "apk",
  rpm: "rpm",
  npm: "semver",
  pypi: "pep440",
  maven: "maven",
  golang: "go",
  cargo: "cargo",
  generic: "pep440",
} as const satisfies Readonly<Record<PackageType, keyof typeof schemes>>;

function withoutFix(refused: readonly Finding[]): readonly Change[] {
  const unfixed = refused.filter(({ fix }) => fix.state !== "fixed" || fix.versions.length === 0);
  return byPackage(unfixed).map((own): Change => {
    const [{ package: purl, layer }] = own;
    const ids = [...new Set(own.map(({ id }) => id))].sort(compareText);
    return { kind: "no-fix", package: purl, layer, ids };
  });
}

function edits(refused: readonly CheckFinding[]): readonly Change[] {
  const distinct = Map.groupBy(refused, ({ id, layer }) => `${id}\n${layer ?? ""}`);
  return [...distinct.values()].flatMap(([first]): readonly Change[] =>
    first === undefined
      ? []
      : [{ kind: "edit", check: first.id, layer: first.layer ?? null, text: first.remedy }],
  );
}

function others(
  rules: readonly RuleOutcome[],
  reasons: readonly RuleReason[],
  subject: Subject,
): readonly Change[] {
  const texts = [
    ...rules.flatMap((outcome) => otherTexts(outcome, subject)),
    ...reasons
      .filter(isUnknown)
      .map(({ code, message }) => `${remedies[code] ?? "make known"}: ${message} (${code})`),
  ];
  return [...new Set(texts)].map((text) => ({ kind: "other", text }));
}

const remedies: Readonly<Record<string, string>> = {
  "signature-absent": "have it signed",
  "signature-invalid": "have it signed again, or trust who signed it",
  "signature-unchecked": "say whom you trust",
};

function isUnknown({ code }: RuleReason): boolean {
  return !["finding-refused", "check-failed", "rule-violated"].includes(code);
}

function otherTexts({ rule, packages, image }: RuleOutcome, subject: Subject): readonly string[] {
  const own = packages.map((pkg) => {
    const { newest = null } =
      subject.facts.currency.packages?.find(({ purl, layer }) => purl === pkg.purl && layer === pkg.layer) ??
      {};
    const behind = rule.target.about === "package" && rule.target.where.behindDays !== undefined;
    if (behind && newest !== null) return `rule ${rule.id}: bring ${pkg.purl} to ${newest}`;
    return `rule ${rule.id}: take ${pkg.purl} out, or another component in its place`;
  });
  return [...own, ...image.map((seen) => `rule ${rule.id}: mend that ${seen}`)];
}
