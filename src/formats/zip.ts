import { crc32, inflateRawSync } from "node:zlib";
import { SeaworthyError } from "../core/errors.ts";
import type { RandomAccess } from "../core/plugin.ts";
import { accessBytes, accessPart, uint64, utf8, viewOf } from "./random-access.ts";
import { findDirectory, malformedZip, type ZipDirectory } from "./zip-directory.ts";

// PKWARE's APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

/** An opened archive. `entries` walks the central directory anew each time; it holds one entry at a time. */
export interface ZipArchive {
  readonly access: RandomAccess;
  /** @throws SeaworthyError `malformed` at the first entry that is no entry. */
  readonly entries: () => Generator<ZipEntry>;
}

/** One line of the central directory. Names are not unique, and not safe as paths. */
export interface ZipEntry {
  readonly name: string;
  readonly encrypted: boolean;
  /** 0 stored, 8 deflated; others are not read. */
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Of the local header, from the file's start. */
  readonly offset: number;
}

const entryHeader = 46;
const localHeader = 30;
const chunk = 2 ** 18;
/** Name, extra field and comment are 64 KiB each at most. */
const longestEntry = entryHeader + 3 * 65_535;

/**
 * Opens a zip archive: ordinary, zip64, with bytes before it (executable jars) or after its comment.
 * @throws SeaworthyError `malformed` when there is no central directory, `unsupported` when it is encrypted or in several parts.
 */
export function openZip(access: RandomAccess): ZipArchive {
  const directory = findDirectory(access);
  return { access, entries: () => entries(access, directory) };
}

/** The entry of that name; the last one where several bear it, as Java and Python take it. */
export function findEntry(archive: ZipArchive, name: string): ZipEntry | undefined {
  let found: ZipEntry | undefined;
  for (const entry of archive.entries()) if (entry.name === name) found = entry;
  return found;
}

/**
 * The bytes of an entry. A stored one is a part of the archive, without a copy and unchecked; a deflated one is inflated into memory.
 * @throws SeaworthyError `limit-exceeded` above `limit` bytes, `unsupported` for another method or encryption, `malformed` else.
 */
export function readEntry(archive: ZipArchive, entry: ZipEntry, limit: number): RandomAccess {
  if (entry.encrypted) throw unsupported(entry, "it is encrypted");
  if (entry.method !== 0 && entry.method !== 8)
    throw unsupported(entry, `compression method ${entry.method}`);
  if (entry.size > limit) throw tooLarge(entry, limit);
  const stored = accessPart(archive.access, contentOffset(archive.access, entry), entry.compressedSize);
  if (stored.size !== entry.compressedSize) throw malformedEntry(entry, "its bytes end too early");
  if (entry.method === 0) {
    if (entry.size !== entry.compressedSize) throw malformedEntry(entry, "it is stored in another size");
    return stored;
  }
  return accessBytes(inflate(entry, stored, limit));
}

function* entries(access: RandomAccess, directory: ZipDirectory): Generator<ZipEntry> {
  const { offset, size, prefix, count } = directory;
  let buffer: Uint8Array = new Uint8Array();
  let bufferStart = 0;
  let seen = 0;
  for (let at = 0; at < size; seen += 1) {
    if (at + longestEntry > bufferStart + buffer.length && bufferStart + buffer.length < size) {
      buffer = access.read(offset + at, Math.min(size - at, chunk + longestEntry));
      bufferStart = at;
    }
    const [entry, length] = readHeader(buffer.subarray(at - bufferStart), prefix);
    at += length;
    yield entry;
  }
  if (seen % 65_536 !== count % 65_536)
    throw malformedZip(`its directory counts ${count} entries and holds ${seen}`);
}

function readHeader(bytes: Uint8Array, prefix: number): readonly [entry: ZipEntry, length: number] {
  if (bytes.length < entryHeader) throw malformedZip("its directory ends inside an entry");
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== 0x02014b50) throw malformedZip("its directory holds something else");
  const nameEnd = entryHeader + view.getUint16(28, true);
  const extraEnd = nameEnd + view.getUint16(30, true);
  const length = extraEnd + view.getUint16(32, true);
  if (length > bytes.length) throw malformedZip("its directory ends inside an entry");
  const flags = view.getUint16(8, true);
  const wide = zip64Fields(bytes.subarray(nameEnd, extraEnd), {
    size: view.getUint32(24, true),
    compressedSize: view.getUint32(20, true),
    offset: view.getUint32(42, true),
  });
  return [
    {
      name: utf8(bytes.subarray(entryHeader, nameEnd)),
      encrypted: (flags & 0x2041) !== 0,
      method: view.getUint16(10, true),
      crc: view.getUint32(16, true),
      compressedSize: wide.compressedSize,
      size: wide.size,
      offset: wide.offset + prefix,
    },
    length,
  ];
}

interface Sizes {
  readonly size: number;
  readonly compressedSize: number;
  readonly offset: number;
}

// Fields that do not fit 32 bits stand as 0xffffffff, and in full, in this order, in extra field 1 (4.5.3).
function zip64Fields(extra: Uint8Array, narrow: Sizes): Sizes {
  const full = 0xffff_ffff;
  if (narrow.size !== full && narrow.compressedSize !== full && narrow.offset !== full) return narrow;
  const field = extraField(extra, 1);
  if (field === undefined) return narrow;
  const view = viewOf(field);
  let at = 0;
  const next = (value: number): number => {
    if (value !== full || at + 8 > field.length) return value;
    at += 8;
    const wide = uint64(view, at - 8, true);
    if (wide === undefined) throw malformedZip("an entry's size or place is beyond all files");
    return wide;
  };
  const size = next(narrow.size);
  const compressedSize = next(narrow.compressedSize);
  return { size, compressedSize, offset: next(narrow.offset) };
}

function extraField(extra: Uint8Array, id: number): Uint8Array | undefined {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === id) return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

function contentOffset(access: RandomAccess, entry: ZipEntry): number {
  const header = access.read(entry.offset, localHeader);
  const view = viewOf(header);
  if (header.length < localHeader || view.getUint32(0, true) !== 0x04034b50)
    throw malformedEntry(entry, "there is no entry at its place");
  return entry.offset + localHeader + view.getUint16(26, true) + view.getUint16(28, true);
}

function inflate(entry: ZipEntry, stored: RandomAccess, limit: number): Uint8Array {
  if (entry.compressedSize === 0 && entry.size === 0) return new Uint8Array();
  if (entry.compressedSize > limit + 65_536) throw tooLarge(entry, limit);
  // Deflate makes at most 1032 bytes of one.
  if (entry.size > entry.compressedSize * 1032)
    throw malformedEntry(entry, "it claims more than it can hold");
  const bytes = inflated(entry, stored);
  if (bytes.length !== entry.size)
    throw malformedEntry(entry, `it has ${bytes.length} bytes, not ${entry.size}`);
  if (crc32(bytes) !== entry.crc) throw malformedEntry(entry, "its checksum is wrong");
  return bytes;
}

function inflated(entry: ZipEntry, stored: RandomAccess): Uint8Array {
  // A chunk that holds all (and one byte more) saves a second copy of it.
  const options = { maxOutputLength: entry.size + 1, chunkSize: Math.max(entry.size + 1, 64) };
  try {
    return inflateRawSync(stored.read(0, stored.size), options);
  } catch (cause) {
    const message = `read "${shown(entry.name)}" of a zip archive: not inflatable`;
    throw new SeaworthyError("malformed", message, { cause });
  }
}

function tooLarge(entry: ZipEntry, limit: number): SeaworthyError {
  const message = `read "${shown(entry.name)}" of a zip archive: ${entry.size} bytes, the limit is ${limit} bytes`;
  return new SeaworthyError("limit-exceeded", message);
}

function unsupported(entry: ZipEntry, state: string): SeaworthyError {
  return new SeaworthyError("unsupported", `read "${shown(entry.name)}" of a zip archive: ${state}`);
}

function malformedEntry(entry: ZipEntry, state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read "${shown(entry.name)}" of a zip archive: ${state}`);
}

function shown(name: string): string {
  return name.length > 200 ? `${name.slice(0, 200)}…` : name;
}
