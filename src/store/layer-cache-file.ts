import { hash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

const magic = Buffer.from("SWC1");
const checksumLength = 32;
const maxContent = 2 ** 30;

/** The value of a cache file; undefined when it is missing, damaged or unreadable. */
export function readRecord(file: string): unknown {
  try {
    const bytes = readFileSync(file);
    const body = bytes.subarray(magic.length + checksumLength);
    const stated = bytes.subarray(magic.length, magic.length + checksumLength);
    if (!bytes.subarray(0, magic.length).equals(magic) || !hash("sha256", body, "buffer").equals(stated))
      return undefined;
    const value: unknown = deserialize(zstdDecompressSync(body, { maxOutputLength: maxContent }));
    return value;
  } catch {
    return undefined;
  }
}

/** Writes a cache file in one step: a reader sees all of it or nothing. What cannot be written is not kept. */
export function writeRecord(file: string, value: unknown): void {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const body = zstdCompressSync(serialize(value), {
      params: { [constants.ZSTD_c_compressionLevel]: 1 },
    });
    const checksum = hash("sha256", body, "buffer");
    writeFileSync(temporary, Buffer.concat([magic, checksum, body]), { flag: "wx", mode: 0o600 });
    renameSync(temporary, file);
  } catch {
    // A full or read-only disk costs only time: the layer will be read again.
    rmSync(temporary, { force: true });
  }
}

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
