import type { LayerIndex } from "../core/layer.ts";
import { noFinds } from "./find-pack.ts";
import { noEntries } from "./walk-entries.ts";

// What an image may take is shared by what is kept of its layers and by the tree that they are merged into.

/** Bytes for all layers of an image and for its tree: the largest real images take half of it. */
const imageMemory = 170_000_000;
/** Bytes for its layers alone. */
const layersMemory = 160_000_000;

/** What a package takes from its find to the report, an error, a program. */
const packageMemory = 1000;
const errorMemory = 500;
const programMemory = 100;

/** Bytes that a layer's index takes until the report is written, about. */
export function layerMemory({ entries, finds, errors, executables }: LayerIndex): number {
  const columns = [...Object.values(entries), ...Object.values(finds)].filter((each) =>
    ArrayBuffer.isView(each),
  );
  return (
    columns.reduce((sum, { byteLength }) => sum + byteLength, 0) +
    finds.packages * packageMemory +
    errors.length * errorMemory +
    executables.length * programMemory
  );
}

/** Bytes that are left for the tree of these layers. */
export function treeMemory(layers: readonly (LayerIndex | undefined)[]): number {
  return imageMemory - sumOf(layers.map((layer) => (layer === undefined ? 0 : layerMemory(layer))));
}

/** Keeps the layers of an image as they come, in any order, within a bound. */
export interface LayerShelf {
  put(layer: number, index: LayerIndex): void;
  /** What is kept of a layer; undefined for one that was never put. */
  get(layer: number): LayerIndex | undefined;
}

/**
 * A shelf for layers of together `most` bytes. Of a layer that the ones below it leave no room for only its digests are kept, with a
 * fault: which one that is does not depend on the order in which they came.
 */
export function createLayerShelf(most: number = layersMemory): LayerShelf {
  const kept = new Map<number, LayerIndex>();
  const sizes = new Map<number, number>();
  return {
    put(layer, index) {
      sizes.set(layer, layerMemory(index));
      kept.set(layer, index);
      // Layers still to come only add to what is below.
      let below = 0;
      for (const [at, held] of [...kept].sort(([a], [b]) => a - b)) {
        below += sizes.get(at) ?? 0;
        if (below > most) kept.set(at, withoutContent(held));
      }
    },
    get: (layer) => kept.get(layer),
  };
}

function withoutContent(index: LayerIndex): LayerIndex {
  if (index.entries.count === 0) return index;
  const message =
    "keep layer: it and the layers below it hold more files and packages than an image may have";
  return {
    ...index,
    entries: noEntries,
    executables: [],
    finds: noFinds,
    errors: [],
    faults: [...index.faults, { code: "limit-exceeded", message }],
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
