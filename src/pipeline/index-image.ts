import type { LayerBlob, OpenImage } from "../core/image.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { LayerIndex } from "../core/layer.ts";
import { extractors } from "../extractors/list.ts";
import { type DockerfileSource, describeLayers } from "../images/history.ts";
import { hiddenTargets, mergeLayers, withSecondPass } from "../images/merge.ts";
import { assembleImage } from "../images/merge-image.ts";
import type { WalkTargets } from "../images/walk-collect.ts";
import { indexLayer, type LayerSource } from "./index-layer.ts";

/** How far the reading of an image's layers is: stored bytes of one layer read so far, of how many. */
export interface IndexProgress {
  readonly layer: number;
  readonly bytes: number;
  readonly total?: number | undefined;
}

/** What indexing takes beside the image. */
export interface IndexOptions {
  readonly onProgress?: ((progress: IndexProgress) => void) | undefined;
  /** Joins the history to the lines of the Dockerfile that is said to have made the image. */
  readonly dockerfile?: DockerfileSource | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the layers of an opened image, merges them and attributes what was found: all that matching needs. What could not be
 * read is in `gaps`. @throws SeaworthyError when the Dockerfile cannot be read, or the abort's reason.
 */
export async function indexImage(image: OpenImage, options: IndexOptions = {}): Promise<IndexedImage> {
  const described = describeLayers(image, options.dockerfile);
  const first = await Promise.all(image.layers.map((blob, index) => readLayer(blob, index, options)));
  let layers: readonly (LayerIndex | undefined)[] = first;
  let merged = mergeLayers(layers);
  const targets = hiddenTargets(merged, extractors);
  if (targets.size > 0) {
    layers = await Promise.all(
      first.map(async (layer, index) => {
        const wanted = targets.get(index);
        const blob = image.layers[index];
        if (layer === undefined || wanted === undefined || blob === undefined) return layer;
        const second = await readLayer(blob, index, options, wanted);
        return second === undefined ? layer : withSecondPass(layer, second);
      }),
    );
    merged = mergeLayers(layers);
  }
  const plugins = extractors.map(({ id }) => id);
  const { reference, digest, platform, config, annotations } = image;
  return {
    reference,
    digest,
    platform,
    config,
    annotations,
    layers: described.layers,
    ...assembleImage(image.layers, layers, merged, plugins),
  };
}

async function readLayer(
  { content, size }: LayerBlob,
  layer: number,
  { onProgress, signal }: IndexOptions,
  targets?: WalkTargets,
): Promise<LayerIndex | undefined> {
  if (content.kind === "unreadable") return undefined;
  signal?.throwIfAborted();
  const total = content.kind === "file" ? content.length : size;
  let bytes = 0;
  const source: LayerSource =
    content.kind === "stream" ? { kind: "chunks", chunks: content.open() } : content;
  const index = await indexLayer(source, {
    extractors,
    targets,
    onBytes(more) {
      bytes += more;
      onProgress?.({ layer, bytes, total });
      signal?.throwIfAborted();
    },
  });
  signal?.throwIfAborted();
  return index;
}
