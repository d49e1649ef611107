import type { LayerError, LayerExecutable, LayerIndex, PackedFinds } from "../core/layer.ts";
import type { Extractor } from "../core/plugin.ts";
import { createFindIndex, type FindIndex } from "./find-index.ts";
import { createFindPacker, findAt, noFinds, pluginAt } from "./find-pack.ts";
import { treeMemory } from "./layer-memory.ts";
import { childPath, type Directory, directoryPath, followPlace, nodesBelow, type Place } from "./tree.ts";
import { layerOf, type MergedTree, type MovedFile, mergeEntries } from "./tree-apply.ts";
import type { WalkTargets } from "./walk-collect.ts";
import { noEntries } from "./walk-entries.ts";

/** Layers laid one over the other, and what was found in them, by entry id. */
export interface MergedLayers extends MergedTree {
  readonly finds: FindIndex;
  /** Content id → what plugins could not read of it. */
  readonly errors: ReadonlyMap<number, readonly LayerError[]>;
  /** Content ids of programs, and of what kind they are. */
  readonly programs: ReadonlyMap<number, LayerExecutable["kind"]>;
  /** By entry: the absolute path that a script's first line names. */
  readonly interpreters: ReadonlyMap<number, string>;
}

/** Merges layers, lowest first; undefined stands for one that could not be read at all. */
export function mergeLayers(layers: readonly (LayerIndex | undefined)[]): MergedLayers {
  const errors = new Map<number, LayerError[]>();
  const programs = new Map<number, LayerExecutable["kind"]>();
  const interpreters = new Map<number, string>();
  let base = 0;
  const bases: number[] = [];
  for (const layer of layers) {
    bases.push(base);
    for (const error of layer?.errors ?? []) append(errors, base + error.entry, error);
    for (const { entry, kind, interpreter } of layer?.executables ?? []) {
      programs.set(base + entry, kind);
      if (interpreter !== undefined) interpreters.set(base + entry, interpreter);
    }
    base += layer?.entries.count ?? 0;
  }
  const finds = createFindIndex(
    layers.map((layer) => layer?.finds ?? noFinds),
    bases,
  );
  const merged = mergeEntries(
    layers.map((layer) => layer?.entries ?? noEntries),
    (layer, entry) => {
      const id = (bases[layer] ?? 0) + entry;
      return programs.has(id) || errors.has(id) || finds.has(id);
    },
    treeMemory(layers),
  );
  return { ...merged, finds, errors, programs, interpreters };
}

/** Most files that are asked about under a second path: each costs a question to every plugin. */
const maxQuestions = 1_000_000;

/** What a second pass has to look at. */
export interface HiddenTargets {
  /** Layer → entry → the paths under which plugins want it; empty for nearly every image. */
  readonly targets: ReadonlyMap<number, WalkTargets>;
  /** What was not asked about. */
  readonly faults: MergedLayers["faults"];
}

/**
 * Files that only the merged tree shows to be wanted: their directory is a link of another layer, or a wanted path is a link
 * or hard link to them.
 */
export function hiddenTargets(
  merged: MergedLayers,
  extractors: readonly Extractor[],
  questions = maxQuestions,
): HiddenTargets {
  const targets = new Map<number, Map<number, string[]>>();
  const ask: Ask = { merged, extractors, targets, asked: new Set(), left: questions };
  for (const { id, directory, name } of merged.moved)
    question(ask, merged.contents.get(id) ?? id, childPath(directory, name));
  const given = merged.links.filter((link) => stands(link) && !questionLink(ask, link));
  return { targets, faults: faultsOf(merged, given, questions) };
}

/** Links that one fault names; each layer has one. */
const namedLinks = 10;

function faultsOf(
  { bases }: MergedLayers,
  given: readonly MovedFile[],
  questions: number,
): HiddenTargets["faults"] {
  const byLayer = Map.groupBy(given, ({ id }) => layerOf(bases, id));
  return [...byLayer].map(([layer, links]) => {
    const named = links.slice(0, namedLinks).map(({ directory, name }) => `"${childPath(directory, name)}"`);
    const more = links.length > namedLinks ? ` and ${links.length - namedLinks} more` : "";
    const state = `more than ${questions} files in an image are reached through links`;
    return {
      layer,
      code: "limit-exceeded",
      message: `look for files below ${named.join(", ")}${more}: ${state}`,
    };
  });
}

interface Ask {
  readonly merged: MergedLayers;
  readonly extractors: readonly Extractor[];
  readonly targets: Map<number, Map<number, string[]>>;
  /** `id plugin` of what will be read. */
  readonly asked: Set<string>;
  left: number;
}

function stands({ id, directory, name }: MovedFile): boolean {
  const node = directory.children.get(name);
  return typeof node === "object" && node.kind === "link" && node.id === id;
}

// Answers whether all that the link leads to was asked about.
function questionLink(ask: Ask, { directory, name }: MovedFile): boolean {
  const { tree, contents } = ask.merged;
  const start: Place = { directory, name, node: directory.children.get(name) };
  const node = followPlace(tree, start)?.node;
  if (node === undefined) return true;
  const path = childPath(directory, name);
  if (typeof node === "number") question(ask, contents.get(node) ?? node, path);
  else if (node.kind === "directory" && !holds(node, directory)) return questionBelow(ask, node, path);
  return true;
}

// A link to a directory above itself would name everything once more.
function holds(above: Directory, below: Directory): boolean {
  for (let at: Directory | undefined = below; at !== undefined; at = at.parent) if (at === above) return true;
  return false;
}

function questionBelow(ask: Ask, top: Directory, alias: string): boolean {
  const { tree, contents } = ask.merged;
  const cut = directoryPath(top).length + 1;
  for (const { directory, name, node } of nodesBelow(tree, top)) {
    if (typeof node !== "number") continue;
    if (ask.left <= 0) return false;
    question(ask, contents.get(node) ?? node, `${alias}/${childPath(directory, name).slice(cut)}`);
  }
  return true;
}

function question(ask: Ask, id: number, path: string): void {
  const { merged, extractors } = ask;
  const layer = layerOf(merged.bases, id);
  const entry = id - (merged.bases[layer] ?? 0);
  const entries = merged.entries[layer];
  if (entries === undefined || entries.kind[entry] !== 0) return;
  ask.left -= 1;
  const file = { path, mode: entries.mode[entry] ?? 0, size: entries.size[entry] ?? 0, head: noBytes };
  for (const plugin of extractors) {
    if (
      plugin.minor === true ||
      !wants(plugin, file) ||
      wasRead(merged, id, plugin.id) ||
      ask.asked.has(`${id} ${plugin.id}`)
    )
      continue;
    ask.asked.add(`${id} ${plugin.id}`);
    const ofLayer = ask.targets.get(layer) ?? new Map<number, string[]>();
    ask.targets.set(layer, ofLayer);
    const paths = ofLayer.get(entry) ?? [];
    if (!paths.includes(path)) ofLayer.set(entry, [...paths, path]);
  }
}

function wants(plugin: Extractor, file: Parameters<Extractor["wants"]>[0]): boolean {
  try {
    return plugin.wants(file);
  } catch {
    // The first pass has asked this plugin about the same file under its own path and noted the failure.
    return false;
  }
}

function wasRead(merged: MergedLayers, id: number, plugin: string): boolean {
  const failed = merged.errors.get(id)?.some((error) => error.plugin === plugin) ?? false;
  return failed || merged.finds.plugins(id).includes(plugin);
}

/** A layer's index with what a second pass over it found as well. */
export function withSecondPass(layer: LayerIndex, second: Pick<LayerIndex, "finds" | "errors">): LayerIndex {
  const keyOf = ({ finds, index }: PlacedFind): string => `${finds.entry[index]} ${pluginAt(finds, index)}`;
  const before = placed(layer.finds);
  const read = new Set(before.map(keyOf));
  // A file that is wanted under two paths counts under the first; a large database has several finds there.
  const paths = new Map<string, string>();
  const fresh = placed(second.finds).filter((find) => {
    const key = keyOf(find);
    const { path } = findAt(find.finds, find.index);
    const first = paths.get(key) ?? path;
    paths.set(key, first);
    return !read.has(key) && path === first;
  });
  const packer = createFindPacker();
  const entryOf = ({ finds, index }: PlacedFind): number => finds.entry[index] ?? 0;
  for (const { finds, index } of [...before, ...fresh].sort((a, b) => entryOf(a) - entryOf(b)))
    packer.copy(finds, index);
  return { ...layer, finds: packer.finish(), errors: [...layer.errors, ...second.errors] };
}

interface PlacedFind {
  readonly finds: PackedFinds;
  readonly index: number;
}

function placed(finds: PackedFinds): readonly PlacedFind[] {
  return Array.from({ length: finds.count }, (_, index) => ({ finds, index }));
}

function append<T>(map: Map<number, T[]>, key: number, item: T): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
}

const noBytes = new Uint8Array();
