import { pipeline } from "node:stream";
import { constants, createZstdDecompress, zstdDecompressSync } from "node:zlib";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { gunzip } from "./gzip.ts";
import { createFrameScanner, type FramePiece } from "./zstd-frames.ts";

/** Bounds of decompression. */
export interface InflateLimits {
  /** Most bytes that may come out. */
  readonly bytes: number;
  /** Most bytes out for each byte in, once `free` bytes are out. */
  readonly ratio: number;
  /** Bytes that may come out of however little. */
  readonly free: number;
}

/** What the caller does with the bytes that come out. */
export interface InflateUse {
  /** With `reused` chunks of gzip each is valid only until the next is asked for, which spares a copy of everything. */
  readonly memory: "own" | "reused";
  /** With `digest` the caller compares all of them with one, so that gzip's own checksums are not looked at. */
  readonly proof: "checksum" | "digest";
}

/** Uncompressed bytes, chunk by chunk (up to 1 MiB). Iterating throws SeaworthyError. */
export interface Inflated {
  readonly compression: "none" | "gzip" | "zstd";
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** 64 GiB in all. Layers of programs and data inflate to 3 or 10 times; only holes in files come near 1000. */
export const inflateLimits: InflateLimits = { bytes: 64 * 2 ** 30, ratio: 100, free: 2 ** 30 };

/**
 * The limits for each of so many layers: what may come out of nothing is shared by the layers of an image, 8 GiB, so that its reading
 * is bounded by its stored size.
 */
export function layerInflateLimits(layers: number): InflateLimits {
  const share = (8 * 2 ** 30) / Math.max(layers, 1);
  return { ...inflateLimits, free: Math.max(Math.min(share, inflateLimits.free), 2 ** 26) };
}

/**
 * Tells the compression by the first bytes and undoes it. A chunk of `stored` is used up before the next is asked for. Reading
 * further fails with `malformed` (damage, bytes after the end), `truncated`, `limit-exceeded` (a bomb), or with the error of
 * `stored` itself.
 * @throws SeaworthyError `unsupported` for bzip2 and xz.
 */
export async function inflate(
  stored: AsyncIterable<Uint8Array>,
  limits: InflateLimits = inflateLimits,
  use: InflateUse = { memory: "own", proof: "checksum" },
): Promise<Inflated> {
  const source = await peek(stored);
  const compression = detectCompression(source.head);
  switch (compression) {
    case "none":
      return { compression, chunks: guarded(source.chunks, { in: 0 }, { ...limits, ratio: Infinity }) };
    case "gzip":
    case "zstd": {
      const meter = { in: 0 };
      const counted = count(source.chunks, meter);
      const chunks = compression === "zstd" ? unzstd(copied(counted)) : gunzipped(counted, use);
      return { compression, chunks: guarded(chunks, meter, limits) };
    }
    default:
      await source.close();
      throw new SeaworthyError(
        "unsupported",
        `decompress layer: compression ${compression} is not of any layer type`,
      );
  }
}

/** Compression by magic number; `none` for anything else, a tar included. */
export function detectCompression(head: Uint8Array): "none" | "gzip" | "zstd" | "bzip2" | "xz" {
  const [a = 0, b = 0, c = 0, d = 0] = head;
  if (a === 0x1f && b === 0x8b) return "gzip";
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return "zstd";
  if ((a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18) return "zstd";
  if (a === 0x42 && b === 0x5a && c === 0x68 && d >= 0x31 && d <= 0x39) return "bzip2";
  if (a === 0xfd && b === 0x37 && c === 0x7a && d === 0x58) return "xz";
  return "none";
}

async function peek(
  stored: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; chunks: AsyncIterable<Uint8Array>; close: () => Promise<unknown> }> {
  const iterator = stored[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let size = 0;
  while (size < 4) {
    const next = await iterator.next();
    if (next.done === true) break;
    size += next.value.length;
    held.push(size < 4 ? new Uint8Array(next.value) : next.value);
  }
  const head = Buffer.concat(held.map((chunk) => chunk.subarray(0, 4)));
  return { head, chunks: resume(held, iterator), close: async () => iterator.return?.() };
}

async function* resume(
  held: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* held;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

async function* gunzipped(
  stored: AsyncIterable<Uint8Array>,
  { memory, proof }: InflateUse,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of gunzip(stored, { summed: proof === "checksum" }))
    yield memory === "own" ? new Uint8Array(chunk) : chunk;
}

async function* count(stored: AsyncIterable<Uint8Array>, meter: { in: number }): AsyncGenerator<Uint8Array> {
  for await (const chunk of stored) {
    meter.in += chunk.length;
    yield chunk;
  }
}

// A stream of zlib looks at its input in another thread, some time later. (`slice` of a Buffer would be no copy.)
async function* copied(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield new Uint8Array(chunk);
}

async function* guarded(
  chunks: AsyncIterable<Uint8Array>,
  meter: { readonly in: number },
  limits: InflateLimits,
): AsyncGenerator<Uint8Array> {
  let out = 0;
  for await (const chunk of chunks) {
    out += chunk.length;
    if (out > limits.bytes)
      throw new SeaworthyError(
        "limit-exceeded",
        `decompress layer: more than ${limits.bytes} bytes come out`,
      );
    if (out > limits.free && out > meter.in * limits.ratio)
      throw new SeaworthyError(
        "limit-exceeded",
        `decompress layer: more than ${limits.ratio} times as many bytes come out as go in`,
      );
    yield chunk;
  }
}

const chunkSize = 2 ** 20;
// Room for the thread pool to inflate ahead while JavaScript looks at what came.
const ahead = { chunkSize, readableHighWaterMark: 2 * chunkSize };
const zstdOptions = { params: { [constants.ZSTD_d_windowLogMax]: 27 } };

async function* decoded(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (thrown) {
    throw thrown instanceof SeaworthyError || !isZlibError(thrown)
      ? thrown
      : new SeaworthyError(
          thrown.code === "Z_BUF_ERROR" ? "truncated" : "malformed",
          `decompress zstd: ${messageOf(thrown)}`,
          { cause: thrown },
        );
  }
}

function isZlibError(thrown: unknown): thrown is Error & { code: string } {
  return (
    thrown instanceof Error &&
    "code" in thrown &&
    typeof thrown.code === "string" &&
    /^(Z_|ZSTD)/.test(thrown.code)
  );
}

async function* unzstd(stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = framePieces(stored);
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
    const small = smallFrame(next.value);
    if (small === undefined) yield* largeFrame(next.value, pieces);
    else yield small;
  }
}

async function* framePieces(stored: AsyncIterable<Uint8Array>): AsyncGenerator<FramePiece> {
  const scanner = createFrameScanner();
  for await (const chunk of stored) yield* scanner.push(chunk);
  scanner.end();
}

const maxSmallFrame = 2 ** 16;
const maxSmallContent = 2 ** 24;

// zstd:chunked makes a frame of every file: a stream for each would cost more than its content.
function smallFrame(piece: FramePiece): Uint8Array | undefined {
  if (!piece.first || !piece.last || piece.bytes.length > maxSmallFrame) return undefined;
  try {
    return zstdDecompressSync(piece.bytes, { ...zstdOptions, maxOutputLength: maxSmallContent });
  } catch {
    // Too much for one buffer, or damaged: the stream takes the one and tells the other.
    return undefined;
  }
}

async function* largeFrame(head: FramePiece, pieces: AsyncGenerator<FramePiece>): AsyncGenerator<Uint8Array> {
  const stream = createZstdDecompress({ ...ahead, ...zstdOptions });
  pipeline(frameBytes(head, pieces), stream, () => {});
  yield* decoded(stream);
}

// Takes the pieces of one frame by hand: for-await would close the generator that the next frame is read from.
async function* frameBytes(head: FramePiece, pieces: AsyncGenerator<FramePiece>): AsyncGenerator<Uint8Array> {
  let piece = head;
  while (true) {
    yield piece.bytes;
    if (piece.last) return;
    const next = await pieces.next();
    if (next.done === true) return;
    piece = next.value;
  }
}
