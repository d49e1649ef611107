import type { Advisory, AdvisoryDatabase, AdvisoryKey, Affected } from "../core/advisory.ts";
import type { Decision } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import { isOsType } from "../core/package-name.ts";
import { matchers } from "../matchers/list.ts";

/** One advisory that applies to a package, or may. */
export interface Match {
  readonly advisory: Advisory;
  readonly affected: Affected;
  readonly decision: Exclude<Decision, { readonly kind: "not-affected" }>;
  /** Does the distribution's own tracker say so? Its word goes before all others on its packages. */
  readonly vendor: boolean;
}

/** What the advisories say of one package. */
export interface PackageMatches {
  readonly matches: readonly Match[];
  /** Ids of flaws that the distribution's own tracker says the package does not have (any more). */
  readonly cleared: ReadonlySet<string>;
}

/** Looks a package up and decides every advisory that was found; withdrawn ones never apply. */
export function matchPackage(pkg: Package, database: AdvisoryDatabase): PackageMatches {
  const matches: Match[] = [];
  const cleared = new Set<string>();
  for (const key of keysOf(pkg, database))
    for (const advisory of database.lookup(key)) {
      if (advisory.withdrawn !== undefined) continue;
      const vendor = isOsType(pkg.type) && isVendor(advisory, key);
      const found = decideAdvisory(pkg, advisory, vendor);
      matches.push(...found);
      if (found.length === 0 && vendor) cleared.add(flawId(advisory.id));
    }
  return { matches, cleared };
}

/** Where a package is looked up: by its matcher's keys, or, for a jar that names no group, under every group there is. */
export function keysOf(pkg: Package, database: AdvisoryDatabase): readonly AdvisoryKey[] {
  const keys = matchers[pkg.type].keys(pkg);
  if (keys.length > 0 || pkg.type !== "maven") return keys;
  const names = database.namesEnding?.("maven", `:${pkg.name}`) ?? [`${pkg.name}:${pkg.name}`];
  return names.map((name) => ({ ecosystem: "maven", name }));
}

/** A CVE as other sources spell it: `UBUNTU-CVE-2024-1234` and `DEBIAN-CVE-…` are that CVE. */
export function flawId(id: string): string {
  return /(?:^|-)(CVE-\d{4}-\d+)$/.exec(id)?.[1] ?? id;
}

// A source that follows each flaw through each release of one distribution; Ubuntu Pro's word on a Pro build is of that kind.
function isVendor({ source }: Advisory, { ecosystem }: AdvisoryKey): boolean {
  return source === "debian-tracker" || source === "alpine-secdb" || ecosystem.startsWith("ubuntu-pro:");
}

// An advisory may speak of a package in several entries: it applies when one does, and what mends it is outside of all.
function decideAdvisory(pkg: Package, advisory: Advisory, vendor: boolean): readonly Match[] {
  const affecting: Match[] = [];
  const undecided: Match[] = [];
  for (const affected of advisory.affected) {
    const decision = decideEntry(pkg, advisory, affected);
    if (decision.kind === "affected") affecting.push({ advisory, affected, decision, vendor });
    else if (decision.kind === "undecided") undecided.push({ advisory, affected, decision, vendor });
  }
  return affecting.length > 0 ? affecting : undecided.slice(0, 1);
}

/** A matcher's decision; that of a jar without a group is never more than "undecided". */
export function decideEntry(pkg: Package, advisory: Advisory, affected: Affected): Decision {
  const decision = matchers[pkg.type].decide(pkg, advisory, affected);
  const named = pkg.type !== "maven" || (pkg.namespace !== undefined && pkg.namespace !== "");
  if (named || decision.kind !== "affected") return decision;
  const reason = `the jar does not name its group; it is affected if it is ${affected.name}`;
  return { kind: "undecided", reason, evidence: decision.evidence };
}
