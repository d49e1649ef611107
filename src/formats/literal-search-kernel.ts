import { type Code, compileWasm, runWasm, signed, unsigned, wasmTypes } from "./wasm-code.ts";

// The inner loop of the literal search as WebAssembly, 16 bytes a step (Teddy, from Intel's Hyperscan, described in
// https://github.com/BurntSushi/aho-corasick/blob/master/src/packed/teddy/README.md): a byte's two halves look up, in 16 bytes each,
// the set of buckets that may have such a byte at a place of their windows; where the sets of four successive bytes share a bucket,
// a window may stand, and a hash of the four says for which buckets it does. All sets are made by literal-search-windows.ts.

/** Bytes of a window. */
export const windowSize = 4;

/** Where things lie in the kernel's memory, in bytes. */
export const searchLayout = {
  /** One byte for every hash: the buckets that have a window of that hash. */
  hashes: 0,
  /** For every byte of a window: buckets by its lower half, 16 bytes, and by its upper one. */
  masks: 65_536,
  /** Buckets that each of 16 bytes matched. */
  matched: 65_536 + 128,
  input: 65_536 + 256,
  inputSize: 65_536,
  /** Room behind the input that the kernel looks at; whatever it finds there is compared with the text, and so nothing. */
  slack: 64,
} as const;

/** Hash of four bytes as an integer of the machine: 16 bits. */
export function hashOf(word: number): number {
  return Math.imul(word, multiplier) >>> 16;
}

/** 2^32 by the golden ratio: neighbours land far apart. */
const multiplier = 0x9e37_79b1;

/**
 * `next(at, end)` answers the first place from `at` on where a window may begin; from `end` on there is none. Both are places in
 * memory.
 */
export interface SearchKernel {
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly next: (at: number, end: number) => number;
}

/** A kernel with memory of its own, all zeros. */
export function createSearchKernel(): SearchKernel {
  compiled ??= compileWasm({
    parameters: 2,
    locals: [
      [3, wasmTypes.i32],
      [2 * windowSize + 2 * windowSize + 3, wasmTypes.v128],
    ],
    body,
  });
  const pages = Math.ceil((searchLayout.input + searchLayout.inputSize + searchLayout.slack) / 65_536);
  const { memory, run } = runWasm(compiled, pages);
  return { memory, next: (at, end) => Number(run(at, end)) };
}

let compiled: object | undefined;

// Locals: two parameters, three numbers, then vectors.
const [at, end, hits, lane, place, half, lower, upper] = [0, 1, 2, 3, 4, 5, 6, 7];
const lowerMask = (index: number): number => 8 + 2 * index;
const upperMask = (index: number): number => 9 + 2 * index;
/** Buckets that a byte may be in as the one of that index: of this step's bytes and of the last step's. */
const buckets = (index: number): number => 8 + 2 * windowSize + index;
const lastBuckets = (index: number): number => 8 + 3 * windowSize + index;

const indexes = Array.from({ length: windowSize }, (_, index) => index);

const get = (local: number): Code => [0x20, local];
const set = (local: number, ...value: Code): Code => [value, 0x21, local];
const i32 = (value: number): Code => [0x41, signed(value)];
const add = (a: Code, b: Code): Code => [a, b, 0x6a];
const sub = (a: Code, b: Code): Code => [a, b, 0x6b];
const and = (a: Code, b: Code): Code => [a, b, 0x71];
const load8 = (address: Code, offset: number): Code => [address, 0x2d, 0, unsigned(offset)];
const load32 = (address: Code): Code => [address, 0x28, 0, 0];
const loop = (...body: Code): Code => [0x03, 0x40, body, 0x0b];
const when = (condition: Code, ...body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];
const jump = (depth: number): Code => [0x0c, depth];
const leave: Code = [0x0f];

const vector = (code: number): Code => [0xfd, unsigned(code)];
const loadVector = (address: Code, offset: number): Code => [address, vector(0x00), 0, unsigned(offset)];
const storeVector = (value: Code, offset: number): Code => [i32(0), value, vector(0x0b), 0, unsigned(offset)];
const andVector = (a: Code, b: Code): Code => [a, b, vector(0x4e)];
/** i8x16.relaxed_swizzle: without the bounds that all halves keep, and a fifth faster. */
const swizzle = (table: Code, places: Code): Code => [table, places, vector(0x100)];
const bytesOf = (value: number): Code => [i32(value), vector(0x0f)];
/** Bytes of `now` moved up by so many places; in come the last ones of `before`. */
const movedIn = (before: Code, now: Code, count: number): Code =>
  count === 0
    ? now
    : [before, now, vector(0x0d), Array.from({ length: 16 }, (_, index) => 16 - count + index)];

// For each byte, the buckets whose window may end there.
const matches: Code = indexes
  .map((index) => movedIn(get(lastBuckets(index)), get(buckets(index)), windowSize - 1 - index))
  .reduce(andVector);

const body: Code = [
  set(half, bytesOf(0x0f)),
  indexes.map((index) => [
    set(lowerMask(index), loadVector(i32(0), searchLayout.masks + 32 * index)),
    set(upperMask(index), loadVector(i32(0), searchLayout.masks + 32 * index + 16)),
  ]),
  // A window ends as much later than it begins.
  set(end, add(get(end), i32(windowSize - 1))),
  loop(
    when([get(at), get(end), 0x4e], get(end), leave),
    set(upper, loadVector(get(at), 0)),
    set(lower, andVector(get(upper), get(half))),
    set(upper, get(upper), i32(4), vector(0x6d)),
    indexes.map((index) =>
      set(
        buckets(index),
        andVector(swizzle(get(lowerMask(index)), get(lower)), swizzle(get(upperMask(index)), get(upper))),
      ),
    ),
    set(lower, matches),
    indexes.map((index) => set(lastBuckets(index), get(buckets(index)))),
    when(
      [get(lower), vector(0x53)],
      storeVector(get(lower), searchLayout.matched),
      set(hits, get(lower), bytesOf(0), vector(0x24), vector(0x64)),
      loop(
        set(lane, get(hits), 0x68),
        set(place, sub(add(get(at), get(lane)), i32(windowSize - 1))),
        when(
          and(
            load8(get(lane), searchLayout.matched),
            load8([load32(get(place)), i32(multiplier), 0x6c, i32(16), 0x76], searchLayout.hashes),
          ),
          get(place),
          leave,
        ),
        set(hits, and(get(hits), sub(get(hits), i32(1)))),
        [get(hits), 0x0d, 0],
      ),
    ),
    set(at, add(get(at), i32(16))),
    jump(0),
  ),
  // Never reached: the loop is left by answering.
  [0x00],
];
