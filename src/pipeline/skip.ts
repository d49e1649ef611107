import type { AdvisoryDatabase, AdvisoryKey } from "../core/advisory.ts";
import { distroKey } from "../core/ecosystem.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Package } from "../core/package.ts";
import { isOsType } from "../core/package-name.ts";
import { isThirdParty, statesOwnBuild } from "../core/vendor.ts";
import { matchers } from "../matchers/list.ts";
import { keysOf } from "./match-package.ts";

/** Why a package is left to others, if it is. */
export type SkipCode = "owned-by-os-package" | "third-party-package" | "unwatched-program";

/**
 * Says why a package is not matched: its OS package's advisories decide on it, or nobody's here speak of it. An owner that the
 * distribution did not build, or that neither says so nor is named by an advisory of it, decides on nothing: its files are
 * matched as the language's.
 */
export function skipper(
  { distro, packages }: Pick<IndexedImage, "distro" | "packages">,
  database: AdvisoryDatabase,
): (pkg: Package) => SkipCode | undefined {
  const key = distro === undefined ? undefined : distroKey(distro);
  const osCovered = key !== undefined && database.covers(key);
  const decides = ownerJudge(packages, database);
  return (pkg) => {
    if (isOsType(pkg.type)) return isThirdParty(pkg) ? "third-party-package" : undefined;
    if (osCovered && pkg.ownedBy?.split(", ").every(decides) === true) return "owned-by-os-package";
    return isUnwatched(pkg) ? "unwatched-program" : undefined;
  };
}

/**
 * Does any advisory speak of one of these keys, in any release of its distribution? One release without advisories of its own
 * for a source does not make it a name that nobody watches.
 */
export function isNamed(keys: readonly AdvisoryKey[], database: AdvisoryDatabase): boolean {
  const releases = database.info.sources.flatMap(({ covers }) => covers);
  return keys.some(({ ecosystem, name }) => {
    const family = `${ecosystem.split(":", 1)[0] ?? ""}:`;
    const same = releases.filter((release) => release.startsWith(family));
    return [ecosystem, ...same].some((release) => database.lookup({ ecosystem: release, name }).length > 0);
  });
}

// Owners are written `deb NAME`. Each is judged once: an image has thousands of files of one owner.
function ownerJudge(packages: readonly Package[], database: AdvisoryDatabase): (owner: string) => boolean {
  const installed = new Map<string, Package[]>();
  for (const pkg of packages) {
    if (!isOsType(pkg.type)) continue;
    const owner = `${pkg.type} ${pkg.name}`;
    const same = installed.get(owner);
    if (same === undefined) installed.set(owner, [pkg]);
    else same.push(pkg);
  }
  const known = new Map<string, boolean>();
  return (owner) => {
    const before = known.get(owner);
    if (before !== undefined) return before;
    const own = installed.get(owner) ?? [];
    const isOwn = (pkg: Package): boolean =>
      !isThirdParty(pkg) && (statesOwnBuild(pkg) || isNamed(keysOf(pkg, database), database));
    const decides = own.length > 0 && own.every(isOwn);
    known.set(owner, decides);
    return decides;
  };
}

// Perl, builds of Java: nobody publishes advisories on them by their upstream version.
function isUnwatched(pkg: Package): boolean {
  return pkg.type === "generic" && matchers.generic.keys(pkg).length === 0;
}
