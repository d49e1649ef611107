import { closeSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { SeaworthyError } from "../core/errors.ts";
import type { LayerIndex } from "../core/layer.ts";
import type { Extractor } from "../core/plugin.ts";
import { type InflateLimits, inflate, inflateLimits } from "../formats/compression.ts";
import { createDigester, type Digester } from "../formats/digest.ts";
import { createLayerWalk } from "../images/walk.ts";
import type { WalkTargets } from "../images/walk-collect.ts";
import { walkDirectory } from "../images/walk-directory.ts";

/** The bytes of one layer, as the thread that indexes it gets at them. */
export type LayerSource =
  | { readonly kind: "file"; readonly path: string; readonly offset: number; readonly length: number }
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "chunks"; readonly chunks: AsyncIterable<Uint8Array> };

/** What indexing a layer takes beside its bytes. */
export interface LayerTask {
  readonly extractors: readonly Extractor[];
  /** For a second pass over the same bytes. */
  readonly targets?: WalkTargets | undefined;
  /** Bounds of decompression; those of an image with one layer unless told. */
  readonly limits?: InflateLimits | undefined;
  /** What comes out will be compared with a claimed digest: gzip's weaker checksums need not be. */
  readonly claimed?: boolean | undefined;
  /** Is told how many stored bytes were read since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Reads one layer through decompression and the walk, hashing what is stored and what comes out on the way.
 * Damage is in the index's `faults`; the digests are of all that could be read.
 */
export async function indexLayer(source: LayerSource, task: LayerTask): Promise<LayerIndex> {
  if (source.kind === "directory") {
    const { bytes, ...result } = walkDirectory(source.path, task);
    return { diffId: "", digest: "", compression: "none", bytes, ...result };
  }
  const stored = source.kind === "file" ? readRange(source) : source.chunks;
  return indexStream(stored, task);
}

async function indexStream(stored: AsyncIterable<Uint8Array>, task: LayerTask): Promise<LayerIndex> {
  const walk = createLayerWalk(task);
  const storedDigest = createDigester();
  const tarDigest = createDigester();
  let compression: LayerIndex["compression"] = "none";
  let bytes = 0;
  let failure: unknown;
  try {
    const inflated = await inflate(tapped(stored, storedDigest, task.onBytes), task.limits ?? inflateLimits, {
      memory: "reused",
      proof: (task.claimed ?? false) ? "digest" : "checksum",
    });
    compression = inflated.compression;
    for await (const chunk of inflated.chunks) {
      bytes += chunk.length;
      // Without compression both digests are of the same bytes.
      if (compression !== "none") tarDigest.update(chunk);
      walk.push(chunk);
      // What comes through uncompressed is the source's own memory, and gzip uses one buffer again and again.
      if (compression === "zstd") giveBack(chunk);
    }
  } catch (thrown) {
    failure = thrown;
  }
  const result = walk.finish(failure);
  // A digest of a part would only look like a mismatch: the fault tells what happened.
  if (failure !== undefined) return { diffId: "", digest: "", compression, bytes, ...result };
  const digest = storedDigest.finish();
  return {
    diffId: compression === "none" ? digest : tarDigest.finish(),
    digest,
    compression,
    bytes,
    ...result,
  };
}

// A gigabyte of chunks is garbage long before the collector looks: their memory is given back at once. zlib cuts several
// chunks from one buffer and lets go of it with the one that ends it.
function giveBack(chunk: Uint8Array): void {
  const { buffer } = chunk;
  if (buffer instanceof ArrayBuffer && chunk.byteOffset + chunk.byteLength === buffer.byteLength)
    buffer.transfer(0);
}

async function* tapped(
  stored: AsyncIterable<Uint8Array>,
  digester: Digester,
  onBytes: LayerTask["onBytes"],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of stored) {
    digester.update(chunk);
    onBytes?.(chunk.length);
    yield chunk;
  }
}

const readSize = 2 ** 18;

/**
 * A part of a file, chunk by chunk; each is valid until the next is asked for. Iterating throws SeaworthyError `truncated`, or
 * `layer-unreadable`.
 */
export async function* readRange(range: {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}): AsyncGenerator<Uint8Array> {
  const file = openLayer(range.path);
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(readSize, range.length));
    let at = range.offset;
    const end = range.offset + range.length;
    while (at < end) {
      const count = readSync(file, buffer, 0, Math.min(buffer.length, end - at), at);
      if (count === 0)
        throw new SeaworthyError("truncated", `read layer "${range.path}": ${end - at} bytes are missing`);
      at += count;
      yield buffer.subarray(0, count);
      // Handing each read to another thread and back takes longer than the read; signals are heard in between all the same.
      await setImmediate();
    }
  } finally {
    closeSync(file);
  }
}

function openLayer(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new SeaworthyError("layer-unreadable", `open layer "${path}": ${String(cause)}`, { cause });
  }
}
