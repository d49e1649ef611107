import { hash } from "node:crypto";
import { treeChecks } from "../checks/image/list.ts";
import { withoutSecrets } from "../checks/image/secret-cuts.ts";
import type { FileSystem } from "../core/file-system.ts";
import type { LayerBlob, OpenImage } from "../core/image.ts";
import type { ImageContent, ImageFormat, IndexedImage } from "../core/indexed.ts";
import type { LayerIndex } from "../core/layer.ts";
import { layerInflateLimits } from "../formats/compression.ts";
import { fileSystemOf } from "../images/file-system.ts";
import { type DockerfileSource, describeLayers } from "../images/history.ts";
import { createLayerShelf } from "../images/layer-memory.ts";
import { hiddenTargets, type MergedLayers, mergeLayers, withSecondPass } from "../images/merge.ts";
import { assembleImage } from "../images/merge-image.ts";
import type { LayerCache, LayerIdentity } from "../store/layer-cache.ts";
import { keepHeapSmall } from "./heap.ts";
import { indexLayer } from "./index-layer.ts";
import { identifyLayer, isWhole, type LayerReading, readAgain, readLayer } from "./index-layers.ts";
import { type PluginSet, pluginSets } from "./plugins.ts";

/** How far the reading of an image's layers is: stored bytes of one layer read so far, of how many. */
export interface IndexProgress {
  readonly layer: number;
  readonly bytes: number;
  readonly total?: number | undefined;
}

/** What indexing takes beside the image. */
export interface IndexOptions {
  /** Layers read before; every layer is read without one. */
  readonly cache?: LayerCache | undefined;
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
  const { cache } = options;
  const described = describedImage(image, options);
  const known = await Promise.all(image.layers.map((blob) => identifyLayer(blob, cache)));
  const key = imageKey(image.layers, known);
  const content =
    (key === undefined ? undefined : cache?.image(key)) ??
    (await readImage(image.layers, known, options, "scan")).content;
  return { ...described, ...content };
}

/**
 * As {@link indexImage}, with what `slim`'s probes read and the merged files themselves. A cache must be one of its own: layers
 * are kept with what was looked for in them.
 */
export async function indexFiles(
  image: OpenImage,
  options: IndexOptions = {},
): Promise<{ readonly indexed: IndexedImage; readonly files: FileSystem }> {
  const described = describedImage(image, options);
  const known = await Promise.all(image.layers.map((blob) => identifyLayer(blob, options.cache)));
  const { content, merged } = await readImage(image.layers, known, options, "closure");
  return { indexed: { ...described, ...content }, files: fileSystemOf(merged) };
}

function describedImage(image: OpenImage, options: IndexOptions): Omit<IndexedImage, keyof ImageContent> {
  const { reference, digest, platform, config, annotations } = image;
  const { layers, notes } = describeLayers(image, options.dockerfile);
  // A build argument stands in the history with its value: from here on nobody sees it.
  const shown = layers.map((layer) => ({ ...layer, createdBy: withoutSecrets(layer.createdBy) }));
  const format = formatOf(image.layers);
  return { reference, digest, format, platform, config, annotations, notes, layers: shown };
}

const dockerType = "application/vnd.docker.";

function formatOf(blobs: readonly LayerBlob[]): ImageFormat {
  if (blobs.some(({ mediaType }) => mediaType === "inode/directory")) return "directory";
  const docker = blobs.length > 0 && blobs.every(({ mediaType }) => mediaType.startsWith(dockerType));
  return docker ? "docker" : "oci";
}

// Under this many stored bytes starting a thread takes longer than reading the layers.
const smallImage = 2 * 2 ** 20;

// A thread needs half a second to become quick: from this many stored bytes on the last layer is worth one of its own.
const largeLayer = 64 * 2 ** 20;

async function readImage(
  blobs: readonly LayerBlob[],
  known: readonly (LayerIdentity | undefined)[],
  options: IndexOptions,
  set: PluginSet,
): Promise<{ readonly content: ImageContent; readonly merged: MergedLayers }> {
  // Not for an image that the cache knows: it needs little, and collecting often is a tenth of the time that it takes.
  keepHeapSmall();
  const shelf = createLayerShelf();
  const unknown = known.filter((identity) => identity === undefined).length;
  await reading(blobs, unknown, options, set, (how) =>
    readAll(blobs, async (blob, layer) => {
      const index = await readLayer(blob, layer, known[layer], how);
      if (index !== undefined) shelf.put(layer, index);
    }),
  );
  const first = blobs.map((_, layer) => shelf.get(layer));
  const { layers, merged } = await completed(blobs, first, options, set);
  const content = assembleImage(
    blobs,
    layers,
    merged,
    pluginSets[set].map(({ id }) => id),
    treeChecks,
  );
  remember(options.cache, blobs, layers, content);
  return { content, merged };
}

// Threads live only while layers are read: what they hold is given back before the merge needs its own.
async function reading<T>(
  blobs: readonly LayerBlob[],
  tasks: number,
  { cache, onProgress, signal }: IndexOptions,
  set: PluginSet,
  read: (how: LayerReading) => Promise<T>,
): Promise<T> {
  const sizes = blobs.map(storedSize);
  const small = sizes.reduce((sum, size) => sum + size, 0) < smallImage;
  const share = Math.min(...sizes) >= largeLayer;
  // Loaded when first needed: an image that the cache knows takes no threads.
  const pool = small
    ? undefined
    : (await import("./index-pool.ts")).createLayerPool(set, share ? tasks : Infinity);
  const abort = (): void => void pool?.close();
  signal?.addEventListener("abort", abort);
  try {
    return await read({
      limits: layerInflateLimits(blobs.length),
      run: (task) => pool?.run(task) ?? indexLayer(task.source, { ...task, extractors: pluginSets[set] }),
      cache,
      onProgress: (layer, bytes) => onProgress?.({ layer, bytes, total: finiteOf(sizes[layer]) }),
      signal,
    });
  } finally {
    signal?.removeEventListener("abort", abort);
    await pool?.close();
  }
}

// The largest first: a small one that is left at the end keeps the fewest processors waiting.
async function readAll<T>(
  blobs: readonly LayerBlob[],
  read: (blob: LayerBlob, layer: number) => Promise<T>,
): Promise<readonly T[]> {
  const order = [...blobs.entries()].sort(([i, a], [j, b]) => storedSize(b) - storedSize(a) || i - j);
  const started = new Map(order.map(([layer, blob]) => [layer, read(blob, layer)]));
  const results = await Promise.allSettled(started.values());
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const byLayer = [...started].toSorted(([a], [b]) => a - b);
  return Promise.all(byLayer.map(([, result]) => result));
}

async function completed(
  blobs: readonly LayerBlob[],
  first: readonly (LayerIndex | undefined)[],
  options: IndexOptions,
  set: PluginSet,
): Promise<{ layers: readonly (LayerIndex | undefined)[]; merged: MergedLayers }> {
  const merged = mergeLayers(first);
  const { targets, faults } = hiddenTargets(merged, pluginSets[set]);
  const faulty = (all: MergedLayers): MergedLayers => ({ ...all, faults: [...all.faults, ...faults] });
  if (targets.size === 0) return { layers: first, merged: faulty(merged) };
  const layers = await reading(blobs, targets.size, options, set, (how) =>
    readAll(blobs, async (blob, layer) => {
      const index = first[layer];
      const wanted = targets.get(layer);
      if (index === undefined || wanted === undefined) return index;
      return withSecondPass(index, await readAgain(blob, layer, index, wanted, how));
    }),
  );
  return { layers, merged: faulty(mergeLayers(layers)) };
}

function storedSize({ content, size }: LayerBlob): number {
  switch (content.kind) {
    case "file":
      return content.length;
    case "stream":
      return size ?? Infinity;
    case "directory":
      return Infinity;
    case "unreadable":
      return 0;
  }
}

function finiteOf(size: number | undefined): number | undefined {
  return size === undefined || !Number.isFinite(size) ? undefined : size;
}

function remember(
  cache: LayerCache | undefined,
  blobs: readonly LayerBlob[],
  layers: readonly (LayerIndex | undefined)[],
  content: ImageContent,
): void {
  const sound = layers.every((layer) => layer !== undefined && isWhole(layer));
  const key = sound ? imageKey(blobs, layers) : undefined;
  if (key !== undefined) cache?.saveImage(key, content);
  cache?.prune();
}

// What the layers are and what is claimed of them: from the same of both follows the same content. A directory has no key.
function imageKey(
  blobs: readonly LayerBlob[],
  known: readonly (LayerIdentity | undefined)[],
): string | undefined {
  const parts: (readonly (string | undefined)[])[] = [];
  for (const [layer, { digest, diffId }] of blobs.entries()) {
    const identity = known[layer];
    if (identity === undefined || identity.digest === "") return undefined;
    parts.push([digest, diffId, identity.digest, identity.diffId]);
  }
  return hash("sha256", JSON.stringify(parts), "hex");
}
