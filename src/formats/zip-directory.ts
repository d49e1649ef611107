import { SeaworthyError } from "../core/errors.ts";
import type { RandomAccess } from "../core/plugin.ts";
import { uint64, viewOf } from "./random-access.ts";

/** Where an archive's central directory lies. */
export interface ZipDirectory {
  /** From the file's start. */
  readonly offset: number;
  readonly size: number;
  /** Entries as the archive counts them; modulo 65,536 where the writer knew no zip64. */
  readonly count: number;
  /** Bytes before the archive that its own offsets do not count. */
  readonly prefix: number;
}

const endHeader = 22;
const longestComment = 65_535;
/** Entries of the largest archives are counted in hundreds of thousands: some 20 MB. */
const largestDirectory = 256 * 2 ** 20;

/**
 * Finds the central directory from the archive's end.
 * @throws SeaworthyError `malformed` when there is none, `unsupported` when the archive is in several parts.
 */
export function findDirectory(access: RandomAccess): ZipDirectory {
  const start = Math.max(0, access.size - endHeader - longestComment);
  const tail = access.read(start, endHeader + longestComment);
  const view = viewOf(tail);
  for (let at = tail.length - endHeader; at >= 0; at -= 1) {
    if (tail[at] !== 0x50 || view.getUint32(at, true) !== 0x06054b50) continue;
    const directory = directoryOf(access, start + at, tail.subarray(at));
    if (directory !== undefined) return directory;
  }
  throw malformedZip(
    access.size === 0 ? "it is empty" : "no central directory at its end (cut off, or not a zip archive)",
  );
}

/** The error for an archive whose directory cannot be read. */
export function malformedZip(state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read zip archive: ${state}`);
}

// A signature inside the comment is no end of an archive: what it points to must be a directory.
function directoryOf(access: RandomAccess, endOffset: number, record: Uint8Array): ZipDirectory | undefined {
  const view = viewOf(record);
  const narrow = {
    parts: view.getUint16(4, true),
    count: view.getUint16(10, true),
    size: view.getUint32(12, true),
    offset: view.getUint32(16, true),
  };
  const wide = zip64End(access, endOffset);
  const { count, size, offset } = wide ?? narrow;
  const end = wide?.end ?? endOffset;
  if (size === 0 && count === 0)
    return view.getUint16(20, true) === record.length - endHeader
      ? { offset: end, size, count, prefix: 0 }
      : undefined;
  // Right before the end record, or (padding, a signature between) where the record says.
  const place = [end - size, offset].find((at) => at >= 0 && isDirectory(access, at, end - at, size));
  if (place === undefined) return undefined;
  if (narrow.parts !== 0 && narrow.parts !== 0xffff)
    throw new SeaworthyError("unsupported", "read zip archive: it is one of several parts");
  if (size > largestDirectory)
    throw new SeaworthyError("limit-exceeded", `read zip archive: a directory of ${size} bytes`);
  return { offset: place, size, count, prefix: Math.max(place - offset, 0) };
}

function isDirectory(access: RandomAccess, offset: number, room: number, size: number): boolean {
  if (size === 0 || size > room) return false;
  const first = access.read(offset, 4);
  return first.length === 4 && viewOf(first).getUint32(0, true) === 0x02014b50;
}

interface Zip64End {
  readonly end: number;
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

// The locator stands right before the end record and tells where the zip64 end record is, not counting bytes before the archive;
// the record itself stands right before the locator unless it is extended (4.3.14, 4.3.15).
function zip64End(access: RandomAccess, endOffset: number): Zip64End | undefined {
  const locatorOffset = endOffset - 20;
  if (locatorOffset < 0) return undefined;
  const locator = access.read(locatorOffset, 20);
  if (locator.length < 20 || viewOf(locator).getUint32(0, true) !== 0x07064b50) return undefined;
  const told = uint64(viewOf(locator), 8, true);
  return (
    zip64Record(access, locatorOffset - 56) ??
    (told === undefined || told >= locatorOffset ? undefined : zip64Record(access, told))
  );
}

function zip64Record(access: RandomAccess, offset: number): Zip64End | undefined {
  if (offset < 0) return undefined;
  const record = access.read(offset, 56);
  const view = viewOf(record);
  if (record.length < 56 || view.getUint32(0, true) !== 0x06064b50) return undefined;
  const count = uint64(view, 32, true);
  const size = uint64(view, 40, true);
  const place = uint64(view, 48, true);
  if (count === undefined || size === undefined || place === undefined) return undefined;
  return { end: offset, count, size, offset: place };
}
