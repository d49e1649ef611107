import type { LayerBlob } from "../../src/core/image.ts";
import type { ImageContent } from "../../src/core/indexed.ts";
import type { LayerIndex } from "../../src/core/layer.ts";
import { extractors } from "../../src/extractors/list.ts";
import { type TarItem, writeTar } from "../../src/formats/tar-write.ts";
import { mergeLayers } from "../../src/images/merge.ts";
import { assembleImage } from "../../src/images/merge-image.ts";
import { createLayerWalk } from "../../src/images/walk.ts";

const blob: LayerBlob = {
  digest: undefined,
  diffId: undefined,
  mediaType: "",
  size: undefined,
  content: { kind: "file", path: "", offset: 0, length: 0 },
};

/** What all extractors find in an image of these layers, put together in this process. No second pass is made. */
export function assembled(...layers: (readonly TarItem[])[]): ImageContent {
  const indexes = layers.map(indexed);
  return assembleImage(
    indexes.map(() => blob),
    indexes,
    mergeLayers(indexes),
    extractors.map(({ id }) => id),
  );
}

function indexed(items: readonly TarItem[]): LayerIndex {
  const walk = createLayerWalk({ extractors });
  walk.push(writeTar(items));
  return { diffId: "", digest: "", compression: "none", bytes: 0, ...walk.finish() };
}
