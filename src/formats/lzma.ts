import { SeaworthyError } from "../core/errors.ts";

/** One LZMA coder with its history: what a block of LZMA2 goes on with from chunk to chunk. */
export interface LzmaState {
  input: Uint8Array;
  at: number;
  range: number;
  code: number;
  /** The last bytes that came out, then room for a chunk. */
  window: Uint8Array;
  pos: number;
  /** Matches may not reach further back. */
  oldest: number;
  /** Bytes since the dictionary was reset. */
  total: number;
  state: number;
  rep0: number;
  rep1: number;
  rep2: number;
  rep3: number;
  literalContext: number;
  literalMask: number;
  positionMask: number;
  readonly probabilities: Uint16Array;
}

// Where each kind of decision keeps its probabilities (LZMA specification, in the LZMA SDK; xz's lzma_decoder.c).
const isMatch = 0;
const isRep = 192;
const isRepG0 = 204;
const isRepG1 = 216;
const isRepG2 = 228;
const isRep0Long = 240;
const slots = 432;
const special = 688;
const align = 816;
const matchLength = 832;
const repLength = 1346;
const literals = 1860;
const mostLiterals = 0x300 << 4;

/** Most bytes that one chunk gives. */
export const largestChunk = 2 ** 21;

/** A coder with a dictionary of so many bytes. */
export function createLzma(dictionary: number): LzmaState {
  return {
    input: new Uint8Array(0),
    at: 0,
    range: 0,
    code: 0,
    window: new Uint8Array(dictionary + 2 * largestChunk),
    pos: 0,
    oldest: 0,
    total: 0,
    state: 0,
    rep0: 0,
    rep1: 0,
    rep2: 0,
    rep3: 0,
    literalContext: 0,
    literalMask: 0,
    positionMask: 0,
    probabilities: new Uint16Array(literals + mostLiterals),
  };
}

/** Forgets what was learned; the history stays. */
export function resetLzma(d: LzmaState): void {
  d.state = 0;
  d.rep0 = d.rep1 = d.rep2 = d.rep3 = 0;
  d.probabilities.fill(1024);
}

/** Takes the property byte of a chunk: `(pb * 5 + lp) * 9 + lc`. */
export function setProperties(d: LzmaState, byte: number): void {
  const lc = byte % 9;
  const lp = Math.floor(byte / 9) % 5;
  const pb = Math.floor(byte / 45);
  if (pb > 4 || lc + lp > 4) throw damaged("properties that LZMA2 does not have");
  d.literalContext = lc;
  d.literalMask = (1 << lp) - 1;
  d.positionMask = (1 << pb) - 1;
}

/** Decodes a chunk of `compressed` bytes at `input[at]` to `size` bytes at the end of the window. @throws SeaworthyError `malformed`. */
export function decodeLzma(d: LzmaState, compressed: number, size: number): void {
  const end = d.at + compressed;
  const target = d.pos + size;
  if (compressed < 5 || d.input[d.at] !== 0) throw damaged("a chunk does not begin as one");
  d.code = new DataView(d.input.buffer, d.input.byteOffset + d.at + 1, 4).getUint32(0);
  d.range = 0xff_ff_ff_ff;
  d.at += 5;
  while (d.pos < target) {
    const posState = d.total & d.positionMask;
    if (bit(d, isMatch + (d.state << 4) + posState) === 0) literal(d);
    else match(d, posState, target);
  }
  normalize(d);
  if (d.at !== end || d.code !== 0) throw damaged("a chunk is not as long as it says");
}

function normalize(d: LzmaState): void {
  if (d.range >= 0x1_00_00_00) return;
  d.range = (d.range << 8) >>> 0;
  d.code = ((d.code << 8) | (d.input[d.at] ?? 0)) >>> 0;
  d.at += 1;
}

function bit(d: LzmaState, index: number): 0 | 1 {
  normalize(d);
  const probability = d.probabilities[index] ?? 0;
  const bound = (d.range >>> 11) * probability;
  if (d.code < bound) {
    d.range = bound;
    d.probabilities[index] = probability + ((2048 - probability) >>> 5);
    return 0;
  }
  d.range -= bound;
  d.code -= bound;
  d.probabilities[index] = probability - (probability >>> 5);
  return 1;
}

function tree(d: LzmaState, base: number, bits: number): number {
  let symbol = 1;
  for (let left = bits; left > 0; left -= 1) symbol = (symbol << 1) | bit(d, base + symbol);
  return symbol - (1 << bits);
}

function reverseTree(d: LzmaState, base: number, bits: number): number {
  let symbol = 1;
  let value = 0;
  for (let at = 0; at < bits; at += 1) {
    const one = bit(d, base + symbol);
    symbol = (symbol << 1) | one;
    value |= one << at;
  }
  return value;
}

function direct(d: LzmaState, bits: number): number {
  let value = 0;
  for (let left = bits; left > 0; left -= 1) {
    normalize(d);
    d.range = d.range >>> 1;
    const one = d.code >= d.range ? 1 : 0;
    if (one === 1) d.code -= d.range;
    value = value * 2 + one;
  }
  return value;
}

function literal(d: LzmaState): void {
  const before = d.pos > d.oldest ? (d.window[d.pos - 1] ?? 0) : 0;
  const context = ((d.total & d.literalMask) << d.literalContext) + (before >> (8 - d.literalContext));
  const base = literals + 0x300 * context;
  put(d, (d.state < 7 ? plain(d, base) : matched(d, base)) & 0xff);
  d.state = d.state < 4 ? 0 : d.state < 10 ? d.state - 3 : d.state - 6;
}

function plain(d: LzmaState, base: number): number {
  let symbol = 1;
  while (symbol < 0x100) symbol = (symbol << 1) | bit(d, base + symbol);
  return symbol;
}

// After a match the byte that would have followed it is a hint.
function matched(d: LzmaState, base: number): number {
  let hint = d.window[d.pos - d.rep0 - 1] ?? 0;
  let offset = 0x100;
  let symbol = 1;
  while (symbol < 0x100) {
    hint <<= 1;
    const hinted = hint & offset;
    const one = bit(d, base + offset + hinted + symbol);
    symbol = (symbol << 1) | one;
    offset = one === 1 ? hinted : offset & ~hinted;
  }
  return symbol;
}

function match(d: LzmaState, posState: number, target: number): void {
  if (bit(d, isRep + d.state) === 0) return repeat(d, newMatch(d, posState), target);
  if (bit(d, isRepG0 + d.state) === 0) {
    if (bit(d, isRep0Long + (d.state << 4) + posState) === 0) {
      d.state = d.state < 7 ? 9 : 11;
      return repeat(d, 1, target);
    }
  } else swapDistances(d);
  const length = lengthOf(d, repLength, posState);
  d.state = d.state < 7 ? 8 : 11;
  repeat(d, length, target);
}

function swapDistances(d: LzmaState): void {
  let distance = d.rep1;
  if (bit(d, isRepG1 + d.state) === 1) {
    if (bit(d, isRepG2 + d.state) === 0) distance = d.rep2;
    else {
      distance = d.rep3;
      d.rep3 = d.rep2;
    }
    d.rep2 = d.rep1;
  }
  d.rep1 = d.rep0;
  d.rep0 = distance;
}

function newMatch(d: LzmaState, posState: number): number {
  d.rep3 = d.rep2;
  d.rep2 = d.rep1;
  d.rep1 = d.rep0;
  const length = lengthOf(d, matchLength, posState);
  d.state = d.state < 7 ? 7 : 10;
  const slot = tree(d, slots + Math.min(length - 2, 3) * 64, 6);
  d.rep0 = slot < 4 ? slot : farDistance(d, slot);
  return length;
}

function farDistance(d: LzmaState, slot: number): number {
  const bits = (slot >> 1) - 1;
  const start = (2 | (slot & 1)) * 2 ** bits;
  if (slot < 14) return start + reverseTree(d, special + start - slot, bits);
  return start + direct(d, bits - 4) * 16 + reverseTree(d, align, 4);
}

function lengthOf(d: LzmaState, base: number, posState: number): number {
  if (bit(d, base) === 0) return 2 + tree(d, base + 2 + posState * 8, 3);
  if (bit(d, base + 1) === 0) return 10 + tree(d, base + 130 + posState * 8, 3);
  return 18 + tree(d, base + 258, 8);
}

function repeat(d: LzmaState, length: number, target: number): void {
  if (d.rep0 >= d.pos - d.oldest) throw damaged("a match reaches back before the beginning");
  if (length > target - d.pos) throw damaged("a match reaches over the end of its chunk");
  for (let left = length; left > 0; left -= 1) put(d, d.window[d.pos - d.rep0 - 1] ?? 0);
}

function put(d: LzmaState, byte: number): void {
  d.window[d.pos] = byte;
  d.pos += 1;
  d.total += 1;
}

/** What is wrong with LZMA data. */
export function damaged(why: string): SeaworthyError {
  return new SeaworthyError("malformed", `decompress xz: ${why}`);
}
