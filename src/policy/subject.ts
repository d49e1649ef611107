import type { CheckFinding } from "../core/check.ts";
import type { Finding } from "../core/finding.ts";
import { checkKeys, findingKeys } from "../core/identity.ts";
import type { Package } from "../core/package.ts";
import { packagesByPlace, placeOf } from "../core/place.ts";
import type { Placement, Scope } from "../core/policy.ts";
import { repositoryOf } from "../core/reference.ts";
import type { Facts } from "../core/report.ts";
import { severityRank } from "../core/severity.ts";
import { compareText } from "../core/text-order.ts";
import { scopeDifference } from "./exceptions/scope.ts";
import { type MissingRatings, missingRatings } from "./ratings.ts";

/** An image as rules look at it: its facts in an order of their own, so that no other order is in a verdict. */
export interface Subject {
  readonly facts: Facts;
  /** Worst first. */
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckFinding[];
  /** Sorted by purl. */
  readonly packages: readonly Package[];
  readonly placements: readonly Placement[];
  readonly namespaces: readonly string[];
  /** Canonical; as written where it names no registry's image. */
  readonly repository: string;
  readonly missing: MissingRatings;
  keyOf(finding: Finding): string;
  checkKeyOf(check: CheckFinding): string;
  packageAt(purl: string, layer: number): Package | undefined;
  /** Does the image bring a package in that its baseline has not in this version? Without a baseline it brings in all. */
  isBroughtIn(purl: string): boolean;
  /** Is a layer of the base image? null: nobody tells. */
  isBase(layer: number): boolean | null;
}

/** Facts made ready for rules. */
export function subjectOf(facts: Facts, placements: readonly Placement[]): Subject {
  const findings = sorted(facts.findings, (a, b) => worse(a, b) || compareText(a.package, b.package));
  const checks = sorted(facts.checks, (a, b) => worse(a, b) || compareText(a.message, b.message));
  const packages = sorted(facts.packages, (a, b) => compareText(a.purl, b.purl) || a.layer - b.layer);
  const byPlace = packagesByPlace(packages.toReversed());
  const fromBase = new Map(facts.image.layers.map((layer) => [layer.index, layer.fromBase]));
  const keys = findingKeys(findings, packages);
  const keysOfChecks = checkKeys(checks);
  const brought = facts.baseline === null ? undefined : new Set(facts.baseline.packages);
  const namespaces = new Set(placements.flatMap(({ namespace }) => namespace ?? []));
  return {
    facts,
    findings,
    checks,
    packages,
    placements,
    namespaces: [...namespaces].sort(compareText),
    // An archive or a directory has none: what was written stands for it.
    repository: repositoryOf(facts.image.reference) ?? facts.image.reference,
    missing: missingRatings(facts.coverage.database),
    keyOf: (finding) => keys.get(finding) ?? finding.id,
    checkKeyOf: (check) => keysOfChecks.get(check) ?? check.id,
    isBase: (layer) => fromBase.get(layer) ?? null,
    isBroughtIn: (purl) => brought?.has(purl) ?? true,
    packageAt: (purl, layer) => byPlace.get(placeOf(purl, layer)),
  };
}

/** Does a rule speak of the image? Namespace and labels are of one and the same workload; the image's own labels are every workload's. */
export function inScope(scope: Scope | undefined, { facts, placements }: Subject): boolean {
  if (scope === undefined) return true;
  const { reference, digest, labels } = facts.image;
  const places = placements.length === 0 ? [{ namespace: null, labels: {} }] : placements;
  return places.some((place) => {
    const namespaces = place.namespace === null ? [] : [place.namespace];
    const image = { references: [reference], digest, labels: { ...labels, ...place.labels }, namespaces };
    return scopeDifference(scope, image) === undefined;
  });
}

interface Rated {
  readonly severity: Finding["severity"];
  readonly id: string;
  readonly layer?: number | undefined;
}

function worse(a: Rated, b: Rated): number {
  return (
    severityRank(a.severity) - severityRank(b.severity) ||
    compareText(a.id, b.id) ||
    (a.layer ?? -1) - (b.layer ?? -1)
  );
}

// What is equal so far is told apart by all that it says.
function sorted<T>(items: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  return items.toSorted((a, b) => compare(a, b) || compareText(JSON.stringify(a), JSON.stringify(b)));
}
