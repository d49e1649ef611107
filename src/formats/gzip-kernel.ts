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
  const pages = Math.ceil((layout.history + 32_768 + layout.outputSize + 4096) / 65_536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  compiled ??= new WebAssembly.Module(moduleBytes());
  const { run } = new WebAssembly.Instance(compiled, { host: { memory } }).exports;
  if (typeof run !== "function") throw new TypeError("the inflate kernel has no entry");
  return {
    memory: new Uint8Array(memory.buffer),
    run: (bitPosition, output, inputEnd, outputEnd, oldest) =>
      Number(run(bitPosition, output, inputEnd, outputEnd, oldest)),
  };
}

let compiled: object | undefined;

// Neither the ES library of TypeScript nor @types/node declares it.
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, object>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

type Code = readonly (number | Code)[];

// Locals: five parameters, then these.
const [bitPos, out, inEnd, outEnd, oldest, input, bits, entry, length, source, end, distance, buffer, saved] =
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
const load32 = (address: Code, offset = 0): Code => [address, 0x28, 2, unsigned(offset)];
const load64 = (address: Code): Code => [address, 0x29, 0, 0];
const load8 = (address: Code): Code => [address, 0x2d, 0, 0];
const store32 = (address: Code, value: Code, offset: number): Code => [
  address,
  value,
  0x36,
  2,
  unsigned(offset),
];
const store8 = (address: Code, value: Code): Code => [address, value, 0x3a, 0, 0];
const store64 = (address: Code, value: Code): Code => [address, value, 0x37, 0, 0];
const wide = (value: Code): Code => [value, 0xad];
const narrow = (value: Code): Code => [value, 0xa7];
const block = (...body: Code): Code => [0x02, 0x40, body, 0x0b];
const loop = (...body: Code): Code => [0x03, 0x40, body, 0x0b];
const when = (condition: Code, ...body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];
const jump = (depth: number): Code => [0x0c, depth];
const jumpIf = (condition: Code, depth: number): Code => [condition, 0x0d, depth];
const isLess = (a: Code, b: Code): Code => [a, b, 0x48];
const isAtLeast = (a: Code, b: Code): Code => [a, b, 0x4e];
const or = (a: Code, b: Code): Code => [a, b, 0x72];

// buffer |= load64(input) << bits; input += (63 - bits) >> 3; bits |= 56. What is above `bits` is the same data once more.
const refill: Code = [
  set(buffer, get(buffer), load64(get(input)), wide(get(bits)), 0x86, 0x84),
  set(input, add(get(input), shiftRight(sub(i32(63), get(bits)), i32(3)))),
  set(bits, or(get(bits), i32(56))),
];

// The low byte of an entry is how many bits it takes; WebAssembly shifts by its low six.
const consume: Code = [
  set(buffer, get(buffer), wide(get(entry)), 0x88),
  set(bits, sub(get(bits), and(get(entry), i32(0xff)))),
];

const mask = (count: Code): Code => sub(shiftLeft(i32(1), count), i32(1));

const lookUp = (table: number, tableBits: number): Code =>
  set(entry, load32(shiftLeft(and(narrow(get(buffer)), i32(2 ** tableBits - 1)), i32(2)), table));

const nextSymbol: Code = lookUp(layout.literals, mainBits.literals);

// The entry points to a second table, indexed by the bits after the first ones.
const lookFurther = (table: number): Code => [
  consume,
  set(
    entry,
    load32(
      shiftLeft(
        add(
          and(shiftRight(get(entry), i32(16)), i32(0x7fff)),
          and(narrow(get(buffer)), mask(and(shiftRight(get(entry), i32(8)), i32(31)))),
        ),
        i32(2),
      ),
      table,
    ),
  ),
];

const isLiteral = isLess(get(entry), i32(0));
const hasFlag = (flag: number): Code => and(get(entry), i32(flag));
const putLiteral: Code = [
  consume,
  store8(get(out), shiftRight(get(entry), i32(16))),
  set(out, add(get(out), i32(1))),
];

// Base plus the extra bits that follow the code: those of `saved` between the code's length and the whole.
const valueOf: Code = add(
  and(shiftRight(get(entry), i32(16)), i32(0x7fff)),
  shiftRight(
    and(narrow(get(saved)), mask(and(get(entry), i32(31)))),
    and(shiftRight(get(entry), i32(8)), i32(31)),
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
  set(buffer, load64(get(input)), wide(and(get(bitPos), i32(7))), 0x88),
  set(bits, sub(i32(56), and(get(bitPos), i32(7)))),
  set(input, add(get(input), i32(7))),
  set(length, i32(kernelStatus.ranOut)),
  refill,
  nextSymbol,
  block(
    loop(
      set(length, i32(kernelStatus.ranOut)),
      jumpIf(or(isAtLeast(get(input), get(inEnd)), isAtLeast(get(out), get(outEnd))), 1),
      when(
        isLiteral,
        putLiteral,
        nextSymbol,
        when(isLiteral, putLiteral, nextSymbol, when(isLiteral, putLiteral, refill, nextSymbol, jump(3))),
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
      refill,
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
  store32(i32(0), sub(shiftLeft(get(input), i32(3)), get(bits)), layout.state),
  store32(i32(0), get(out), layout.state + 4),
  get(length),
];

// The binary format of a module with one imported memory and one exported function
// (https://webassembly.github.io/spec/core/binary/modules.html).
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const text = (value: string): Code => [value.length, ...Buffer.from(value)];
  const section = (id: number, ...content: Code): Code => {
    const bytes = flat(content);
    return [id, unsigned(bytes.length), bytes];
  };
  const code = flat([2, 7, 0x7f, 2, 0x7e, body, 0x0b]);
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, 1, 0x60, 5, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f),
      section(2, 1, text("host"), text("memory"), 2, 0, 0),
      section(3, 1, 0),
      section(7, 1, text("run"), 0, 0),
      section(10, 1, unsigned(code.length), code),
    ]),
  );
}

function flat(code: Code): number[] {
  return code.flatMap((part) => (typeof part === "number" ? [part] : flat(part)));
}

function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
}
