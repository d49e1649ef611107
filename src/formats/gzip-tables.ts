import { entryFlags } from "./gzip-kernel.ts";

/** One alphabet of a deflate block: how an entry for each of its symbols looks, before the length of its code is added. */
export interface Alphabet {
  /** Bits of the first level. */
  readonly bits: number;
  /** Entry of a symbol: flags, base, and the count of extra bits in the low byte. */
  readonly entries: Uint32Array;
}

/**
 * Builds the decoding table of a canonical Huffman code (https://datatracker.ietf.org/doc/html/rfc1951#section-3.2.2): indexed by
 * the next `bits` bits; codes that are longer lead to a second table. Answers false for lengths that are no code: too many, or too
 * few unless there is one code of one bit, or none at all (as zlib takes it).
 */
export function buildTable(
  table: Uint32Array,
  { bits, entries }: Alphabet,
  lengths: Uint8Array,
  count: number,
): boolean {
  const counts = countLengths(lengths, count);
  const longest = longestOf(counts);
  const left = spaceLeft(counts, longest);
  if (left < 0 || (left > 0 && longest > 1)) return false;
  if (left > 0) table.fill(missing + 1, 0, 1 << bits);
  const sorted = sortByLength(lengths, count, counts);
  const first = fillFirst(table, { bits, entries }, sorted, counts);
  if (longest > bits) fillFurther(table, { bits, entries }, sorted, counts, longest, first);
  return true;
}

const missing = (entryFlags.exceptional | entryFlags.stop | entryFlags.invalid) >>> 0;

/** How far the table is: the next symbol in the order of codes, and its code with the first bit lowest. */
interface Place {
  readonly at: number;
  readonly code: number;
}

// The codes that fit the first level. What is there of codes up to one length stands again and again in what is indexed by one bit
// more, so that each entry is written once and the rest is copied.
function fillFirst(
  table: Uint32Array,
  { bits, entries }: Alphabet,
  sorted: Uint16Array,
  counts: Uint16Array,
): Place {
  let code = 0;
  let at = 0;
  for (let length = 1; length <= bits; length += 1) {
    if (at > 0) table.copyWithin(1 << (length - 1), 0, 1 << (length - 1));
    for (let end = at + (counts[length] ?? 0); at < end; at += 1) {
      table[code] = entryOf(entries[sorted[at] ?? 0] ?? missing, length);
      code = nextCode(code, length);
    }
  }
  return { at, code };
}

// Longer codes stand in tables behind the first, one for each beginning that they share.
function fillFurther(
  table: Uint32Array,
  { bits, entries }: Alphabet,
  sorted: Uint16Array,
  counts: Uint16Array,
  longest: number,
  first: Place,
): void {
  let { at, code } = first;
  let next = 1 << bits;
  let group = -1;
  let groupStart = 0;
  let groupBits = 0;
  for (let length = bits + 1; length <= longest; length += 1) {
    for (let left = counts[length] ?? 0; left > 0; left -= 1) {
      const prefix = code & ((1 << bits) - 1);
      if (prefix !== group) {
        group = prefix;
        groupBits = secondBits(counts, length, left, bits, longest);
        groupStart = next;
        next += 1 << groupBits;
        table[prefix] = ((groupStart << 18) | entryFlags.exceptional | (groupBits << 8) | bits) >>> 0;
      }
      const entry = entryOf(entries[sorted[at] ?? 0] ?? missing, length - bits);
      for (let index = code >>> bits; index < 1 << groupBits; index += 1 << (length - bits))
        table[groupStart + index] = entry;
      at += 1;
      code = nextCode(code, length);
    }
  }
}

// Adds one to a code whose first bit is the lowest.
function nextCode(code: number, length: number): number {
  let bit = 1 << (length - 1);
  while ((code & bit) !== 0) bit >>= 1;
  return bit === 0 ? 0 : (code & (bit - 1)) | bit;
}

/** Symbols 0-255 are bytes, 256 ends the block, 257-285 are lengths with extra bits; 286 and 287 do not exist. */
export const literalAlphabet: Alphabet = { bits: 11, entries: literalEntries() };

/** Symbols 0-29 are distances with extra bits; 30 and 31 do not exist. */
export const distanceAlphabet: Alphabet = { bits: 8, entries: distanceEntries() };

// A literal or flag takes the code's bits; a length or distance also its extra bits, whose place is kept as the code's length.
function entryOf(entry: number, length: number): number {
  if (entry >= entryFlags.literal || (entry & entryFlags.exceptional) !== 0) return (entry + length) >>> 0;
  return (entry + length + ((length + 2) << 8)) >>> 0;
}

const lengthCounts = new Uint16Array(16);
const starts = new Uint16Array(16);
const symbols = new Uint16Array(320);

function countLengths(lengths: Uint8Array, count: number): Uint16Array {
  lengthCounts.fill(0);
  for (let symbol = 0; symbol < count; symbol += 1) {
    const length = lengths[symbol] ?? 0;
    lengthCounts[length] = (lengthCounts[length] ?? 0) + 1;
  }
  lengthCounts[0] = 0;
  return lengthCounts;
}

function longestOf(counts: Uint16Array): number {
  for (let length = 15; length > 0; length -= 1) if (counts[length] !== 0) return length;
  return 0;
}

// Of the codes of the longest length, how many are not used; negative when there are too many codes.
function spaceLeft(counts: Uint16Array, longest: number): number {
  let left = 1;
  for (let length = 1; length <= longest; length += 1) {
    left = left * 2 - (counts[length] ?? 0);
    if (left < 0) return left;
  }
  return left;
}

function sortByLength(lengths: Uint8Array, count: number, counts: Uint16Array): Uint16Array {
  let start = 0;
  for (let length = 1; length < 16; length += 1) {
    starts[length] = start;
    start += counts[length] ?? 0;
  }
  for (let symbol = 0; symbol < count; symbol += 1) {
    const length = lengths[symbol] ?? 0;
    if (length === 0) continue;
    const place = starts[length] ?? 0;
    symbols[place] = symbol;
    starts[length] = place + 1;
  }
  return symbols;
}

// How many bits a second table needs that begins with a code of this length: until its codes fill it.
function secondBits(counts: Uint16Array, first: number, left: number, bits: number, longest: number): number {
  let length = first;
  let space = 1 << (length - bits);
  for (let used = left; used < space && length < longest; ) {
    length += 1;
    used = used * 2 + (counts[length] ?? 0);
    space = 1 << (length - bits);
  }
  return length - bits;
}

function literalEntries(): Uint32Array {
  const entries = new Uint32Array(288);
  for (let byte = 0; byte < 256; byte += 1) entries[byte] = (entryFlags.literal | (byte << 16)) >>> 0;
  entries[256] = entryFlags.exceptional | entryFlags.stop;
  let base = 3;
  for (let symbol = 257; symbol < 285; symbol += 1) {
    const extra = symbol < 265 ? 0 : (symbol - 261) >> 2;
    entries[symbol] = (base << 16) | extra;
    base += 1 << extra;
  }
  entries[285] = 258 << 16;
  entries.fill(entryFlags.exceptional | entryFlags.stop | entryFlags.invalid, 286);
  return entries;
}

function distanceEntries(): Uint32Array {
  const entries = new Uint32Array(32);
  let base = 1;
  for (let symbol = 0; symbol < 30; symbol += 1) {
    const extra = symbol < 4 ? 0 : (symbol - 2) >> 1;
    entries[symbol] = (base << 16) | extra;
    base += 1 << extra;
  }
  entries.fill(entryFlags.exceptional | entryFlags.stop | entryFlags.invalid, 30);
  return entries;
}
