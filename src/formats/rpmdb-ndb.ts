import { SeaworthyError } from "../core/errors.ts";
import type { RandomAccess } from "../core/plugin.ts";
import { bufferOf } from "./lines.ts";
import { damagedStore, malformedStore, maxHeader, type StoredHeader } from "./rpm-header.ts";

/** Is it an ndb package database by its magic number? */
export function isNdb(head: Uint8Array): boolean {
  return head.length >= 4 && bufferOf(head).toString("latin1", 0, 4) === "RpmP";
}

/**
 * Headers in `Packages.db`, rpm's own store (SUSE; rpm lib/backend/ndb/rpmpkg.c): pages of slots, each of which points to a blob of
 * 16-byte blocks between a head and a tail with an Adler-32. Blobs together are never larger than the file.
 * @throws SeaworthyError `malformed` when it is no such file, `unsupported` for another version.
 */
export function* ndbHeaders(bytes: RandomAccess): Generator<StoredHeader> {
  const slotPages = openNdb(bytes);
  let room = bytes.size;
  for (let page = 0; page < slotPages; page += 1) {
    const slots = bufferOf(bytes.read(page * pageSize, pageSize));
    if (slots.length < pageSize) {
      yield damaged(`slot page ${page} of ${slotPages} is cut off`, "truncated");
      return;
    }
    for (let at = page === 0 ? 2 * blockSize : 0; at < pageSize; at += blockSize) {
      const slot = readSlot(slots, at);
      if (slot === "damaged")
        yield damagedStore(name, `slot at byte ${page * pageSize + at} has no magic number`);
      if (slot === "damaged" || slot === "free") continue;
      room -= slot.blocks * blockSize;
      if (room < 0) {
        yield damagedStore(name, "the blobs are larger than the file");
        return;
      }
      yield* readBlob(bytes, slot);
    }
  }
}

const name = "ndb";
const pageSize = 4096;
const blockSize = 16;
const headSize = 16;
const tailSize = 12;

// Header of 32 bytes: magic number, version, generation, pages of slots, next package number; little-endian.
function openNdb(bytes: RandomAccess): number {
  const header = bufferOf(bytes.read(0, 32));
  if (header.length < 32 || !isNdb(header)) throw malformedStore(name, "it has no ndb header");
  if (header.readUInt32LE(4) !== 0)
    throw new SeaworthyError("unsupported", `read rpm database (ndb): version ${header.readUInt32LE(4)}`);
  return header.readUInt32LE(12);
}

interface Slot {
  readonly package: number;
  readonly offset: number;
  readonly blocks: number;
}

function readSlot(slots: Buffer, at: number): Slot | "free" | "damaged" {
  if (slots.toString("latin1", at, at + 4) !== "Slot") return "damaged";
  const offset = slots.readUInt32LE(at + 8) * blockSize;
  if (offset === 0) return "free";
  return { package: slots.readUInt32LE(at + 4), offset, blocks: slots.readUInt32LE(at + 12) };
}

// A header that does not match its check sum is told beside the damage: rpm itself looks at the sum only when it verifies.
function* readBlob(bytes: RandomAccess, slot: Slot): Generator<StoredHeader> {
  const size = slot.blocks * blockSize;
  const what = `the header of package ${slot.package}`;
  if (size > maxHeader) {
    yield damaged(`${what} has ${size} bytes`, "limit-exceeded");
    return;
  }
  const blob = bufferOf(bytes.read(slot.offset, size));
  if (blob.length < size) yield damaged(`${what} is cut off`, "truncated");
  else if (!isFramed(blob, slot)) yield damagedStore(name, `${what} is not framed as it should be`);
  else {
    const tail = size - tailSize;
    if (adler32(blob.subarray(0, tail)) !== blob.readUInt32LE(tail))
      yield damagedStore(name, `${what} does not match its check sum`);
    yield { kind: "header", bytes: blob.subarray(headSize, headSize + blob.readUInt32LE(12)) };
  }
}

// Head: magic number, package, generation, length; tail: check sum, length, magic number. Padding is before the tail.
function isFramed(blob: Buffer, slot: Slot): boolean {
  if (blob.length < headSize + tailSize) return false;
  const length = blob.readUInt32LE(12);
  return (
    length > 0 &&
    Math.ceil((headSize + length + tailSize) / blockSize) === slot.blocks &&
    blob.toString("latin1", 0, 4) === "BlbS" &&
    blob.readUInt32LE(4) === slot.package &&
    blob.readUInt32LE(blob.length - 8) === length &&
    blob.toString("latin1", blob.length - 4) === "BlbE"
  );
}

// RFC 1950, 8.2; 5552 bytes are the most that cannot pass 2^32 between two remainders.
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let start = 0; start < bytes.length; start += 5552) {
    const end = Math.min(start + 5552, bytes.length);
    for (let at = start; at < end; at += 1) {
      a += bytes[at] ?? 0;
      b += a;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return b * 65_536 + a;
}

function damaged(state: string, code: "truncated" | "limit-exceeded"): StoredHeader {
  return { kind: "damaged", error: new SeaworthyError(code, `read rpm database (ndb): ${state}`) };
}
