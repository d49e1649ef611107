import { type Code, compileWasm, runWasm, signed, unsigned, wasmTypes } from "./wasm-code.ts";

// The inner loop of inflate as WebAssembly, written out below instruction by instruction: half of a cold scan is spent here, and
// node:zlib needs twice the time for it. Block headers and tables are JavaScript (gzip-tables.ts), so that what stands here is only
// "symbol after symbol until something runs out". The shape of loop and table entries is that of libdeflate's description.

/** Where things lie in the kernel's memory, in bytes. */
export const layout = {
  /** i32: bit position and output position at which the kernel stopped. */
  state: 0,
  literals: 64,
  distances: 64 + 4 * 4096,
  input: 65_536,
  inputSize: 2 ** 19,
  /** Room behind the input that the kernel may look at. */
  slack: 64,
  /** 32 KiB of history, then the output. */
  history: 65_536 * 10,
  outputSize: 2 ** 20,
} as const;

/** Bits that index the first level of the two tables. */
const mainBits = { literals: 11, distances: 8 } as const;

/** Flags of table entries; a literal has its byte in bits 16-23, a length or distance its base there. */
export const entryFlags = {
  literal: 0x8000_0000,
  /** With `stop`: end of block, or no code at all; without: bits 16-30 are the place of a second table of bits 8-12 bits. */
  exceptional: 0x8000,
  stop: 0x4000,
  invalid: 0x2000,
} as const;

/** Why the kernel came back. */
export const kernelStatus = { ranOut: 0, endOfBlock: 1, invalidCode: 2, tooFarBack: 3 } as const;

/** `run(bitPosition, output, inputEnd, outputEnd, oldest)` decodes until one of the ends is reached, and answers a status. */
export interface Kernel {
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly run: (
    bitPosition: number,
    output: number,
    inputEnd: number,
    outputEnd: number,
    oldest: number,
  ) => number;
}

/** A kernel with memory of its own. */
export function createKernel(): Kernel {
  compiled ??= compileWasm({
    parameters: 5,
    locals: [
      [5, wasmTypes.i32],
      [4, wasmTypes.i64],
    ],
    body,
  });
  const pages = Math.ceil((layout.history + 32_768 + layout.outputSize + 4096) / 65_536);
  const { memory, run } = runWasm(compiled, pages);
  return {
    memory,
    run: (bitPosition, output, inputEnd, outputEnd, oldest) =>
      Number(run(bitPosition, output, inputEnd, outputEnd, oldest)),
  };
}

let compiled: object | undefined;

// Locals: five parameters, then these; entry, buffer, bits and saved are 64 bits wide.
const [bitPos, out, inEnd, outEnd, oldest, input, length, source, end, distance, entry, buffer, bits, saved] =
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];

const get = (local: number): Code => [0x20, local];
const set = (local: number, ...value: Code): Code => [value, 0x21, local];
const i32 = (value: number): Code => [0x41, signed(value)];
const i64 = (value: number): Code => [0x42, signed(value)];
const add = (a: Code, b: Code): Code => [a, b, 0x6a];
const sub = (a: Code, b: Code): Code => [a, b, 0x6b];
const and = (a: Code, b: Code): Code => [a, b, 0x71];
const shiftLeft = (a: Code, b: Code): Code => [a, b, 0x74];
const shiftRight = (a: Code, b: Code): Code => [a, b, 0x76];
const load64 = (address: Code): Code => [address, 0x29, 0, 0];
const load8 = (address: Code): Code => [address, 0x2d, 0, 0];
/** 32 bits of memory as 64. */
const load32Wide = (address: Code, offset: number): Code => [address, 0x35, 2, unsigned(offset)];
const store32 = (address: Code, value: Code, offset: number): Code => [
  address,
  value,
  0x36,
  2,
  unsigned(offset),
];
const store8 = (address: Code, value: Code): Code => [address, value, 0x3a, 0, 0];
const store8Wide = (address: Code, value: Code): Code => [address, value, 0x3c, 0, 0];
const store64 = (address: Code, value: Code): Code => [address, value, 0x37, 0, 0];
const wide = (value: Code): Code => [value, 0xad];
const narrow = (value: Code): Code => [value, 0xa7];
const orWide = (a: Code, b: Code): Code => [a, b, 0x84];
const shiftLeftWide = (a: Code, b: Code): Code => [a, b, 0x86];
const shiftRightWide = (a: Code, b: Code): Code => [a, b, 0x88];
const block = (...body: Code): Code => [0x02, 0x40, body, 0x0b];
const loop = (...body: Code): Code => [0x03, 0x40, body, 0x0b];
const when = (condition: Code, ...body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];
const jump = (depth: number): Code => [0x0c, depth];
const jumpIf = (condition: Code, depth: number): Code => [condition, 0x0d, depth];
const isLess = (a: Code, b: Code): Code => [a, b, 0x48];
const isAtLeast = (a: Code, b: Code): Code => [a, b, 0x4e];

// The buffer's lowest two bits are void, so that what is masked out of it is the offset of a table entry without a shift; `bits`
// counts them, and is true in its lowest six bits only, which is all that a shift looks at.
// buffer |= load64(input) << bits; input += (63 - bits) >> 3; bits |= 56. What is above `bits` is the same data once more.
const refill: Code = [
  set(buffer, orWide(get(buffer), shiftLeftWide(load64(get(input)), get(bits)))),
  set(input, add(get(input), and(shiftRight([narrow(get(bits)), i32(-1), 0x73], i32(3)), i32(7)))),
  set(bits, orWide(get(bits), i64(56))),
];

// The low six bits of an entry are how many bits it takes.
const consume: Code = [
  set(buffer, shiftRightWide(get(buffer), get(entry))),
  set(bits, get(bits), get(entry), 0x7d),
];

const lookUp = (table: number, tableBits: number): Code =>
  set(entry, load32Wide(and(narrow(get(buffer)), i32(4 * (2 ** tableBits - 1))), table));

const nextSymbol: Code = lookUp(layout.literals, mainBits.literals);

// Base of a length or distance, place of a second table: bit 31 is that of literals alone.
const upper: Code = shiftRight(narrow(get(entry)), i32(16));

// The entry points to a second table, indexed by the bits after the first ones.
const lookFurther = (table: number): Code => [
  consume,
  set(
    entry,
    load32Wide(
      add(
        upper,
        and(narrow(get(buffer)), sub(shiftLeft(i32(4), shiftRight(narrow(get(entry)), i32(8))), i32(4))),
      ),
      table,
    ),
  ),
];

const isLiteral = isLess(narrow(get(entry)), i32(0));
const hasFlag = (flag: number): Code => and(narrow(get(entry)), i32(flag));
const putLiteral: Code = [
  consume,
  store8Wide(get(out), shiftRightWide(get(entry), i64(16))),
  set(out, add(get(out), i32(1))),
];

// Base plus the extra bits that follow the code: those of `saved` between the code's length and the whole.
const valueOf: Code = add(
  upper,
  shiftRight(
    and(narrow(get(saved)), sub(shiftLeft(i32(4), narrow(get(entry))), i32(1))),
    shiftRight(narrow(get(entry)), i32(8)),
  ),
);

// `depth`: how many blocks lie between here and the outermost, which leads to the end.
const leave = (status: Code, depth: number): Code => [set(length, status), jump(depth)];

// End of block is told from a code that does not exist by a flag.
const stopped = (depth: number): Code => [
  consume,
  leave(add(i32(kernelStatus.endOfBlock), shiftRight(hasFlag(entryFlags.invalid), i32(13))), depth),
];

const copyWord = (offset: number): Code => [get(out), get(source), 0x29, 0, offset, 0x37, 0, offset];

const copyMatch: Code = [
  set(source, sub(get(out), get(distance))),
  when(isLess(get(source), get(oldest)), leave(i32(kernelStatus.tooFarBack), 2)),
  set(end, add(get(out), get(length))),
  block(
    when(
      isAtLeast(get(distance), i32(8)),
      // Most matches are short: three words at once spare the guessing of how often a loop turns.
      copyWord(0),
      copyWord(8),
      copyWord(16),
      jumpIf(isLess(get(length), i32(25)), 1),
      set(source, add(get(source), i32(24))),
      set(out, add(get(out), i32(24))),
      loop(
        copyWord(0),
        copyWord(8),
        set(source, add(get(source), i32(16))),
        set(out, add(get(out), i32(16))),
        jumpIf(isLess(get(out), get(end)), 0),
      ),
      jump(1),
    ),
    when(
      [get(distance), i32(1), 0x46],
      // One byte over and over.
      set(saved, wide(load8(get(source))), i64(0x0101_0101), i64(0x0101_0101), i64(32), 0x86, 0x84, 0x7e),
      loop(
        store64(get(out), get(saved)),
        set(out, add(get(out), i32(8))),
        jumpIf(isLess(get(out), get(end)), 0),
      ),
      jump(1),
    ),
    loop(
      store8(get(out), load8(get(source))),
      set(source, add(get(source), i32(1))),
      set(out, add(get(out), i32(1))),
      jumpIf(isLess(get(out), get(end)), 0),
    ),
  ),
  set(out, get(end)),
];

// Inside of `block` (the way out, depth 1 from the loop's body) and `loop` (depth 0).
const body: Code = [
  set(input, shiftRight(get(bitPos), i32(3))),
  set(bits, wide(and(get(bitPos), i32(7)))),
  set(buffer, shiftLeftWide(shiftRightWide(load64(get(input)), get(bits)), i64(2))),
  set(bits, i64(58), get(bits), 0x7d),
  set(input, add(get(input), i32(7))),
  set(length, i32(kernelStatus.ranOut)),
  refill,
  nextSymbol,
  block(
    loop(
      set(length, i32(kernelStatus.ranOut)),
      jumpIf(isAtLeast(get(input), get(inEnd)), 1),
      jumpIf(isAtLeast(get(out), get(outEnd)), 1),
      when(
        isLiteral,
        putLiteral,
        nextSymbol,
        when(
          isLiteral,
          putLiteral,
          nextSymbol,
          when(isLiteral, putLiteral, nextSymbol, when(isLiteral, putLiteral, refill, nextSymbol, jump(4))),
        ),
        refill,
      ),
      when(
        hasFlag(entryFlags.exceptional),
        when(hasFlag(entryFlags.stop), stopped(3)),
        // After two literals of the first table and a main index there are still bits for the rest of this code.
        lookFurther(layout.literals),
        when(isLiteral, putLiteral, refill, nextSymbol, jump(2)),
        when(hasFlag(entryFlags.exceptional), stopped(3)),
      ),
      set(saved, get(buffer)),
      consume,
      set(length, valueOf),
      lookUp(layout.distances, mainBits.distances),
      when(
        hasFlag(entryFlags.exceptional),
        when(hasFlag(entryFlags.stop), leave(i32(kernelStatus.invalidCode), 3)),
        lookFurther(layout.distances),
        when(hasFlag(entryFlags.exceptional), leave(i32(kernelStatus.invalidCode), 3)),
      ),
      set(saved, get(buffer)),
      consume,
      set(distance, valueOf),
      // The next symbol is on its way while the match is copied.
      refill,
      nextSymbol,
      copyMatch,
      jump(0),
    ),
  ),
  store32(
    i32(0),
    sub(shiftLeft(get(input), i32(3)), sub(and(narrow(get(bits)), i32(63)), i32(2))),
    layout.state,
  ),
  store32(i32(0), get(out), layout.state + 4),
  get(length),
];
