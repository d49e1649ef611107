import type { FoundPackage } from "../core/package.ts";
import type { MergedLayers } from "./merge.ts";
import { layerOf, type PathState } from "./tree-apply.ts";

/** A package at one path of the merged image, or of a state that a later layer ended. */
export interface Sighting {
  readonly found: FoundPackage;
  readonly plugin: string;
  /** Canonical path of the proving file. */
  readonly path: string;
  /** The layer whose bytes prove it. */
  readonly layer: number;
  /** The layer since which this version is there without a break. */
  readonly origin: number;
  /** The layer that ended it; undefined while it is visible. */
  readonly removedIn: number | undefined;
}

/**
 * Follows every proving path through the layers. A package is a run of states in which its file holds the same identity: a
 * layer that only copies the file up (chmod, another package added to the same database) does not move it; one that deletes
 * the file breaks the run.
 */
export function attributePackages(merged: MergedLayers): readonly Sighting[] {
  const sightings: Sighting[] = [];
  for (const [path, states] of merged.states) followPath(merged, path, states, sightings);
  return sightings;
}

/** The content that a path holds in the end, for paths at which a plugin or a program was ever seen. */
export function visibleContents(merged: MergedLayers): ReadonlyMap<string, number> {
  const visible = new Map<string, number>();
  for (const [path, states] of merged.states) {
    const id = states.at(-1)?.id;
    if (id !== undefined) visible.set(path, id);
  }
  return visible;
}

/**
 * Does a path hold what it held when this layer was applied? Bytes that were only copied up count as the same: told from their
 * number and from what was found in them. True for a path at which nothing was ever followed.
 */
export function isUnchangedSince(merged: MergedLayers, path: string, layer: number): boolean {
  const states = merged.states.get(path);
  if (states === undefined) return true;
  const now = states.at(-1)?.id;
  const then = states.findLast((state) => state.layer <= layer)?.id;
  if (now === undefined || then === undefined) return false;
  return now === then || contentMark(merged, now) === contentMark(merged, then);
}

function contentMark(merged: MergedLayers, id: number): string {
  const layer = layerOf(merged.bases, id);
  const size = merged.entries[layer]?.size[id - (merged.bases[layer] ?? 0)] ?? 0;
  const found = merged.finds.get(id, "packages").flatMap(({ packages }) => packages.map(identityOf));
  return [size, ...found].join("\n");
}

type Run = Omit<Sighting, "removedIn">;

function followPath(merged: MergedLayers, path: string, states: readonly PathState[], out: Sighting[]): void {
  let runs = new Map<string, Run>();
  for (const { layer, id } of states) {
    const next = runsOf(merged, path, layer, id);
    for (const [identity, run] of next) {
      const before = runs.get(identity);
      if (before !== undefined) next.set(identity, { ...run, origin: before.origin });
    }
    for (const [identity, run] of runs) if (!next.has(identity)) out.push({ ...run, removedIn: layer });
    runs = next;
  }
  for (const run of runs.values()) out.push({ ...run, removedIn: undefined });
}

function runsOf(merged: MergedLayers, path: string, layer: number, id: number | undefined): Map<string, Run> {
  const runs = new Map<string, Run>();
  if (id === undefined) return runs;
  const bytesLayer = layerOf(merged.bases, id);
  for (const { plugin, packages } of merged.finds.get(id, "packages"))
    for (const found of packages)
      runs.set(identityOf(found), { found, plugin, path, layer: bytesLayer, origin: layer });
  return runs;
}

function identityOf({
  type,
  namespace = "",
  name,
  version,
  arch = "",
  innerPath = "",
  module = "",
}: FoundPackage): string {
  return `${type}\0${namespace}\0${name}\0${version}\0${arch}\0${innerPath}\0${module}`;
}
