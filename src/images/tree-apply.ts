import { SeaworthyError } from "../core/errors.ts";
import { entryKinds, type LayerEntries, type LayerFault } from "../core/layer.ts";
import {
  addDirectory,
  charge,
  childPath,
  createTree,
  type Directory,
  directoryPath,
  findDirectory,
  makeDirectory,
  placeOf,
  putChild,
  removeChild,
  removeChildren,
  spend,
  type Tree,
  type TreeNode,
} from "./tree.ts";
import { createNameReader, directoryAt, entryPath, targetOf } from "./walk-entries.ts";

/** The merged file system of an image, grown layer by layer, with what becomes of the files that matter. */
export interface MergedTree {
  readonly tree: Tree;
  /** First entry id of each applied layer; entry `i` of layer `n` has the id `bases[n] + i`. */
  readonly bases: readonly number[];
  readonly entries: readonly LayerEntries[];
  /** Hard link → the file whose content it has. */
  readonly contents: ReadonlyMap<number, number>;
  /** What became of each path at which a tracked file ever stood: one state for each layer that changed it. */
  readonly states: ReadonlyMap<string, readonly PathState[]>;
  /** Files whose directory was reached through a link, or that are hard links: their path is not the one the layer wrote. */
  readonly moved: readonly MovedFile[];
  /** Links as they were placed; `directory.children.get(name)` tells whether one still stands. */
  readonly links: readonly MovedFile[];
  /** Larger files that a layer ships and a later entry took away: path → bytes, and the layers that shipped them. */
  readonly wasted: ReadonlyMap<string, WastedPath>;
  /** What could not be placed. */
  readonly faults: readonly (LayerFault & { readonly layer: number })[];
}

/** What was shipped under a path and is not visible in the end. */
export interface WastedPath {
  bytes: number;
  readonly layers: Set<number>;
}

/** After this layer the path held the content of entry `id`, or no tracked file. */
export interface PathState {
  readonly layer: number;
  readonly id: number | undefined;
}

/** An entry and where it stands. */
export interface MovedFile {
  readonly id: number;
  readonly directory: Directory;
  readonly name: string;
}

interface Merge {
  readonly tree: Tree;
  readonly bases: number[];
  readonly entries: LayerEntries[];
  readonly contents: Map<number, number>;
  readonly states: Map<string, PathState[]>;
  readonly moved: MovedFile[];
  readonly links: MovedFile[];
  readonly wasted: Map<string, WastedPath>;
  readonly faults: (LayerFault & { layer: number })[];
  readonly isTracked: (layer: number, entry: number) => boolean;
  /** Grows whenever a directory or link goes: resolved directories are then looked up anew. */
  generation: number;
}

/**
 * Applies layers, lowest first, as containerd and umoci do: entries in the order of the tar; directories reached through
 * links of lower layers (merged /usr); whiteouts hide only what lower layers hold.
 */
export function mergeEntries(
  layers: readonly LayerEntries[],
  isTracked: (layer: number, entry: number) => boolean,
  memory?: number,
): MergedTree {
  const merge: Merge = {
    tree: createTree(memory),
    bases: [],
    entries: [],
    contents: new Map(),
    states: new Map(),
    moved: [],
    links: [],
    wasted: new Map(),
    faults: [],
    isTracked,
    generation: 0,
  };
  for (const entries of layers) {
    const last = merge.entries.at(-1);
    merge.bases.push((merge.bases.at(-1) ?? 0) + (last?.count ?? 0));
    merge.entries.push(entries);
    try {
      applyLayer(merge, entries);
    } catch (thrown) {
      if (!(thrown instanceof SeaworthyError)) throw thrown;
      fault(merge, thrown);
    }
  }
  return merge;
}

/** The layer that an entry id is of. */
export function layerOf(bases: readonly number[], id: number): number {
  let low = 0;
  let high = bases.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((bases[middle] ?? 0) <= id) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Resolved {
  readonly generation: number;
  readonly directory: Directory;
  /** The written path led through a link. */
  readonly moved: boolean;
}

function applyLayer(merge: Merge, entries: LayerEntries): void {
  const base = merge.bases.at(-1) ?? 0;
  const nameOf = createNameReader(entries);
  const resolved: (Resolved | undefined)[] = [];
  for (let index = 0; index < entries.count; index += 1) {
    const kind = entries.kind[index];
    if (kind === entryKinds.whiteout || kind === entryKinds.opaque) {
      deleteLower(merge, entries, index, nameOf(index));
      continue;
    }
    const parent = entries.parent[index] ?? 0;
    let known = resolved[parent];
    if (known === undefined || known.generation !== merge.generation) {
      known = resolveParent(merge, directoryAt(entries, parent), base + index);
      resolved[parent] = known;
    }
    if (known !== undefined) place(merge, entries, index, known, nameOf(index));
    else fault(merge, cannotPlace(entryPath(entries, index), "its directory is a ring of links"));
  }
}

function resolveParent(merge: Merge, path: string, id: number): Resolved | undefined {
  const clear = (parent: Directory, name: string): void => drop(merge, parent, name);
  const directory = makeDirectory(merge.tree, path, id, clear);
  if (directory === undefined) return undefined;
  return { generation: merge.generation, directory, moved: directoryPath(directory) !== path };
}

function place(
  merge: Merge,
  entries: LayerEntries,
  index: number,
  { directory, moved }: Resolved,
  name: string,
): void {
  const id = (merge.bases.at(-1) ?? 0) + index;
  spend(merge.tree, 1);
  switch (entries.kind[index]) {
    case entryKinds.directory:
      return placeDirectory(merge, directory, name, id);
    case entryKinds.symlink:
      put(merge, directory, name, { kind: "link", id, target: targetOf(entries, index) });
      keep(merge, merge.links, { id, directory, name });
      return;
    case entryKinds.hardlink:
      return placeHardLink(merge, directory, name, id, targetOf(entries, index));
    case entryKinds.file:
      if (moved) keep(merge, merge.moved, { id, directory, name });
      return put(merge, directory, name, id);
    default:
      return put(merge, directory, name, id);
  }
}

function placeDirectory(merge: Merge, directory: Directory, name: string, id: number): void {
  const there = directory.children.get(name);
  if (typeof there === "object" && there.kind === "directory") {
    there.id = id;
    return;
  }
  if (there !== undefined) drop(merge, directory, name);
  addDirectory(merge.tree, directory, name, id);
}

function placeHardLink(merge: Merge, directory: Directory, name: string, id: number, target: string): void {
  const node = placeOf(merge.tree, target, merge.tree.root)?.node;
  if (typeof node === "number") {
    merge.contents.set(id, merge.contents.get(node) ?? node);
    keep(merge, merge.moved, { id, directory, name });
    put(merge, directory, name, id);
  } else if (node?.kind === "link") {
    put(merge, directory, name, { kind: "link", id, target: node.target });
    keep(merge, merge.links, { id, directory, name });
  } else {
    const state = node === undefined ? "which is not there" : "which is a directory";
    fault(merge, cannotPlace(childPath(directory, name), `it is a hard link to "${target}", ${state}`));
  }
}

const keptMemory = 100;

function keep(merge: Merge, list: MovedFile[], file: MovedFile): void {
  charge(merge.tree, keptMemory);
  list.push(file);
}

function put(
  merge: Merge,
  directory: Directory,
  name: string,
  node: number | Exclude<TreeNode, number | Directory>,
): void {
  const there = directory.children.get(name);
  if (there !== undefined) drop(merge, directory, name);
  putChild(merge.tree, directory, name, node);
  if (typeof node !== "number") return;
  const content = merge.contents.get(node) ?? node;
  if (isTracked(merge, content)) note(merge, directory, name, content);
}

// Takes a node away with all below it.
function drop(merge: Merge, directory: Directory, name: string): void {
  const node = directory.children.get(name);
  if (node === undefined) return;
  removeChild(merge.tree, directory, name);
  if (typeof node === "number") return forget(merge, directory, name, node);
  merge.generation += 1;
  if (node.kind === "link") return;
  const pending = [node];
  for (let top = pending.pop(); top !== undefined; top = pending.pop()) {
    spend(merge.tree, top.children.size + 1);
    for (const [childName, child] of top.children) {
      if (typeof child === "number") forget(merge, top, childName, child);
      else if (child.kind === "directory") pending.push(child);
    }
    // A file that stood here must not count as visible when its old directory is looked at.
    removeChildren(merge.tree, top);
  }
}

// Whiteouts and opaque markers: what this layer itself holds stays.
function deleteLower(merge: Merge, entries: LayerEntries, index: number, name: string): void {
  const base = merge.bases.at(-1) ?? 0;
  const path = directoryAt(entries, entries.parent[index] ?? 0);
  const directory = findDirectory(merge.tree, path);
  if (directory === undefined) return;
  if (entries.kind[index] === entryKinds.opaque) return clearLower(merge, directory, base);
  const node = directory.children.get(name);
  if (node === undefined) return;
  if (typeof node === "object" && node.kind === "directory") {
    clearLower(merge, node, base);
    if (node.children.size > 0 || node.id >= base) return;
  } else if (idOf(node) >= base) return;
  drop(merge, directory, name);
}

function clearLower(merge: Merge, top: Directory, base: number): void {
  const order = [top];
  for (let at = 0; at < order.length; at += 1) {
    const directory = order[at];
    if (directory === undefined) continue;
    spend(merge.tree, directory.children.size + 1);
    for (const [name, node] of directory.children) {
      if (typeof node === "object" && node.kind === "directory") order.push(node);
      else if (idOf(node) < base) drop(merge, directory, name);
    }
  }
  // Deepest last in, so first out: a directory goes once nothing is left in it.
  for (const directory of order.reverse())
    if (
      directory !== top &&
      directory.children.size === 0 &&
      directory.id < base &&
      directory.parent !== undefined
    )
      drop(merge, directory.parent, directory.name);
}

function idOf(node: TreeNode): number {
  return typeof node === "number" ? node : node.id;
}

function isTracked(merge: Merge, id: number): boolean {
  const layer = layerOf(merge.bases, id);
  return merge.isTracked(layer, id - (merge.bases[layer] ?? 0));
}

function forget(merge: Merge, directory: Directory, name: string, id: number): void {
  noteWaste(merge, directory, name, id);
  if (isTracked(merge, merge.contents.get(id) ?? id)) note(merge, directory, name, undefined);
}

/** Smaller files count in the sum alone: a million of them would take more memory than the tree. */
const leastWaste = 65_536;

function noteWaste(merge: Merge, directory: Directory, name: string, id: number): void {
  const layer = layerOf(merge.bases, id);
  const entries = merge.entries[layer];
  const entry = id - (merge.bases[layer] ?? 0);
  const bytes = entries?.size[entry] ?? 0;
  if (bytes < leastWaste || entries?.kind[entry] !== entryKinds.file) return;
  const path = childPath(directory, name);
  const wasted = merge.wasted.get(path);
  if (wasted === undefined) {
    charge(merge.tree, path.length + stateMemory);
    merge.wasted.set(path, { bytes, layers: new Set([layer]) });
  } else {
    wasted.bytes += bytes;
    wasted.layers.add(layer);
  }
}

const stateMemory = 200;

// Of several changes in one layer the last one counts.
function note(merge: Merge, directory: Directory, name: string, id: number | undefined): void {
  const path = childPath(directory, name);
  const layer = merge.bases.length - 1;
  const states = merge.states.get(path);
  if (states === undefined) {
    charge(merge.tree, path.length + stateMemory);
    merge.states.set(path, [{ layer, id }]);
  } else if (states.at(-1)?.layer === layer) states[states.length - 1] = { layer, id };
  else states.push({ layer, id });
}

const maxFaults = 100;

function fault(merge: Merge, { code, message }: SeaworthyError): void {
  if (merge.faults.length < maxFaults) merge.faults.push({ layer: merge.bases.length - 1, code, message });
}

function cannotPlace(path: string, state: string): SeaworthyError {
  return new SeaworthyError("malformed", `place entry "${path.slice(0, 200)}": ${state}`);
}
