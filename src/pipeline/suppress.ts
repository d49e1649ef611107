import type { Exception } from "../core/exception.ts";
import type { Finding } from "../core/finding.ts";
import { placeOf } from "../core/place.ts";
import type { Placement, Policy } from "../core/policy.ts";
import type { Facts, Upgrade } from "../core/report.ts";
import type { SuppressedCheck, SuppressedFinding } from "../core/suppression.ts";
import type { VexStatement } from "../core/vex.ts";
import { applyExceptions, type ExceptionSubject } from "../policy/exceptions/apply.ts";
import { applyVex, type VexSubject } from "../policy/vex/apply.ts";

/** What may keep findings out of a verdict. */
export interface Suppressing {
  readonly exceptions: readonly Exception[];
  readonly vex: readonly VexStatement[];
  /** In words what is to be known of them. */
  readonly notes: readonly string[];
}

/** Facts as they were before anything was suppressed: what a saved report holds comes back. Pure. */
export function unsuppressed(facts: Facts): Facts {
  if (facts.suppressed.length + facts.suppressedChecks.length === 0) return facts;
  return {
    ...facts,
    findings: [...facts.findings, ...facts.suppressed.map(openFinding)],
    checks: [...facts.checks, ...facts.suppressedChecks.map(openCheck)],
    suppressed: [],
    suppressedChecks: [],
  };
}

function openFinding(suppressed: SuppressedFinding): Finding {
  const { suppression: _, ...finding } = suppressed;
  return finding;
}

function openCheck(suppressed: SuppressedCheck): Facts["checks"][number] {
  const { suppression: _, ...check } = suppressed;
  return check;
}

/**
 * Takes out of the findings what a supplier's VEX or an exception of ours says may stand, and keeps it beside them. VEX comes first:
 * what a supplier has settled needs no exception, and one for it is told as shadowed. Pure.
 */
export function suppress(
  facts: Facts,
  { exceptions, vex, notes }: Suppressing,
  policy: Policy,
  placements: readonly Placement[] = [],
): Facts {
  const settled = applyVex(vexSubject(facts), vex);
  const subject = exceptionSubject({ ...facts, findings: settled.findings }, settled.suppressed, placements);
  const excepted = applyExceptions(subject, exceptions, facts.currency.today, policy.exceptions);
  const told = [...notes, ...settled.notes];
  return {
    ...facts,
    findings: excepted.findings,
    suppressed: [...settled.suppressed, ...excepted.suppressed],
    checks: excepted.checks,
    suppressedChecks: excepted.suppressedChecks,
    exceptions: excepted.states,
    vex: settled.states,
    upgrades: upgradesFor(facts.upgrades, excepted.findings),
    coverage: { ...facts.coverage, notes: [...new Set([...facts.coverage.notes, ...told])] },
  };
}

/** What VEX statements are applied to. */
export function vexSubject({
  image,
  packages,
  findings,
}: Pick<Facts, "image" | "packages" | "findings">): VexSubject {
  const digests = image.digest === null ? [] : [image.digest];
  return { image: { references: [image.reference], digests, platform: image.platform }, packages, findings };
}

function exceptionSubject(
  facts: Facts,
  suppressed: readonly SuppressedFinding[],
  placements: readonly Placement[],
): ExceptionSubject {
  const { image, findings, checks, undecided, packages } = facts;
  const labels = Object.assign({}, ...placements.map((placement) => placement.labels), image.labels);
  return {
    image: {
      references: [image.reference],
      digest: image.digest,
      labels,
      namespaces: [...new Set(placements.map(({ namespace }) => namespace ?? ""))],
    },
    findings,
    suppressed,
    checks,
    undecided,
    packages,
    layers: image.layers,
  };
}

// An upgrade that mends nothing that still counts is none that is asked for.
function upgradesFor(upgrades: readonly Upgrade[], findings: readonly Finding[]): readonly Upgrade[] {
  const left = new Map<string, number>();
  for (const { package: purl, layer, fix } of findings) {
    const key = placeOf(purl, layer);
    if (fix.state === "fixed") left.set(key, (left.get(key) ?? 0) + 1);
  }
  return upgrades.flatMap((upgrade) => {
    const fixable = left.get(placeOf(upgrade.package, upgrade.layer)) ?? 0;
    return fixable === 0 ? [] : [{ ...upgrade, fixable, mends: Math.min(upgrade.mends, fixable) }];
  });
}
