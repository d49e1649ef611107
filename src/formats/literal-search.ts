import {
  createSearchKernel,
  hashOf,
  type SearchKernel,
  searchLayout,
  windowSize,
} from "./literal-search-kernel.ts";
import { type ByteSet, chooseWindows } from "./literal-search-windows.ts";

/** Answers every place where a literal stands in `bytes`, in ascending order. */
export type LiteralSearch = (bytes: Uint8Array) => readonly LiteralPlace[];

/** Where a literal stands. */
export interface LiteralPlace {
  readonly at: number;
  /** The literal's index. */
  readonly literal: number;
}

/** What is looked for. */
export interface Literal {
  /** Latin-1, at least three characters. */
  readonly text: string;
  /** One of these characters must follow; undefined: any, or none. */
  readonly next?: string | undefined;
}

interface Pattern {
  readonly index: number;
  readonly sets: readonly ByteSet[];
  /** Where the window begins by which it is looked for: its rarest part. */
  readonly from: number;
}

/**
 * Bytes that are searched literal by literal before tables are made for more: they take ten milliseconds, and a scan whose layers are
 * all cached looks at a few lines of the image's config alone.
 */
const plainBytes = 32 * 1024;

/** Looks for many literals at once. */
export function createLiteralSearch(literals: readonly Literal[]): LiteralSearch {
  if (literals.some(({ text }) => text.length < 3))
    throw new RangeError("make literal search: a literal of less than three characters");
  let finder: Finder | undefined;
  let searched = 0;
  return (bytes) => {
    const places: LiteralPlace[] = [];
    searched += bytes.length;
    if (finder === undefined && searched <= plainBytes) searchPlain(literals, bytes, places);
    else {
      finder ??= createFinder(literals);
      for (let from = 0; from < bytes.length; from += chunkSize) searchChunk(finder, bytes, from, places);
    }
    return places.length < 2 ? places : places.sort((a, b) => a.at - b.at || a.literal - b.literal);
  };
}

function searchPlain(literals: readonly Literal[], bytes: Uint8Array, places: LiteralPlace[]): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const [literal, { text, next }] of literals.entries())
    for (let at = buffer.indexOf(text, 0, "latin1"); at >= 0; at = buffer.indexOf(text, at + 1, "latin1")) {
      const after = buffer[at + text.length];
      const fits = next === undefined || (after !== undefined && next.includes(String.fromCharCode(after)));
      if (fits) places.push({ at, literal });
    }
}

interface Finder {
  readonly kernel: SearchKernel;
  readonly byHash: ReadonlyMap<number, readonly Pattern[]>;
}

function createFinder(literals: readonly Literal[]): Finder {
  const kernel = createSearchKernel();
  const byHash = new Map<number, Pattern[]>();
  const sets = literals.map(setsOf);
  const { chosen, masks } = chooseWindows(sets.map(padded));
  kernel.memory.set(masks, searchLayout.masks);
  sets.forEach((own, index) => {
    const { from, bucket } = chosen[index] ?? { from: 0, bucket: 0 };
    const pattern = { index, sets: own, from };
    for (const hash of hashesOf(padded(own).slice(from, from + windowSize))) {
      const others = byHash.get(hash);
      if (others === undefined) byHash.set(hash, [pattern]);
      else others.push(pattern);
      const at = searchLayout.hashes + hash;
      kernel.memory[at] = (kernel.memory[at] ?? 0) | (1 << bucket);
    }
  });
  return { kernel, byHash };
}

function setsOf({ text, next }: Literal): readonly ByteSet[] {
  const sets: ByteSet[] = [];
  for (const byte of Buffer.from(text, "latin1")) sets.push([byte]);
  if (next !== undefined) sets.push([...Buffer.from(next, "latin1")]);
  return sets;
}

// Anything may follow a literal that is shorter than a window; behind the end of the bytes stands what was there before.
function padded(sets: readonly ByteSet[]): readonly ByteSet[] {
  return sets.length >= windowSize ? sets : padded([...sets, anyByte]);
}

const anyByte: ByteSet = [...Buffer.alloc(256).keys()];

// The hashes of all texts that fit a window.
function hashesOf(window: readonly ByteSet[]): readonly number[] {
  let words = [0];
  window.forEach((set, index) => {
    words = words.flatMap((word) => set.map((byte) => word | (byte << (8 * index))));
  });
  return [...new Set(words.map(hashOf))];
}

/** Chunks share what a window may reach over the end. */
const chunkSize = searchLayout.inputSize - windowSize + 1;

function searchChunk(
  { kernel: { memory, next }, byHash }: Finder,
  bytes: Uint8Array,
  from: number,
  places: LiteralPlace[],
): void {
  const { input, inputSize } = searchLayout;
  const chunk = from === 0 && bytes.length <= inputSize ? bytes : bytes.subarray(from, from + inputSize);
  memory.set(chunk, input);
  const end = input + Math.min(chunkSize, chunk.length);
  for (let at = next(input, end); at < end; at = next(at + 1, end))
    for (const pattern of byHash.get(hashAt(memory, at)) ?? []) {
      const start = from + at - input - pattern.from;
      if (standsAt(bytes, start, pattern.sets)) places.push({ at: start, literal: pattern.index });
    }
}

function hashAt(memory: Uint8Array, at: number): number {
  let word = 0;
  for (let index = 0; index < windowSize; index += 1) word |= (memory[at + index] ?? 0) << (8 * index);
  return hashOf(word);
}

function standsAt(bytes: Uint8Array, start: number, sets: readonly ByteSet[]): boolean {
  let at = start;
  for (const set of sets) {
    const byte = bytes[at];
    if (byte === undefined || !set.includes(byte)) return false;
    at += 1;
  }
  return true;
}
