import { createHash, hash, randomBytes } from "node:crypto";
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

// A record is a sequence of values, each a frame of its own: no copy of the whole is ever made.
// Frame: bytes stored, bytes inflated (32 bits each, little-endian), zstd.

const magic = Buffer.from("SWC2");
const checksumLength = 32;
const headLength = 8;
const maxContent = 2 ** 30;

/** The values of a cache file; undefined when it is missing, damaged or unreadable. */
export function readRecord(file: string): readonly unknown[] | undefined {
  try {
    const bytes = readFileSync(file);
    const body = bytes.subarray(magic.length + checksumLength);
    const stated = bytes.subarray(magic.length, magic.length + checksumLength);
    if (!bytes.subarray(0, magic.length).equals(magic) || !hash("sha256", body, "buffer").equals(stated))
      return undefined;
    return readFrames(body);
  } catch {
    return undefined;
  }
}

function readFrames(body: Buffer): readonly unknown[] {
  const values: unknown[] = [];
  let room = maxContent;
  for (let at = 0; at < body.length; ) {
    const start = at + headLength;
    const inflated = body.readUInt32LE(at + 4);
    const frame = body.subarray(start, start + body.readUInt32LE(at));
    room -= inflated;
    if (room < 0) return [];
    // A chunk that holds all saves a second copy of it.
    const content = zstdDecompressSync(frame, {
      maxOutputLength: inflated + 1,
      chunkSize: Math.max(inflated + 1, 64),
    });
    values.push(deserialize(content));
    at = start + frame.length;
  }
  return values;
}

/** Writes a cache file in one step: a reader sees all of it or nothing. What cannot be written is not kept. */
export function writeRecord(file: string, values: Iterable<unknown>): void {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const descriptor = openSync(temporary, "wx", 0o600);
    try {
      writeFrames(descriptor, values);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch {
    // A full or read-only disk costs only time: the layer will be read again.
    rmSync(temporary, { force: true });
  }
}

function writeFrames(descriptor: number, values: Iterable<unknown>): void {
  const hasher = createHash("sha256");
  let at = magic.length + checksumLength;
  const put = (bytes: Uint8Array, position: number): void => {
    for (let done = 0; done < bytes.length; )
      done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
  };
  for (const value of values) {
    const content = serialize(value);
    const stored = zstdCompressSync(content, frameOptions);
    const size = content.length;
    // A copy of a large array is given back at once, not when the collector looks.
    if (content.buffer instanceof ArrayBuffer && content.buffer.byteLength > 2 ** 20)
      content.buffer.transfer(0);
    const head = Buffer.alloc(headLength);
    head.writeUInt32LE(stored.length, 0);
    head.writeUInt32LE(size, 4);
    for (const bytes of [head, stored]) {
      hasher.update(bytes);
      put(bytes, at);
      at += bytes.length;
    }
  }
  put(magic, 0);
  put(hasher.digest(), magic.length);
}

const frameOptions = { chunkSize: 2 ** 18, params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const touchAfter = 3_600_000;

/** Marks a file as used, so that it is pruned late; not more than once an hour. */
export function touch(file: string): void {
  try {
    const now = Date.now();
    if (now - statSync(file).mtimeMs > touchAfter) utimesSync(file, now / 1000, now / 1000);
  } catch {
    // Another process may have pruned it.
  }
}

/** Removes the files used longest ago until those of `directory` are within `limit` bytes, and what crashed writers left. */
export function pruneFiles(directory: string, limit: number): void {
  const files = listFiles(directory);
  const stale = Date.now() - touchAfter;
  const leftOver = files.filter(({ path, used }) => path.endsWith(".tmp") && used < stale);
  const kept = files.filter(({ path }) => !path.endsWith(".tmp")).sort((a, b) => b.used - a.used);
  let size = 0;
  const beyond = kept.filter((file) => {
    size += file.size;
    return size > limit;
  });
  for (const { path } of [...leftOver, ...beyond]) remove(path);
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Not ours to remove: the bound is kept as well as can be.
  }
}

interface CacheFile {
  readonly path: string;
  readonly size: number;
  readonly used: number;
}

function listFiles(directory: string): readonly CacheFile[] {
  try {
    return readdirSync(directory).flatMap((name) => {
      const path = join(directory, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats === undefined ? [] : [{ path, size: stats.size, used: stats.mtimeMs }];
    });
  } catch {
    return [];
  }
}
