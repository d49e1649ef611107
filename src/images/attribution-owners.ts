import type { PackedOwnership } from "../core/layer.ts";
import { isUnchangedSince, type Sighting } from "./attribution.ts";
import type { MergedLayers } from "./merge.ts";
import { isOsPackage } from "./merge-packages.ts";
import { type Directory, directoryPath, findDirectory } from "./tree.ts";
import { layerOf } from "./tree-apply.ts";
import { baseOf, parentOf } from "./walk-path.ts";

/** Who owns a path of the merged image. */
export interface Owners {
  /** The OS package that says the file is its own. */
  osOwner(path: string): string | undefined;
  /** Did what this layer has at the path come with an OS package that still lists it, whatever became of the file? */
  isShipped(path: string, layer: number): boolean;
  /** Does any package say so, or own a directory above? */
  isOwned(path: string): boolean;
}

/**
 * Resolves what visible packages own, but only for the paths that will be asked about: an image has hundreds of thousands of
 * owned paths and some thousand programs and proving files. An OS package owns a path in the bytes that stood there in the
 * layer that brought its present version: what a later layer puts in their place (pip over apt, COPY) is nobody's.
 */
export function resolveOwners(
  merged: MergedLayers,
  visible: ReadonlyMap<string, number>,
  sightings: readonly Sighting[],
  asked: Iterable<string>,
  accepts: (owner: string) => boolean = () => true,
): Owners {
  const recorded = recordedIn(sightings);
  const table: Table = {
    merged,
    paths: new Set(asked),
    names: new Set(),
    directories: createDirectoryNames(merged),
    os: new Map(),
    listed: new Map(),
    any: new Set(),
    below: new Map(),
  };
  for (const path of table.paths) table.names.add(baseOf(path));
  for (const id of visible.values())
    for (const { owns } of merged.finds.get(id, "owns"))
      for (const ownership of owns)
        if (accepts(ownership.owner))
          enter(table, ownership, recorded.get(ownership.owner) ?? layerOf(merged.bases, id));
  return {
    osOwner: (path) => table.os.get(path) ?? ownerBelow(table, path, true),
    isShipped: (path, layer) => (table.listed.get(path) ?? -1) >= layer,
    isOwned: (path) => table.any.has(path) || ownerBelow(table, path, false) !== undefined,
  };
}

/** Paths of an ownership, without leading slash. */
export function ownedPaths({ paths }: PackedOwnership): readonly string[] {
  return Buffer.from(paths.buffer, paths.byteOffset, paths.length).toString("utf8").split("\0").slice(0, -1);
}

/** Turns a written path into the canonical one of the merged tree; undefined when its directory is not there. */
export function createCanonicalPath(merged: MergedLayers): (path: string) => string | undefined {
  const directories = createDirectoryNames(merged);
  return (path) => {
    const parent = directories(parentOf(path));
    if (parent === undefined) return undefined;
    return parent === "" ? baseOf(path) : `${parent}/${baseOf(path)}`;
  };
}

// `deb NAME`, as extractors write owners → the layer that brought the package's present version; of several architectures the last.
function recordedIn(sightings: readonly Sighting[]): ReadonlyMap<string, number> {
  const layers = new Map<string, number>();
  for (const { found, origin, removedIn } of sightings) {
    if (removedIn !== undefined || !isOsPackage(found)) continue;
    const owner = `${found.type} ${found.name}`;
    layers.set(owner, Math.max(origin, layers.get(owner) ?? 0));
  }
  return layers;
}

interface Table {
  readonly merged: MergedLayers;
  readonly paths: Set<string>;
  readonly names: Set<string>;
  readonly directories: (path: string) => string | undefined;
  readonly os: Map<string, string>;
  /** Path → the layer in which its OS package was installed. */
  readonly listed: Map<string, number>;
  readonly any: Set<string>;
  readonly below: Map<string, { owner: string; os: boolean }>;
}

function enter(table: Table, ownership: PackedOwnership, recorded: number): void {
  const { owner, os } = ownership;
  for (const path of ownedPaths(ownership)) {
    if (path.endsWith("/")) {
      // Each package names another directory: remembering them would only take room.
      const directory = canonicalDirectory(table.merged, path.slice(0, -1));
      if (directory !== undefined && table.below.get(directory)?.os !== true)
        table.below.set(directory, { owner, os });
      continue;
    }
    const name = baseOf(path);
    if (!table.names.has(name)) continue;
    const parent = table.directories(parentOf(path));
    if (parent === undefined) continue;
    const canonical = parent === "" ? name : `${parent}/${name}`;
    if (!table.paths.has(canonical)) continue;
    if (os) table.listed.set(canonical, Math.max(recorded, table.listed.get(canonical) ?? 0));
    if (os && !isUnchangedSince(table.merged, canonical, recorded)) continue;
    table.any.add(canonical);
    if (os && !table.os.has(canonical)) table.os.set(canonical, owner);
  }
}

function ownerBelow(table: Table, path: string, osOnly: boolean): string | undefined {
  if (table.below.size === 0) return undefined;
  for (let at = parentOf(path); ; at = parentOf(at)) {
    const found = table.below.get(at);
    if (found !== undefined && (found.os || !osOnly)) return found.owner;
    if (at === "") return undefined;
  }
}

// Directory as written → canonical path, remembered: thousands of files share one.
function createDirectoryNames(merged: MergedLayers): (path: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (path) => {
    if (known.has(path)) return known.get(path);
    const canonical = canonicalDirectory(merged, path);
    known.set(path, canonical);
    return canonical;
  };
}

function canonicalDirectory(merged: MergedLayers, path: string): string | undefined {
  const directory: Directory | undefined = findDirectory(merged.tree, path);
  return directory === undefined ? undefined : directoryPath(directory);
}
