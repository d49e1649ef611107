import { windowSize } from "./literal-search-kernel.ts";

/** Bytes that may stand at one place of a literal. */
export type ByteSet = readonly number[];

/** By what a literal is looked for. */
export interface Window {
  /** Where in the literal it begins. */
  readonly from: number;
  readonly bucket: number;
}

/** By what literals are looked for, one after the other. */
export interface LiteralWindows {
  readonly chosen: readonly Window[];
  /** For each place of a window: buckets by the lower half of the byte there (16 bytes), then by the upper half (16). */
  readonly masks: Uint8Array;
}

const bucketCount = 8;

/**
 * Chooses for each literal, all of at least a window's size, its window and one of eight buckets, so that texts have as few places as
 * may be where a bucket's halves of bytes meet without one of its windows: each literal goes where it adds least, those with the
 * fewest windows first.
 */
export function chooseWindows(literals: readonly (readonly ByteSet[])[]): LiteralWindows {
  const buckets = Array.from({ length: bucketCount }, () => new Int32Array(windowSize));
  const chosen = literals.map((): Window => ({ from: 0, bucket: 0 }));
  const order = [...literals.entries()].sort(([, a], [, b]) => a.length - b.length);
  for (const [literal, sets] of order) {
    const places = Int32Array.from(sets, halvesOf);
    const window = cheapest(places, buckets);
    chosen[literal] = window;
    addWindow(buckets[window.bucket], places, window.from);
  }
  return { chosen, masks: masksOf(buckets) };
}

// Which halves the bytes have: a bit for each, 16 for the lower ones, then 16 for the upper ones.
function halvesOf(set: ByteSet): number {
  return set.reduce((halves, byte) => halves | (1 << (byte & 15)) | (1 << (16 + (byte >> 4))), 0);
}

function addWindow(bucket: Int32Array | undefined, places: Int32Array, from: number): void {
  if (bucket === undefined) return;
  for (let index = 0; index < windowSize; index += 1)
    bucket[index] = (bucket[index] ?? 0) | (places[from + index] ?? 0);
}

/** Of a long literal its first places are choice enough. */
const farthest = 12;

const nothing = new Int32Array(windowSize);

function cheapest(places: Int32Array, buckets: readonly Int32Array[]): Window {
  const now = buckets.map((halves) => chanceOf(halves, nothing, 0));
  let best: Window = { bucket: 0, from: 0 };
  let least = Infinity;
  for (let from = 0; from + windowSize <= Math.min(places.length, farthest); from += 1) {
    const own = answerCost * windowChance(places, from);
    buckets.forEach((halves, bucket) => {
      const cost = own + chanceOf(halves, places, from) - (now[bucket] ?? 0);
      if (cost >= least) return;
      least = cost;
      best = { bucket, from };
    });
  }
  return best;
}

/** A window that stands there is answered: that takes so many times as long as to look closer and find none. */
const answerCost = 5;

// How often a text has the window. Letters come in words: more often together than chance would have it.
function windowChance(places: Int32Array, from: number): number {
  let chance = chanceOf(nothing, places, from);
  for (let at = from + 1; at < from + windowSize; at += 1)
    if (isLetter(places[at - 1]) && isLetter(places[at])) chance *= 8;
  return chance;
}

// 6 and 7 are the upper halves of small letters.
function isLetter(halves = 0): boolean {
  return ((halves >>> 16) & 0b1100_0000) !== 0;
}

// How often a text meets a bucket that has this window too.
function chanceOf(bucket: Int32Array, places: Int32Array, from: number): number {
  let chance = 1;
  for (let index = 0; index < windowSize; index += 1)
    chance *= shareOf((bucket[index] ?? 0) | (places[from + index] ?? 0));
  return chance;
}

function shareOf(halves: number): number {
  let share = 0;
  for (let rest = halves >>> 16; rest !== 0; rest &= rest - 1) {
    const row = 512 * (31 - Math.clz32(rest & -rest));
    share += (shares[row + (halves & 0xff)] ?? 0) + (shares[row + 256 + ((halves >> 8) & 0xff)] ?? 0);
  }
  return share;
}

// Bytes by how often source code has them, most often first.
const commonBytes = Buffer.from(
  " etrnsiao\nlcd,puf.'m()h_g\":=yb0xTvE-wSk`;AI1#N/LCR*2>{}[]OP\\MD3Fz|45Uj6<B8?9Z+q&7HGWKV!$%XYJQ@~",
);

// For each upper half and each set of lower halves (0-7, then 8-15), which part of a text such bytes are.
const shares = new Float64Array(16 * 512);
for (let row = 0; row < 32; row += 1)
  for (let bit = 0; bit < 8; bit += 1) {
    const rank = commonBytes.indexOf(8 * row + bit);
    const share = 0.0005 + (rank < 0 ? 0 : 0.06 * Math.exp(-rank / 13));
    for (let set = 1 << bit; set < 2 << bit; set += 1)
      shares[256 * row + set] = (shares[256 * row + set - (1 << bit)] ?? 0) + share;
  }

function masksOf(buckets: readonly Int32Array[]): Uint8Array {
  const masks = new Uint8Array(windowSize * 32);
  buckets.forEach((bucket, number) =>
    bucket.forEach((halves, index) => {
      for (let half = 0; half < 32; half += 1) {
        const at = 32 * index + half;
        masks[at] = (masks[at] ?? 0) | (((halves >>> half) & 1) << number);
      }
    }),
  );
  return masks;
}
