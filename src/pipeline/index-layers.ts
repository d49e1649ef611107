import { stat } from "node:fs/promises";
import { codeOf, type ErrorCode, messageOf } from "../core/errors.ts";
import type { LayerBlob, LayerContent } from "../core/image.ts";
import type { LayerFault, LayerIndex } from "../core/layer.ts";
import type { InflateLimits } from "../formats/compression.ts";
import { createDigester } from "../formats/digest.ts";
import { noFinds } from "../images/find-pack.ts";
import type { WalkTargets } from "../images/walk-collect.ts";
import { noEntries } from "../images/walk-entries.ts";
import type { FileRange, LayerCache, LayerIdentity } from "../store/layer-cache.ts";
import { readRange } from "./index-layer.ts";
import type { PoolTask } from "./index-pool.ts";

/** What reading layers takes: who indexes, where results are kept, who is told. */
export interface LayerReading {
  readonly limits: InflateLimits;
  readonly run: (task: PoolTask) => Promise<LayerIndex>;
  readonly cache: LayerCache | undefined;
  readonly onProgress: (layer: number, bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * What is known of a layer's bytes before they are read: from the file's own state for a local one, from the digest that a
 * registry serves it by. Undefined when it must be read.
 */
export async function identifyLayer(
  { content, digest }: LayerBlob,
  cache: LayerCache | undefined,
): Promise<LayerIdentity | undefined> {
  if (cache === undefined) return undefined;
  if (content.kind === "stream") return digest === undefined ? undefined : cache.identity(digest);
  const range = await rangeOf(content);
  return range === undefined ? undefined : cache.provenRange(range);
}

/** The index of one layer, from the cache where its bytes are proven, else read. Undefined for one that cannot be opened. */
export async function readLayer(
  blob: LayerBlob,
  layer: number,
  known: LayerIdentity | undefined,
  reading: LayerReading,
): Promise<LayerIndex | undefined> {
  const { content, diffId } = blob;
  const { cache } = reading;
  if (content.kind === "unreadable") return undefined;
  if (cache === undefined) return runTask(content, layer, diffId, reading);
  const range = await rangeOf(content);
  const identity = known ?? (await rehash(blob, layer, reading));
  const cached = identity === undefined ? undefined : cache.layer(identity.diffId);
  if (identity !== undefined && cached !== undefined) {
    if (known === undefined) await prove(cache, content, range, identity);
    return { ...cached, ...identity };
  }
  const index = await runTask(content, layer, diffId, reading);
  // Bytes that are not what is claimed of them were not compared with their checksums either.
  if (!isWhole(index) || (diffId !== undefined && diffId !== index.diffId)) return index;
  cache.saveLayer(index);
  await prove(cache, content, range, index);
  return index;
}

/** Reads a layer again for the files that only the merged tree shows to be wanted. */
export async function readAgain(
  { content }: LayerBlob,
  layer: number,
  first: LayerIndex,
  targets: WalkTargets,
  reading: LayerReading,
): Promise<Pick<LayerIndex, "finds" | "errors">> {
  if (content.kind === "unreadable") return { finds: noFinds, errors: [] };
  const key = JSON.stringify([...targets]);
  const cached = first.diffId === "" ? undefined : reading.cache?.secondPass(first.diffId, key);
  if (cached !== undefined) return cached;
  const second = await runTask(content, layer, first.diffId, reading, targets);
  // Bytes that changed between the passes: nothing of the second is about the files of the first.
  if (second.diffId !== first.diffId) return { finds: noFinds, errors: changed(targets) };
  const { finds, errors } = second;
  if (isWhole(second)) reading.cache?.saveSecondPass(first.diffId, key, { finds, errors });
  return { finds, errors };
}

function changed(targets: WalkTargets): LayerIndex["errors"] {
  const message = "read layer a second time: its bytes have changed";
  return [...targets].flatMap(([entry, paths]) =>
    paths.map((path) => ({ plugin: "walk", entry, path, code: "digest-mismatch" as const, message })),
  );
}

/** Is the index all that its bytes say, on any machine and at any time? Not after a full disk or a change under way. */
export function isWhole({ digest, faults, errors }: LayerIndex): boolean {
  return digest !== "" && faults.length === 0 && !errors.some(({ code }) => passing.has(code));
}

const passing: ReadonlySet<ErrorCode> = new Set(["disk-failed", "digest-mismatch"]);

async function runTask(
  content: Exclude<LayerContent, { kind: "unreadable" }>,
  layer: number,
  claim: string | undefined,
  { limits, run, onProgress, signal }: LayerReading,
  targets?: WalkTargets,
): Promise<LayerIndex> {
  signal?.throwIfAborted();
  let read = 0;
  const onBytes = (bytes: number): void => {
    read += bytes;
    onProgress(layer, read);
  };
  const source = content.kind === "stream" ? { kind: "chunks" as const, chunks: content.open() } : content;
  try {
    const index = await run({ source, targets, limits, claimed: claim !== undefined, onBytes });
    signal?.throwIfAborted();
    return index;
  } catch (thrown) {
    signal?.throwIfAborted();
    return brokenLayer({ code: codeOf(thrown), message: messageOf(thrown) });
  }
}

function brokenLayer(fault: LayerFault): LayerIndex {
  return {
    diffId: "",
    digest: "",
    compression: "none",
    bytes: 0,
    entries: noEntries,
    executables: [],
    finds: noFinds,
    errors: [],
    faults: [fault],
  };
}

async function rangeOf(content: LayerContent): Promise<FileRange | undefined> {
  if (content.kind !== "file") return undefined;
  const stats = await stat(content.path, { bigint: true }).catch(() => undefined);
  return stats === undefined ? undefined : { stats, offset: content.offset, length: content.length };
}

// The claimed digest is in the cache, but nothing says that these bytes have it: hashing them is far cheaper than reading them.
async function rehash(
  { content, digest, diffId }: LayerBlob,
  layer: number,
  { cache, onProgress, signal }: LayerReading,
): Promise<LayerIdentity | undefined> {
  const claimed = [digest, diffId].map((claim) => (claim === undefined ? undefined : cache?.identity(claim)));
  if (content.kind !== "file" || claimed.every((identity) => identity === undefined)) return undefined;
  const digester = createDigester();
  let read = 0;
  try {
    for await (const chunk of readRange(content)) {
      signal?.throwIfAborted();
      digester.update(chunk);
      read += chunk.length;
      onProgress(layer, read);
    }
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
  const found = digester.finish();
  return claimed.find((identity) => identity?.digest === found);
}

/**
 * Remembers what a file's bytes were, unless it could be written to without showing it: clocks of file systems are coarse, so
 * a file changed a moment ago may change again within the same tick.
 */
async function prove(
  cache: LayerCache,
  content: LayerContent,
  before: FileRange | undefined,
  identity: LayerIdentity,
): Promise<void> {
  const after = await rangeOf(content);
  if (before === undefined || after === undefined) return;
  const { dev, ino, size, mtimeNs, ctimeNs } = before.stats;
  const now = after.stats;
  const same = [
    now.dev === dev,
    now.ino === ino,
    now.size === size,
    now.mtimeNs === mtimeNs,
    now.ctimeNs === ctimeNs,
  ];
  const newest = ctimeNs > mtimeNs ? ctimeNs : mtimeNs;
  const age = BigInt(Date.now()) * 1_000_000n - newest;
  const tick = newest % 1_000_000_000n === 0n ? 2_100_000_000n : 50_000_000n;
  if (!same.includes(false) && age > tick) cache.proveRange(before, identity);
}
