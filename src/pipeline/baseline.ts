import type { CheckFinding } from "../core/check.ts";
import type { Finding } from "../core/finding.ts";
import { checkKeys, findingKeys } from "../core/identity.ts";
import type { Package } from "../core/package.ts";
import { repositoryOf } from "../core/reference.ts";
import type { Baseline, Report } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";

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
  { packages, findings, suppressed, checks, suppressedChecks }: Compared,
  before: Compared & Pick<Report, "image">,
): BaselineAnswer {
  const old = [...before.findings, ...before.suppressed];
  const known = new Set(findingKeys(old, before.packages).values());
  const purls = new Set(before.packages.map(({ purl }) => purl));
  // What is suppressed is here still, and its neighbours' keys are to be those that they have without an exception.
  const keys = findingKeys([...findings, ...suppressed], packages);
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
    checks: judgedChecks(checks, suppressedChecks, [...before.checks, ...before.suppressedChecks]),
    baseline: {
      reference,
      digest,
      ...sums(judged),
      mended: [...known].filter((key) => !now.has(key)).length,
      packages: broughtIn(packages, ({ purl }) => !purls.has(purl)),
    },
  };
}

/**
 * What is to be known of a baseline: one of another repository, that the image is not built on, is most likely a slip. undefined: nothing.
 * An image without repository can be any.
 */
export function baselineNote(
  image: Pick<Report["image"], "reference" | "layers">,
  before: Pick<Report["image"], "reference" | "layers">,
): string | undefined {
  const own = repositoryOf(image.reference);
  const other = repositoryOf(before.reference);
  if (own === undefined || other === undefined || own === other) return undefined;
  const isBase = before.layers.every(({ diffId }, index) => diffId === image.layers[index]?.diffId);
  return isBase
    ? undefined
    : `baseline: ${before.reference} is of another repository than ${image.reference}`;
}

/** The same beside the image's own base: what its layers bring is `known`. */
export function compareWithBase(
  report: Pick<Report, "image" | "packages" | "findings" | "checks">,
): BaselineAnswer | undefined {
  const { layers, reference, digest } = report.image;
  const base = new Set(layers.filter(({ fromBase }) => fromBase === true).map(({ index }) => index));
  // Where it cannot be told what the base is, nothing is known before.
  if (base.size === 0) return undefined;
  const sinceOf = (layer: number | undefined): "known" | "changed" =>
    layer !== undefined && base.has(layer) ? "known" : "changed";
  const findings = report.findings.map((finding) => ({ ...finding, since: sinceOf(finding.layer) }));
  const checks = report.checks.map((check) => ({ ...check, since: sinceOf(check.layer) }));
  const packages = broughtIn(report.packages, ({ layer }) => !base.has(layer));
  return { findings, checks, baseline: { reference, digest, ...sums(findings), mended: 0, packages } };
}

function broughtIn(packages: Report["packages"], isNew: (pkg: Package) => boolean): readonly string[] {
  return [...new Set(packages.filter(isNew).map(({ purl }) => purl))].sort(compareText);
}

function judgedChecks(
  checks: readonly CheckFinding[],
  suppressed: readonly CheckFinding[],
  before: readonly CheckFinding[],
): readonly CheckFinding[] {
  const known = new Set(checkKeys(before).values());
  const keys = checkKeys([...checks, ...suppressed]);
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
