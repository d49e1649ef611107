import type { CheckFinding } from "../core/check.ts";
import type { Finding } from "../core/finding.ts";
import { checkKeys, findingKeys } from "../core/identity.ts";
import type { Baseline, Report } from "../core/report.ts";

/** The parts of a report that are compared. */
type Compared = Pick<Report, "packages" | "findings" | "suppressed" | "checks" | "suppressedChecks">;

/** Findings with what they are beside the baseline, and the sums. */
export interface BaselineAnswer {
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckFinding[];
  readonly baseline: Baseline;
}

/**
 * Tells what an image brings in that its baseline had not: a finding is `known` when the baseline has it, for whichever version;
 * `new-advisory` when the baseline has the package in this version without it; else `changed`. Pure.
 */
export function compareWithBaseline(
  { packages, findings, checks }: Pick<Report, "packages" | "findings" | "checks">,
  before: Compared & Pick<Report, "image">,
): BaselineAnswer {
  const old = [...before.findings, ...before.suppressed];
  const known = new Set(findingKeys(old, before.packages).values());
  const purls = new Set(before.packages.map(({ purl }) => purl));
  const keys = findingKeys(findings, packages);
  const judged = findings.map((finding) => ({
    ...finding,
    since: known.has(keys.get(finding) ?? "")
      ? ("known" as const)
      : purls.has(finding.package)
        ? ("new-advisory" as const)
        : ("changed" as const),
  }));
  const now = new Set(keys.values());
  const { reference, digest } = before.image;
  return {
    findings: judged,
    checks: judgedChecks(checks, [...before.checks, ...before.suppressedChecks]),
    baseline: {
      reference,
      digest,
      ...sums(judged),
      mended: [...known].filter((key) => !now.has(key)).length,
    },
  };
}

/** The same beside the image's own base: what its layers bring is `known`. */
export function compareWithBase(
  report: Pick<Report, "image" | "findings" | "checks">,
): BaselineAnswer | undefined {
  const { layers, reference, digest } = report.image;
  const base = new Set(layers.filter(({ fromBase }) => fromBase === true).map(({ index }) => index));
  // Where it cannot be told what the base is, nothing is known before.
  if (base.size === 0) return undefined;
  const sinceOf = (layer: number | undefined): "known" | "changed" =>
    layer !== undefined && base.has(layer) ? "known" : "changed";
  const findings = report.findings.map((finding) => ({ ...finding, since: sinceOf(finding.layer) }));
  const checks = report.checks.map((check) => ({ ...check, since: sinceOf(check.layer) }));
  return { findings, checks, baseline: { reference, digest, ...sums(findings), mended: 0 } };
}

function judgedChecks(
  checks: readonly CheckFinding[],
  before: readonly CheckFinding[],
): readonly CheckFinding[] {
  const known = new Set(checkKeys(before).values());
  const keys = checkKeys(checks);
  return checks.map((check) => ({
    ...check,
    since: known.has(keys.get(check) ?? "") ? ("known" as const) : ("changed" as const),
  }));
}

function sums(findings: readonly Finding[]): Pick<Baseline, "changed" | "newAdvisories" | "known"> {
  const of = (since: Finding["since"]): number =>
    findings.filter((finding) => finding.since === since).length;
  return { changed: of("changed"), newAdvisories: of("new-advisory"), known: of("known") };
}
