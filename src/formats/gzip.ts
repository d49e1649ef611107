import { crc32 } from "node:zlib";
import { SeaworthyError } from "../core/errors.ts";
import { createKernel, type Kernel, kernelStatus, layout } from "./gzip-kernel.ts";
import { buildTable, distanceAlphabet, literalAlphabet } from "./gzip-tables.ts";

interface State {
  readonly kernel: Kernel;
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly literals: Uint32Array;
  readonly distances: Uint32Array;
  /** Next bit, and end of the data, in the kernel's memory. */
  bit: number;
  inputEnd: number;
  /** No more input comes. */
  last: boolean;
  out: number;
  /** Output from here on was not handed out yet. */
  fresh: number;
  /** Distances may not reach further back. */
  oldest: number;
  step: "header" | "block" | "codes" | "stored" | "trailer" | "padding";
  /** All of a member is decoded, but not all of it handed out. */
  memberEnds: boolean;
  finalBlock: boolean;
  storedLeft: number;
  members: number;
  crc: number;
  size: number;
  /** What comes out is compared with the members' checksums. */
  readonly summed: boolean;
}

/**
 * Uncompressed bytes of gzip data (https://datatracker.ietf.org/doc/html/rfc1952): one member after the other; zero padding at the
 * end is passed over. A chunk is valid until the next one is asked for. Checksums are left out with `summed: false`, for bytes
 * that the caller compares with a digest: they cost a tenth of the time.
 * @throws SeaworthyError `malformed`, `truncated`, while iterating.
 */
export async function* gunzip(
  stored: AsyncIterable<Uint8Array>,
  { summed }: { readonly summed: boolean } = { summed: true },
): AsyncGenerator<Uint8Array> {
  const state = createState(summed);
  for await (const chunk of stored)
    for (let at = 0; at < chunk.length; ) {
      at += takeInput(state, chunk, at);
      yield* decode(state);
    }
  state.last = true;
  state.memory.fill(0, state.inputEnd, state.inputEnd + layout.slack);
  yield* decode(state);
  finish(state);
}

const outputStart = layout.history + 32_768;
const outputEnd = outputStart + layout.outputSize;
// A match is up to 258 bytes and is copied eight at a time.
const outputRoom = 300;
// What a block header or the kernel may read at once.
const inputRoom = 1024;

function createState(summed: boolean): State {
  const kernel = createKernel();
  const { memory } = kernel;
  return {
    kernel,
    memory,
    view: new DataView(memory.buffer),
    literals: new Uint32Array(memory.buffer, layout.literals, 4096),
    distances: new Uint32Array(memory.buffer, layout.distances, 1024),
    bit: layout.input * 8,
    inputEnd: layout.input,
    last: false,
    out: outputStart,
    fresh: outputStart,
    oldest: outputStart,
    step: "header",
    memberEnds: false,
    finalBlock: false,
    storedLeft: 0,
    members: 0,
    crc: 0,
    size: 0,
    summed,
  };
}

// Moves what is not used up to the front and fills the rest; answers how much was taken.
function takeInput(state: State, chunk: Uint8Array, from: number): number {
  const { memory } = state;
  const used = state.bit >> 3;
  if (used > layout.input) {
    memory.copyWithin(layout.input, used, state.inputEnd);
    state.inputEnd -= used - layout.input;
    state.bit -= (used - layout.input) * 8;
  }
  const room = layout.input + layout.inputSize - state.inputEnd;
  if (room === 0) throw malformed("a header that does not end");
  const taken = chunk.subarray(from, from + room);
  memory.set(taken, state.inputEnd);
  state.inputEnd += taken.length;
  return taken.length;
}

// Decodes until the input is used up (but for what may belong to something larger), handing out the output whenever it is full.
function* decode(state: State): Generator<Uint8Array> {
  for (;;) {
    const going = advance(state);
    if (!going || state.memberEnds || state.out >= outputEnd - outputRoom) {
      state.memberEnds = false;
      if (state.fresh < state.out) yield handOut(state);
      makeRoom(state);
    }
    if (!going) return;
  }
}

// Counts and sums what came out of this member.
function handOut(state: State): Uint8Array {
  const bytes = state.memory.subarray(state.fresh, state.out);
  if (state.summed) state.crc = crc32(bytes, state.crc);
  state.size = (state.size + bytes.length) % 2 ** 32;
  state.fresh = state.out;
  return bytes;
}

// The last 32 KiB stay: matches reach back into them.
function makeRoom(state: State): void {
  if (state.out < outputEnd - outputRoom) return;
  const shift = state.out - outputStart;
  state.memory.copyWithin(layout.history, state.out - 32_768, state.out);
  state.out -= shift;
  state.fresh -= shift;
  state.oldest = Math.max(state.oldest - shift, layout.history);
}

// One step; false when it needs input, or room, or all is done.
function advance(state: State): boolean {
  if (!state.last && state.inputEnd - (state.bit >> 3) < inputRoom) return false;
  switch (state.step) {
    case "header":
      return takeHeader(state);
    case "block":
      return takeBlock(state);
    case "codes":
      return takeCodes(state);
    case "stored":
      return takeStored(state);
    case "trailer":
      return takeTrailer(state);
    case "padding":
      return takePadding(state);
  }
}

function finish(state: State): void {
  if (state.step === "padding" || (state.step === "header" && state.members > 0 && available(state) === 0))
    return;
  throw truncated();
}

function available(state: State): number {
  return state.inputEnd - (state.bit >> 3);
}

function takeHeader(state: State): boolean {
  const { memory } = state;
  const start = state.bit >> 3;
  if (available(state) === 0) return false;
  if (state.members > 0 && memory[start] === 0) {
    state.step = "padding";
    return true;
  }
  const end = headerEnd(state, start);
  if (end === undefined) {
    if (state.last) throw truncated();
    return false;
  }
  state.bit = end * 8;
  state.step = "block";
  state.crc = 0;
  state.size = 0;
  state.oldest = state.out;
  state.fresh = state.out;
  return true;
}

// Where the compressed data begin; undefined when the header is not all there.
function headerEnd({ memory, inputEnd }: State, start: number): number | undefined {
  if (inputEnd - start < 10) {
    const part = memory.subarray(start, Math.min(inputEnd, start + 2));
    if (part[0] !== 0x1f || (part.length > 1 && part[1] !== 0x8b))
      throw malformed("bytes that are no member");
    return undefined;
  }
  if (memory[start] !== 0x1f || memory[start + 1] !== 0x8b || memory[start + 2] !== 8)
    throw malformed("bytes that are no member");
  const flags = memory[start + 3] ?? 0;
  if ((flags & 0xe0) !== 0) throw malformed("unknown flags");
  let at = start + 10;
  if ((flags & 4) !== 0) at += 2 + (memory[at] ?? 0) + 256 * (memory[at + 1] ?? 0);
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const nul = at >= inputEnd ? -1 : memory.subarray(at, inputEnd).indexOf(0);
    if (nul < 0) return undefined;
    at += nul + 1;
  }
  if ((flags & 2) === 0) return at > inputEnd ? undefined : at;
  if (at + 2 > inputEnd) return undefined;
  const sum = crc32(memory.subarray(start, at)) & 0xffff;
  if (sum !== (memory[at] ?? 0) + 256 * (memory[at + 1] ?? 0))
    throw malformed("a wrong checksum of the header");
  return at + 2;
}

function takeBlock(state: State): boolean {
  state.finalBlock = bitsOf(state, 1) === 1;
  switch (bitsOf(state, 2)) {
    case 0:
      return openStored(state);
    case 1:
      buildTable(state.literals, literalAlphabet, fixedLengths, 288);
      buildTable(state.distances, distanceAlphabet, fixedDistances, 32);
      break;
    case 2:
      readTables(state);
      break;
    default:
      throw malformed("a block of reserved type");
  }
  checkInput(state);
  state.step = "codes";
  return true;
}

const fixedLengths = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);
const fixedDistances = new Uint8Array(32).fill(5);
const orderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const lengthAlphabet = { bits: 7, entries: Uint32Array.from({ length: 19 }, (_, symbol) => symbol << 16) };
const lengthTable = new Uint32Array(128);
const lengths = new Uint8Array(320 + 138);

// https://datatracker.ietf.org/doc/html/rfc1951#section-3.2.7
function readTables(state: State): void {
  const literals = bitsOf(state, 5) + 257;
  const distances = bitsOf(state, 5) + 1;
  const codes = bitsOf(state, 4) + 4;
  if (literals > 286 || distances > 30) throw malformed("too many symbols");
  lengths.fill(0);
  for (let index = 0; index < codes; index += 1) lengths[orderOfLengths[index] ?? 0] = bitsOf(state, 3);
  if (!isComplete(lengths) || !buildTable(lengthTable, lengthAlphabet, lengths, 19))
    throw malformed("a wrong code of lengths");
  lengths.fill(0);
  readLengths(state, literals + distances);
  if (lengths[256] === 0) throw malformed("a block without end");
  if (!buildTable(state.literals, literalAlphabet, lengths, literals))
    throw malformed("a wrong code of literals");
  if (!buildTable(state.distances, distanceAlphabet, lengths.subarray(literals), distances))
    throw malformed("a wrong code of distances");
}

// The code of lengths may not be short of codes, not even by one.
function isComplete(codeLengths: Uint8Array): boolean {
  let sum = 0;
  for (let symbol = 0; symbol < 19; symbol += 1) {
    const length = codeLengths[symbol] ?? 0;
    if (length > 0) sum += 128 >> length;
  }
  return sum === 128;
}

function readLengths(state: State, count: number): void {
  for (let at = 0; at < count; ) {
    const next = peek16(state);
    const entry = lengthTable[next & 127] ?? 0;
    const symbol = entry >> 16;
    const taken = entry & 0xff;
    if (symbol < 16) {
      lengths[at] = symbol;
      at += 1;
      state.bit += taken;
      continue;
    }
    if (symbol === 16 && at === 0) throw malformed("a length repeated before the first");
    const value = symbol === 16 ? (lengths[at - 1] ?? 0) : 0;
    const extra = symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
    const end = at + (symbol === 18 ? 11 : 3) + ((next >> taken) & ((1 << extra) - 1));
    state.bit += taken + extra;
    if (end > count) throw malformed("more lengths than symbols");
    for (; at < end; at += 1) lengths[at] = value;
  }
}

function takeCodes(state: State): boolean {
  const { kernel, view } = state;
  if (state.out >= outputEnd - outputRoom) return true;
  const end = state.last ? state.inputEnd + 16 : state.inputEnd - 32;
  const status = kernel.run(state.bit, state.out, end, outputEnd - outputRoom, state.oldest);
  state.bit = view.getUint32(layout.state, true);
  state.out = view.getUint32(layout.state + 4, true);
  switch (status) {
    case kernelStatus.endOfBlock:
      checkInput(state);
      endBlock(state);
      return true;
    case kernelStatus.ranOut:
      if (state.out >= outputEnd - outputRoom) return true;
      if (state.last) throw truncated();
      return false;
    case kernelStatus.tooFarBack:
      throw malformed("a distance too far back");
    default:
      throw malformed("a code that does not exist");
  }
}

function openStored(state: State): boolean {
  state.bit = (state.bit + 7) & ~7;
  const size = bitsOf(state, 16);
  const inverse = bitsOf(state, 16);
  checkInput(state);
  if (size !== (inverse ^ 0xffff)) throw malformed("a stored block whose lengths differ");
  state.storedLeft = size;
  state.step = "stored";
  return true;
}

function takeStored(state: State): boolean {
  const at = state.bit >> 3;
  const step = Math.min(state.storedLeft, state.inputEnd - at, outputEnd - outputRoom - state.out);
  state.memory.copyWithin(state.out, at, at + Math.max(step, 0));
  state.out += Math.max(step, 0);
  state.bit += Math.max(step, 0) * 8;
  state.storedLeft -= Math.max(step, 0);
  if (state.storedLeft === 0) endBlock(state);
  else if (state.last && available(state) === 0) throw truncated();
  return true;
}

function endBlock(state: State): void {
  state.step = state.finalBlock ? "trailer" : "block";
  if (state.finalBlock) state.bit = (state.bit + 7) & ~7;
}

function takeTrailer(state: State): boolean {
  if (available(state) < 8) throw truncated();
  if (state.fresh < state.out) {
    // The sum is not complete until all of the member is handed out.
    state.memberEnds = true;
    return true;
  }
  const at = state.bit >> 3;
  if (state.summed && state.view.getUint32(at, true) !== state.crc) throw malformed("a wrong checksum");
  if (state.view.getUint32(at + 4, true) !== state.size) throw malformed("a wrong size");
  state.bit += 64;
  state.members += 1;
  state.step = "header";
  return true;
}

function takePadding(state: State): boolean {
  const at = state.bit >> 3;
  for (let index = at; index < state.inputEnd; index += 1)
    if (state.memory[index] !== 0) throw malformed("bytes after its end");
  state.bit = state.inputEnd * 8;
  return false;
}

// Up to 16 bits; past the end there are zeros, and checkInput tells.
function bitsOf(state: State, count: number): number {
  const value = peek16(state) & ((1 << count) - 1);
  state.bit += count;
  return value;
}

function peek16({ view, bit }: State): number {
  return (view.getUint32(bit >> 3, true) >>> (bit & 7)) & 0xffff;
}

function checkInput(state: State): void {
  if (state.bit > state.inputEnd * 8) throw truncated();
}

function malformed(state: string): SeaworthyError {
  return new SeaworthyError("malformed", `decompress gzip: ${state}`);
}

function truncated(): SeaworthyError {
  return new SeaworthyError("truncated", "decompress gzip: the data break off");
}
