import type { CheckFinding } from "../core/check.ts";
import type { Finding } from "../core/finding.ts";
import { checkKeys, findingKeys } from "../core/identity.ts";
import type { Package } from "../core/package.ts";
import { fitsOne, fitsPattern } from "../core/pattern.ts";
import type { Placement, Scope } from "../core/policy.ts";
import { parseReference } from "../core/reference.ts";
import type { Facts } from "../core/report.ts";
import { severityRank } from "../core/severity.ts";
import { compareText } from "../core/text-order.ts";

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
  /** As written, canonical, and the digest. */
  readonly names: readonly string[];
  keyOf(finding: Finding): string;
  checkKeyOf(check: CheckFinding): string;
  packageAt(purl: string, layer: number): Package | undefined;
  /** Is a layer of the base image? null: nobody tells. */
  isBase(layer: number): boolean | null;
}

/** Facts made ready for rules. */
export function subjectOf(facts: Facts, placements: readonly Placement[]): Subject {
  const findings = sorted(facts.findings, (a, b) => worse(a, b) || compareText(a.package, b.package));
  const checks = sorted(facts.checks, (a, b) => worse(a, b) || compareText(a.message, b.message));
  const packages = sorted(facts.packages, (a, b) => compareText(a.purl, b.purl) || a.layer - b.layer);
  const byPlace = new Map(packages.toReversed().map((pkg) => [`${pkg.purl}\n${pkg.layer}`, pkg]));
  const fromBase = new Map(facts.image.layers.map((layer) => [layer.index, layer.fromBase]));
  const keys = findingKeys(findings, packages);
  const keysOfChecks = checkKeys(checks);
  const namespaces = new Set(placements.flatMap(({ namespace }) => namespace ?? []));
  return {
    facts,
    findings,
    checks,
    packages,
    placements,
    namespaces: [...namespaces].sort(compareText),
    ...namesOf(facts),
    keyOf: (finding) => keys.get(finding) ?? finding.id,
    checkKeyOf: (check) => keysOfChecks.get(check) ?? check.id,
    isBase: (layer) => fromBase.get(layer) ?? null,
    packageAt: (purl, layer) => byPlace.get(`${purl}\n${layer}`),
  };
}

/** Does a rule or an exception speak of the image? */
export function inScope(scope: Scope | undefined, subject: Subject): boolean {
  if (scope === undefined) return true;
  const { images, repositories } = scope;
  if (images !== undefined && !subject.names.some((name) => fitsOne(images, name))) return false;
  if (repositories !== undefined && !fitsOne(repositories, subject.repository)) return false;
  return inPlace(scope, subject);
}

// Namespace and labels of one and the same workload; the image's own labels are every workload's.
function inPlace({ namespaces, labels }: Scope, { placements, facts }: Subject): boolean {
  if (namespaces === undefined && labels === undefined) return true;
  const places = placements.length === 0 ? [{ namespace: null, labels: {} }] : placements;
  return places.some((place) => {
    if (namespaces !== undefined && (place.namespace === null || !fitsOne(namespaces, place.namespace)))
      return false;
    return hasLabels(labels ?? {}, [facts.image.labels, place.labels]);
  });
}

function hasLabels(
  wanted: Readonly<Record<string, string>>,
  sources: readonly Readonly<Record<string, string>>[],
): boolean {
  return Object.entries(wanted).every(([name, pattern]) =>
    sources.some((labels) => {
      const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
      return value !== undefined && fitsPattern(pattern, value);
    }),
  );
}

function namesOf({ image: { reference, digest } }: Facts): Pick<Subject, "repository" | "names"> {
  const digests = digest === null ? [] : [digest];
  // A reference with the scheme of a registry is one all the same; an archive's or a directory's is what was written.
  const written = reference.replace(/^(?:registry|docker|podman|containerd):(?=[a-z0-9])/u, "");
  if (/^(?:docker-archive|oci|oci-archive|dir):/u.test(written))
    return { repository: written, names: [reference, ...digests] };
  try {
    const { domain, path, canonical } = parseReference(written);
    return { repository: `${domain}/${path}`, names: [reference, written, canonical, ...digests] };
  } catch {
    return { repository: reference, names: [reference, ...digests] };
  }
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
