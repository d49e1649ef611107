import { SeaworthyError } from "../core/errors.ts";
import type { RandomAccess } from "../core/plugin.ts";
import { parseTarNumber } from "./tar-header.ts";

/** Where the stored bytes of a sparse file belong: sorted, without overlap; what lies between is zero. */
export interface SparseMap {
  /** Size of the file with its holes. */
  readonly size: number;
  readonly regions: readonly SparseRegion[];
}

/** `length` stored bytes that belong at `offset`. */
export interface SparseRegion {
  readonly offset: number;
  readonly length: number;
}

/** At most this many regions; a map of more would cost more memory than it describes. */
const maxSparseRegions = 100_000;

/** Regions of an old GNU sparse header (4) or one of its extension blocks (21), and whether another block follows. */
export function parseOldSparse(
  block: Uint8Array,
  kind: "header" | "extension",
): { readonly regions: readonly SparseRegion[]; readonly more: boolean } {
  const [start, slots, flag] = kind === "header" ? [386, 4, 482] : [0, 21, 504];
  const regions: SparseRegion[] = [];
  for (let slot = 0; slot < slots; slot += 1) {
    const at = start + slot * 24;
    if (block[at] === 0) break;
    regions.push({
      offset: parseTarNumber(block, at, 12, "sparse offset"),
      length: parseTarNumber(block, at + 12, 12, "sparse length"),
    });
  }
  return { regions, more: block[flag] !== 0 };
}

/** Size with holes of an old GNU sparse header. */
export function oldSparseSize(block: Uint8Array): number {
  return parseTarNumber(block, 483, 12, "real size");
}

/** Regions of `GNU.sparse.map` (PAX 0.1, and 0.0 joined): `offset,length,offset,length`. @throws SeaworthyError `malformed`. */
export function parseSparseList(text: string): readonly SparseRegion[] {
  return pairs(text === "" ? [] : text.split(","));
}

/**
 * How many lines the map has that precedes the content in PAX 1.0: decimal numbers, one a line, the first is the count of
 * regions. @throws SeaworthyError `malformed` when its first block does not begin with that count.
 */
export function sparsePrefixLines(first: Uint8Array): number {
  const count = decimal(linesOf(first)[0] ?? "");
  if (count > maxSparseRegions) throw badMap(`${count} regions`);
  return 1 + 2 * count;
}

/** The map of PAX 1.0, given all its blocks. @throws SeaworthyError `malformed`. */
export function parseSparsePrefix(blocks: Uint8Array): readonly SparseRegion[] {
  return pairs(linesOf(blocks).slice(1, sparsePrefixLines(blocks)));
}

function linesOf(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1").split("\n");
}

/** Checks a map against the stored size. @throws SeaworthyError `malformed` when regions overlap, lie outside or do not add up. */
export function sparseMap(regions: readonly SparseRegion[], size: number, stored: number): SparseMap {
  if (regions.length > maxSparseRegions) throw badMap(`${regions.length} regions`);
  let end = 0;
  let sum = 0;
  for (const { offset, length } of regions) {
    if (offset < end || offset + length > size) throw badMap("regions overlap or lie outside the file");
    end = offset + length;
    sum += length;
  }
  if (sum !== stored) throw badMap(`regions add up to ${sum} bytes where ${stored} are stored`);
  return { size, regions };
}

/** The file with its holes, over its stored bytes. */
export function sparseAccess(map: SparseMap, stored: RandomAccess): RandomAccess {
  const starts = new Float64Array(map.regions.length);
  let sum = 0;
  for (const [index, { length }] of map.regions.entries()) {
    starts[index] = sum;
    sum += length;
  }
  return {
    size: map.size,
    read(offset, length) {
      const from = Math.min(Math.max(offset, 0), map.size);
      const to = Math.min(from + Math.max(length, 0), map.size);
      const out = new Uint8Array(to - from);
      for (let index = firstRegion(map.regions, from); index < map.regions.length; index += 1) {
        const region = map.regions[index];
        if (region === undefined || region.offset >= to) break;
        const begin = Math.max(from, region.offset);
        const end = Math.min(to, region.offset + region.length);
        if (end <= begin) continue;
        out.set(stored.read((starts[index] ?? 0) + begin - region.offset, end - begin), begin - from);
      }
      return out;
    },
  };
}

// The first region that ends after `offset`.
function firstRegion(regions: readonly SparseRegion[], offset: number): number {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const region = regions[middle];
    if (region !== undefined && region.offset + region.length <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function pairs(numbers: readonly string[]): readonly SparseRegion[] {
  if (numbers.length % 2 !== 0) throw badMap("an odd count of numbers");
  if (numbers.length > maxSparseRegions * 2) throw badMap(`${numbers.length / 2} regions`);
  const regions: SparseRegion[] = [];
  for (let index = 0; index < numbers.length; index += 2)
    regions.push({ offset: decimal(numbers[index] ?? ""), length: decimal(numbers[index + 1] ?? "") });
  return regions;
}

function decimal(text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw badMap(`"${text.slice(0, 20)}" is no number`);
  return value;
}

function badMap(state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read sparse map of tar entry: ${state}`);
}
