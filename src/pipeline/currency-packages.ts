import type { AdvisoryDatabase } from "../core/advisory.ts";
import type { PackageCurrency } from "../core/currency.ts";
import { daysBetween } from "../core/day.ts";
import type { Package } from "../core/package.ts";
import type { OfferedVersion, PackageIndex } from "../core/package-repository.ts";
import type { TextScheme } from "../core/version.ts";
import { schemeFor } from "../versions/list.ts";
import { keysOf } from "./match-package.ts";

/** Each package of the indexes' kinds beside what they offer, sorted as the packages are. Pure. */
export function packageCurrency(
  packages: readonly Package[],
  indexes: readonly PackageIndex[],
  database: AdvisoryDatabase,
): readonly PackageCurrency[] {
  return packages.flatMap((pkg) => {
    const own = indexes.filter(({ type }) => type === pkg.type);
    const scheme = schemeFor(pkg.type);
    if (own.length === 0 || scheme === undefined) return [];
    return [
      rowOf(
        pkg,
        own.flatMap(({ offers }) => offers.get(pkg.name) ?? []),
        scheme,
        database,
      ),
    ];
  });
}

function rowOf(
  pkg: Package,
  offers: readonly OfferedVersion[],
  scheme: TextScheme,
  database: AdvisoryDatabase,
): PackageCurrency {
  const { purl, layer, version } = pkg;
  const sorted = offers
    .filter((offer) => scheme.compareText(offer.version, version) !== undefined)
    .toSorted((a, b) => scheme.compareText(b.version, a.version) ?? 0);
  const [newest] = sorted;
  if (newest === undefined)
    return { purl, layer, newest: null, versionsBehind: null, daysBehind: null, newestSince: null };
  const greater = sorted.filter((offer) => (scheme.compareText(offer.version, version) ?? 0) > 0);
  const newestSince = newest.built ?? noticeOf(newest.source, pkg, database);
  return {
    purl,
    layer,
    newest: newest.version,
    versionsBehind: countDistinct(greater, scheme),
    daysBehind: greater.length === 0 ? 0 : daysBehind(pkg, newestSince, database),
    newestSince: newestSince ?? null,
  };
}

// Sorted: equal ones (1.0-1 and 1.0-1 of another repository) are neighbours.
function countDistinct(sorted: readonly OfferedVersion[], scheme: TextScheme): number {
  return sorted.filter(
    ({ version }, at) => at === 0 || scheme.compareText(version, sorted[at - 1]?.version ?? "") !== 0,
  ).length;
}

function daysBehind(
  pkg: Package,
  newestSince: string | undefined,
  database: AdvisoryDatabase,
): number | null {
  const { name, version, source } = pkg;
  const own = source === undefined || source.version === "" ? { name, version } : source;
  const since = pkg.built ?? noticeOf(own, pkg, database);
  return since === undefined || newestSince === undefined
    ? null
    : Math.max(0, daysBetween(since, newestSince));
}

// apt's index has no dates. A version that mends something came out with its notice (DSA, USN); of others nobody says when.
function noticeOf(
  source: { readonly name: string; readonly version: string },
  pkg: Package,
  database: AdvisoryDatabase,
): string | undefined {
  const dates = keysOf({ ...pkg, source }, database).flatMap((key) =>
    database
      .lookup(key)
      .filter(
        ({ bundles, affected }) =>
          bundles.length > 0 &&
          affected.some(({ ranges }) => ranges.some(({ fixed }) => fixed === source.version)),
      )
      .flatMap(({ published }) => published?.slice(0, 10) ?? []),
  );
  return dates.length === 0 ? undefined : dates.reduce((first, date) => (date < first ? date : first));
}
