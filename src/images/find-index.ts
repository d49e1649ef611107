import type { LayerFind, PackedFinds } from "../core/layer.ts";
import { type FindPart, findAt, hasPart, pluginAt } from "./find-pack.ts";
import { lowerBound } from "./growing.ts";
import { layerOf } from "./tree-apply.ts";

/** What plugins found in the files of merged layers, by content id; unpacked anew each time that it is asked for. */
export interface FindIndex {
  has(id: number): boolean;
  /** In the order of the plugins; with a part only those that have it. */
  get(id: number, part?: FindPart): readonly LayerFind[];
  /** Ids of the plugins that found something in the file. */
  plugins(id: number): readonly string[];
  /** Every find of all layers that has this part. */
  having(part: FindPart): Iterable<LayerFind>;
}

/** An index over the finds of each layer, which are in the order of their entries. */
export function createFindIndex(layers: readonly PackedFinds[], bases: readonly number[]): FindIndex {
  const walk = (id: number, visit: (finds: PackedFinds, index: number) => void): void => {
    const layer = layerOf(bases, id);
    const finds = layers[layer];
    const entry = id - (bases[layer] ?? 0);
    if (finds === undefined) return;
    for (let index = lowerBound(finds.entry, entry); finds.entry[index] === entry; index += 1)
      visit(finds, index);
  };
  return {
    has(id) {
      const layer = layerOf(bases, id);
      const entries = layers[layer]?.entry ?? new Uint32Array();
      const entry = id - (bases[layer] ?? 0);
      return entries[lowerBound(entries, entry)] === entry;
    },
    get(id, part) {
      const found: LayerFind[] = [];
      walk(id, (finds, index) => {
        if (part === undefined || hasPart(finds, index, part)) found.push(findAt(finds, index));
      });
      return found;
    },
    plugins(id) {
      const ids: string[] = [];
      walk(id, (finds, index) => ids.push(pluginAt(finds, index)));
      return ids;
    },
    *having(part) {
      for (const finds of layers)
        for (let index = 0; index < finds.count; index += 1)
          if (hasPart(finds, index, part)) yield findAt(finds, index);
    },
  };
}
