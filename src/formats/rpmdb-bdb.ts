import { SeaworthyError } from "../core/errors.ts";
import type { RandomAccess } from "../core/plugin.ts";
import { bufferOf } from "./lines.ts";
import { createPageSet, type PageSet } from "./page-set.ts";
import { damagedStore, malformedStore, maxHeader, type StoredHeader } from "./rpm-header.ts";

/** Is it a Berkeley DB hash by its meta page (magic number at byte 12, in either byte order)? */
export function isBerkeleyHash(head: Uint8Array): boolean {
  return head.length >= 16 && byteOrder(bufferOf(head)) !== undefined;
}

/**
 * Headers in rpm's `Packages` of rpm before 4.16, a Berkeley DB hash (db_page.h; rpm reads it in lib/backend/bdb_ro.c): the pages of
 * each bucket hold pairs of key (package number) and value (header), mostly on chains of overflow pages. Each page is read at most once.
 * @throws SeaworthyError `malformed` when it is no such file, `unsupported` when it is encrypted or of another version.
 */
export function* berkeleyHeaders(bytes: RandomAccess): Generator<StoredHeader> {
  const store = openHash(bytes);
  if (store.lastPage >= store.pages)
    yield {
      kind: "damaged",
      error: new SeaworthyError(
        "truncated",
        `read rpm database (Berkeley DB): ${store.pages} whole pages of ${store.lastPage + 1}`,
      ),
    };
  for (let bucket = 0; bucket <= store.maxBucket; bucket += 1) {
    yield* bucketHeaders(store, bucketPage(store, bucket));
  }
}

interface HashStore {
  readonly bytes: RandomAccess;
  readonly little: boolean;
  readonly pageSize: number;
  readonly pages: number;
  readonly lastPage: number;
  readonly maxBucket: number;
  readonly spares: readonly number[];
  readonly seen: PageSet;
}

const hashMagic = 0x061561;
const pageHeader = 26;

function byteOrder(meta: Buffer): "little" | "big" | undefined {
  if (meta.readUInt32LE(12) === hashMagic) return "little";
  return meta.readUInt32BE(12) === hashMagic ? "big" : undefined;
}

// DBMETA and HMETA: version at 16, page size 20, encryption 24, type 25, flags 26, last page 32, max bucket 72, spares 96 to 223.
function openHash(bytes: RandomAccess): HashStore {
  const meta = bufferOf(bytes.read(0, 512));
  const order = meta.length < 512 ? undefined : byteOrder(meta);
  if (order === undefined) throw broken("it is no Berkeley DB hash");
  const little = order === "little";
  const word = (at: number): number => (little ? meta.readUInt32LE(at) : meta.readUInt32BE(at));
  const pageSize = word(20);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    throw broken(`a page of ${pageSize} bytes`);
  if (meta[25] !== 8) throw broken(`its first page is of type ${meta[25]}`);
  if (word(16) < 8 || word(16) > 10) throw unsupported(`hash version ${word(16)}`);
  if (meta[24] !== 0 || meta[26] !== 0) throw unsupported("encrypted or with check sums");
  const pages = Math.floor(bytes.size / pageSize);
  const maxBucket = word(72);
  if (maxBucket >= pages) throw broken(`${maxBucket + 1} buckets on ${pages} pages`);
  const spares = Array.from({ length: 32 }, (_, index) => word(96 + index * 4));
  const seen = createPageSet(pages);
  seen.enter(0);
  return { bytes, little, pageSize, pages, lastPage: word(32), maxBucket, spares, seen };
}

// Buckets are laid out in doublings; spares[n] is what must be added to those of the nth (BUCKET_TO_PAGE in hash.h).
function bucketPage({ spares }: HashStore, bucket: number): number {
  const doubling = bucket === 0 ? 0 : 32 - Math.clz32(bucket);
  return bucket + (spares[doubling] ?? 0);
}

function* bucketHeaders(store: HashStore, first: number): Generator<StoredHeader> {
  for (let number = first; number !== 0; ) {
    const page = enterPage(store, number);
    if (page === undefined) {
      yield damagedStore(name, `page ${number} is not there, cut off or used twice`);
      return;
    }
    const type = page[25];
    if (type !== hashPage && type !== unsortedHashPage) {
      yield damagedStore(name, `page ${number} is of type ${type}, no hash page`);
      return;
    }
    yield* pageHeaders(store, page, number);
    number = word(store, page, 16);
  }
}

const name = "Berkeley DB";
const unsortedHashPage = 2;
const overflowPage = 7;
const hashPage = 13;

// Items lie from the page's end downwards, each begins where the index of the page says: key, value, key, value …
function* pageHeaders(store: HashStore, page: Buffer, number: number): Generator<StoredHeader> {
  const entries = half(store, page, 20);
  let end = store.pageSize;
  let key: Buffer | undefined;
  for (let index = 0; index < entries; index += 1) {
    const at = pageHeader + index * 2;
    const start = at + 2 <= end ? half(store, page, at) : 0;
    if (start < at + 2 || start >= end) {
      yield damagedStore(name, `item ${index} of page ${number} lies outside`);
      return;
    }
    const item = page.subarray(start, end);
    end = start;
    if (index % 2 === 0) key = item;
    else if (key !== undefined && !isCounter(key)) yield readValue(store, item, number);
  }
}

/** Kinds of items. */
const inPage = 1;
const offPage = 3;

// Package number 0 keeps the next free number.
function isCounter(key: Buffer): boolean {
  return key.length === 5 && key[0] === inPage && key.readUInt32LE(1) === 0;
}

function readValue(store: HashStore, item: Buffer, number: number): StoredHeader {
  if (item[0] === inPage) return { kind: "header", bytes: item.subarray(1) };
  if (item[0] !== offPage || item.length < 12)
    return damagedStore(name, `a value on page ${number} is of type ${item[0]}`);
  try {
    return { kind: "header", bytes: readChain(store, word(store, item, 4), word(store, item, 8)) };
  } catch (thrown) {
    if (thrown instanceof SeaworthyError) return { kind: "damaged", error: thrown };
    throw thrown;
  }
}

function readChain(store: HashStore, first: number, length: number): Buffer {
  if (length > Math.min(maxHeader, store.bytes.size))
    throw new SeaworthyError("limit-exceeded", `read rpm database (${name}): a header of ${length} bytes`);
  const parts: Buffer[] = [];
  let left = length;
  for (let number = first; left > 0; ) {
    const page = number === 0 ? undefined : enterPage(store, number);
    const used = page === undefined ? 0 : half(store, page, 22);
    if (page === undefined || page[25] !== overflowPage || used === 0 || pageHeader + used > store.pageSize)
      throw broken(`overflow page ${number} is not there, used twice or damaged`);
    const part = page.subarray(pageHeader, pageHeader + Math.min(used, left));
    parts.push(part);
    left -= part.length;
    number = word(store, page, 16);
  }
  return Buffer.concat(parts);
}

function enterPage(store: HashStore, number: number): Buffer | undefined {
  if (!store.seen.enter(number)) return undefined;
  const page = bufferOf(store.bytes.read(number * store.pageSize, store.pageSize));
  // A page knows its own number (byte 8): one written elsewhere by mistake is not read as this one.
  return page.length === store.pageSize && word(store, page, 8) === number ? page : undefined;
}

function word({ little }: HashStore, page: Buffer, at: number): number {
  return little ? page.readUInt32LE(at) : page.readUInt32BE(at);
}

function half({ little }: HashStore, page: Buffer, at: number): number {
  return little ? page.readUInt16LE(at) : page.readUInt16BE(at);
}

function broken(state: string): SeaworthyError {
  return malformedStore(name, state);
}

function unsupported(state: string): SeaworthyError {
  return new SeaworthyError("unsupported", `read rpm database (${name}): ${state}`);
}
