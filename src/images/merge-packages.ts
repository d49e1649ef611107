import { messageOf } from "../core/errors.ts";
import type { Distro, HiddenPackage, Package, PackageLocation, PackageType } from "../core/package.ts";
import type { FileError } from "../core/plugin.ts";
import { packagePurl } from "../core/purl.ts";
import { compareText } from "../core/text-order.ts";
import type { Sighting } from "./attribution.ts";

/** Packages of an image, and those that no purl can be written for. */
export interface MergedPackages {
  readonly visible: readonly Package[];
  readonly hidden: readonly HiddenPackage[];
  readonly errors: readonly (FileError & { readonly plugin: string; readonly visible: boolean })[];
}

const osTypes: ReadonlySet<PackageType> = new Set(["deb", "apk", "rpm"]);

/** Is it a package of an operating system's database? */
export function isOsPackage({ type }: { readonly type: PackageType }): boolean {
  return osTypes.has(type);
}

/**
 * One package for each purl and layer that brought it: sightings at several paths become its locations. What is visible nowhere is
 * hidden, once for each purl, removed in the last layer that ended a sighting of it.
 */
export function mergePackages(
  sightings: readonly Sighting[],
  distro: Distro | undefined,
  osOwner: (path: string) => string | undefined,
): MergedPackages {
  const errors: MergedPackages["errors"][number][] = [];
  const named: Named[] = [];
  for (const sighting of sightings) {
    const purl = purlOf(sighting, distro, errors);
    if (purl !== undefined) named.push({ ...sighting, purl });
  }
  const visible = named.filter(({ removedIn }) => removedIn === undefined);
  const purls = new Set(visible.map(({ purl }) => purl));
  const brought = Map.groupBy(visible, ({ purl, origin }) => `${origin} ${purl}`);
  const gone = Map.groupBy(
    named.filter(({ purl }) => !purls.has(purl)),
    ({ purl }) => purl,
  );
  return {
    visible: sortedPackages([...brought.values()].map((group) => packageOf(group, distro, osOwner))),
    hidden: sortedPackages([...gone.values()].map((group) => hiddenOf(group, distro))),
    errors,
  };
}

type Named = Sighting & { readonly purl: string };

/** Path of a proving file, with the path inside it for a nested find. */
function locationPath({ path, found }: Sighting): string {
  return found.innerPath === undefined ? path : `${path}!/${found.innerPath}`;
}

function purlOf(
  { found, plugin, path, layer, removedIn }: Sighting,
  distro: Distro | undefined,
  errors: MergedPackages["errors"][number][],
): string | undefined {
  try {
    return packagePurl(found, distro);
  } catch (thrown) {
    const message = `name package "${found.name}": ${messageOf(thrown)}`;
    errors.push({ plugin, path, layer, code: "purl-invalid", message, visible: removedIn === undefined });
    return undefined;
  }
}

function packageOf(
  group: readonly Named[],
  distro: Distro | undefined,
  osOwner: (path: string) => string | undefined,
): Package {
  const sorted = group.toSorted((a, b) => compareText(locationPath(a), locationPath(b)));
  const ownedBy = isOsPackage(sorted[0]?.found ?? { type: "deb" }) ? undefined : ownerOf(sorted, osOwner);
  return { ...merged(sorted, distro), ...(ownedBy === undefined ? {} : { ownedBy }) };
}

// A copy outside the OS package's files is one that its advisories do not speak of. Copies of several owners are all of theirs.
function ownerOf(
  group: readonly Sighting[],
  osOwner: (path: string) => string | undefined,
): string | undefined {
  const owners = group.map(({ path }) => osOwner(path));
  return owners.includes(undefined) ? undefined : [...new Set(owners)].join(", ");
}

function hiddenOf(group: readonly Named[], distro: Distro | undefined): HiddenPackage {
  const sorted = group.toSorted(
    (a, b) => compareText(locationPath(a), locationPath(b)) || a.origin - b.origin,
  );
  const removedIn = group.reduce((last, sighting) => Math.max(last, sighting.removedIn ?? 0), 0);
  return { ...merged(sorted, distro), removedIn };
}

function merged(group: readonly Named[], distro: Distro | undefined): Package {
  const [first] = group;
  if (first === undefined) throw new TypeError("a package without a sighting");
  const { innerPath: _, main: _main, ...found } = first.found;
  return {
    ...found,
    licences: group.find((sighting) => sighting.found.licences.length > 0)?.found.licences ?? [],
    purl: first.purl,
    ...(group.every((sighting) => sighting.found.main === true) ? { main: true } : {}),
    ...(distro !== undefined && isOsPackage(found) ? { distro } : {}),
    layer: group.reduce((lowest, { origin }) => Math.min(lowest, origin), Number.MAX_SAFE_INTEGER),
    locations: locationsOf(group),
  };
}

function locationsOf(group: readonly Sighting[]): readonly PackageLocation[] {
  const byPath = new Map<string, PackageLocation>();
  for (const sighting of group)
    byPath.set(locationPath(sighting), { path: locationPath(sighting), layer: sighting.layer });
  return [...byPath.values()];
}

function sortedPackages<T extends Package>(packages: T[]): T[] {
  return packages.sort(
    (a, b) =>
      compareText(a.purl, b.purl) ||
      a.layer - b.layer ||
      compareText(a.locations[0]?.path ?? "", b.locations[0]?.path ?? ""),
  );
}
