import type { Distro, PackageType } from "../core/package.ts";
import type { Gap } from "../core/report.ts";
import type { Sighting } from "./attribution.ts";
import { createCanonicalPath, type Owners, ownedPaths, resolveOwners } from "./attribution-owners.ts";
import type { MergedLayers } from "./merge.ts";
import { isOsPackage } from "./merge-packages.ts";
import { type Directory, findDirectory, type Place, resolvePath } from "./tree.ts";
import { layerOf } from "./tree-apply.ts";

/** What the judgement of an image's package databases rests on. */
export interface OsEvidence {
  readonly merged: MergedLayers;
  readonly visible: ReadonlyMap<string, number>;
  readonly sightings: readonly Sighting[];
  readonly distro: Distro | undefined;
  readonly owners: Owners;
}

type OsType = Extract<PackageType, "deb" | "apk" | "rpm">;
const allTypes: readonly OsType[] = ["apk", "deb", "rpm"];

/** Programs by which an OS manages its packages; when one is there and no package owns it, a database must have been. */
export const managerPrograms: Readonly<Record<OsType, readonly string[]>> = {
  deb: ["usr/bin/dpkg", "usr/bin/apt-get"],
  apk: ["sbin/apk", "usr/bin/apk"],
  rpm: ["usr/bin/rpm", "usr/bin/dnf", "usr/bin/microdnf", "usr/bin/yum", "usr/bin/zypper"],
};

/** Directories that hold a file for each package, or the database itself. */
const traces: Readonly<Record<OsType, readonly string[]>> = {
  deb: ["var/lib/dpkg/info", "var/lib/dpkg/status.d"],
  apk: ["lib/apk/db", "usr/lib/apk/db"],
  rpm: ["var/lib/rpm", "usr/lib/sysimage/rpm"],
};

/**
 * Gaps between what an image says it is and the package databases that could be read: none must make an image look as if it
 * held nothing.
 */
export function osGaps(evidence: OsEvidence): readonly Gap[] {
  const counts = countTypes(evidence);
  const family = evidence.distro === undefined ? undefined : osFamily(evidence.distro);
  const gaps: Gap[] = [];
  const present = allTypes.filter((type) => counts[type] > 0);
  if (evidence.distro === undefined && present.length > 0)
    gaps.push({
      code: "os-unknown",
      message: `read os-release: none that names the OS, beside ${present.map((type) => `${counts[type]} ${type} packages`).join(", ")}`,
    });
  // Advisories of one distribution say nothing of another's packages, and an os-release that was exchanged hides every finding.
  const strangers = family === undefined ? [] : present.filter((type) => type !== family);
  if (strangers.length > 0)
    gaps.push({
      code: "os-contradiction",
      message: `read os-release: it says "${evidence.distro?.id}", but there are ${strangers.map((type) => `${counts[type]} ${type} packages`).join(", ")}`,
    });
  for (const type of allTypes) {
    if (counts[type] > 0) {
      const lost = lostPackages(evidence, type);
      if (lost.length > 0) gaps.push(incomplete(type, lost));
    } else {
      const gap = missingDatabase(evidence, type, family, present);
      if (gap !== undefined) gaps.push(gap);
    }
  }
  return gaps;
}

/** The kind of package database that belongs to a distribution; undefined for one that is not known here. */
function osFamily({ id, idLike }: Distro): OsType | undefined {
  for (const name of [id, ...idLike]) {
    const family = Object.hasOwn(families, name) ? families[name] : undefined;
    if (family !== undefined) return family;
    if (name.startsWith("opensuse")) return "rpm";
  }
  return undefined;
}

const families: Readonly<Record<string, OsType>> = {
  debian: "deb",
  ubuntu: "deb",
  alpine: "apk",
  wolfi: "apk",
  chainguard: "apk",
  postmarketos: "apk",
  rhel: "rpm",
  centos: "rpm",
  fedora: "rpm",
  rocky: "rpm",
  almalinux: "rpm",
  ol: "rpm",
  amzn: "rpm",
  sles: "rpm",
  suse: "rpm",
  mariner: "rpm",
  azurelinux: "rpm",
  photon: "rpm",
  openeuler: "rpm",
  mageia: "rpm",
};

type Counts = Readonly<Record<OsType, number>>;

function countTypes({ sightings }: OsEvidence): Counts {
  const counts = { apk: 0, deb: 0, rpm: 0 };
  for (const { found, removedIn } of sightings)
    if (removedIn === undefined && isOsType(found.type)) counts[found.type] += 1;
  return counts;
}

function isOsType(type: PackageType): type is OsType {
  return isOsPackage({ type });
}

function missingDatabase(
  evidence: OsEvidence,
  type: OsType,
  family: OsType | undefined,
  present: readonly OsType[],
): Gap | undefined {
  const gone = lostPackages(evidence, type);
  const [first] = gone;
  if (first !== undefined)
    return {
      code: "package-database-missing",
      message: `read ${type} packages: ${lostState(first)}, while files of ${gone.length} packages are there`,
      ...(first.removedIn === undefined ? {} : { layer: first.removedIn }),
      path: first.path,
    };
  if (type === family && present.length === 0)
    return missing(type, `os-release says "${evidence.distro?.id}", but no package is recorded`);
  // An OS that has its own database may hold another's tools: Debian's rpm makes an empty database.
  const trace = family !== undefined || present.length > 0 ? undefined : traceOf(evidence, type);
  return trace === undefined
    ? undefined
    : missing(type, `"${trace}" is there, but no package is recorded`, trace);
}

function lostState({ path, layer, removedIn }: LostPackage): string {
  return removedIn === undefined
    ? `"${path}" lists files of a package that no database names`
    : `"${path}" held packages in layer ${layer} and holds none since layer ${removedIn}`;
}

function missing(type: OsType, state: string, path?: string): Gap {
  return {
    code: "package-database-missing",
    message: `read ${type} packages: ${state}`,
    ...(path === undefined ? {} : { path }),
  };
}

function incomplete(type: OsType, lost: readonly LostPackage[]): Gap {
  const [first] = lost;
  const names = lost.slice(0, 3).map(({ name }) => name);
  const more = lost.length > 3 ? ` and ${lost.length - 3} more` : "";
  return {
    code: "package-database-incomplete",
    message: `read ${type} packages: files of ${names.join(", ")}${more} are there, but the database does not name them`,
    ...(first?.removedIn === undefined ? {} : { layer: first.removedIn }),
    ...(first === undefined ? {} : { path: first.path }),
  };
}

interface LostPackage {
  readonly name: string;
  readonly path: string;
  readonly layer: number;
  readonly removedIn: number | undefined;
}

/**
 * Packages that a database once named, or whose file list still stands, and that it names no longer, while files of theirs
 * are visible which no other package owns. A package that was removed by its manager leaves configuration at most.
 */
function lostPackages(evidence: OsEvidence, type: OsType): readonly LostPackage[] {
  const named = new Set<string>();
  const lost = new Map<string, LostPackage>();
  for (const { found, removedIn } of evidence.sightings)
    if (found.type === type && removedIn === undefined) named.add(found.name);
  for (const { found, removedIn, path, layer } of evidence.sightings)
    if (found.type === type && removedIn !== undefined && !named.has(found.name))
      lost.set(found.name, { name: found.name, path, layer, removedIn });
  for (const listed of listedOwners(evidence, type))
    if (!named.has(listed.name) && !lost.has(listed.name)) lost.set(listed.name, listed);
  if (lost.size === 0) return [];
  const remaining = packagesWithFiles(evidence, type, lost);
  return [...lost.values()]
    .filter(({ name }) => remaining.has(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

// Owners that visible file lists name: `deb NAME`.
function* listedOwners({ merged, visible }: OsEvidence, type: OsType): Generator<LostPackage> {
  for (const [path, id] of visible)
    for (const { owns } of merged.finds.get(id, "osOwns"))
      for (const { owner, os } of owns) {
        const name = os ? ownerName(owner, type) : undefined;
        if (name !== undefined) yield { name, path, layer: layerOf(merged.bases, id), removedIn: undefined };
      }
}

// Of the lost packages those of which a file outside /etc, /var and /usr/share/doc is visible and belongs to no package that
// the database names. Where no list of files was ever read, all: nothing shows that they are gone.
function packagesWithFiles(
  { merged, visible, sightings }: OsEvidence,
  type: OsType,
  lost: ReadonlyMap<string, LostPackage>,
): ReadonlySet<string> {
  const files = visibleFiles(merged, type, lost);
  if (files === undefined) return new Set(lost.keys());
  const others = resolveOwners(
    merged,
    visible,
    sightings,
    files.keys(),
    (owner) => !lost.has(ownerName(owner, type) ?? ""),
  );
  const remaining = new Set<string>();
  for (const [path, names] of files)
    if (others.osOwner(path) === undefined) for (const name of names) remaining.add(name);
  return remaining;
}

// Canonical path → lost packages that list it; undefined when no package of this type lists any file.
function visibleFiles(
  merged: MergedLayers,
  type: OsType,
  lost: ReadonlyMap<string, LostPackage>,
): ReadonlyMap<string, ReadonlySet<string>> | undefined {
  const canonical = createCanonicalPath(merged);
  const files = new Map<string, Set<string>>();
  let listed = false;
  for (const { owns } of merged.finds.having("osOwns"))
    for (const ownership of owns) {
      const name = ownership.os ? ownerName(ownership.owner, type) : undefined;
      if (name === undefined) continue;
      listed = true;
      if (!lost.has(name)) continue;
      for (const path of ownedPaths(ownership)) {
        const real = isProgramPath(path) ? canonical(path) : undefined;
        if (real === undefined || !isFile(resolvePath(merged.tree, real))) continue;
        files.set(real, (files.get(real) ?? new Set()).add(name));
      }
    }
  return listed ? files : undefined;
}

function isProgramPath(path: string): boolean {
  return !/^(?:etc|var|usr\/share\/doc)\//.test(path);
}

// `deb NAME`, as extractors write owners; the architecture that dpkg adds to some names is not part of it.
function ownerName(owner: string, type: OsType): string | undefined {
  return owner.startsWith(`${type} `) ? owner.slice(type.length + 1).split(":", 1)[0] : undefined;
}

function isFile(place: Place | undefined): boolean {
  return typeof place?.node === "number";
}

// The first sign that packages of this type were installed; a manager that a package of another type brought is none.
function traceOf({ merged, owners }: OsEvidence, type: OsType): string | undefined {
  const program = managerPrograms[type].find(
    (path) => isFile(resolvePath(merged.tree, path)) && !owners.isOwned(path),
  );
  if (program !== undefined) return program;
  return traces[type].find((path) => hasFiles(findDirectory(merged.tree, path), type));
}

function hasFiles(directory: Directory | undefined, type: OsType): boolean {
  if (directory === undefined) return false;
  const suffix = type === "deb" ? ".list" : "";
  return [...directory.children].some(
    ([name, node]) => typeof node === "number" && name.endsWith(suffix) && !isEmptyMark(name),
  );
}

// Debian's package of the tool itself ships these in its database directory.
function isEmptyMark(name: string): boolean {
  return name === "format" || name.startsWith(".");
}
