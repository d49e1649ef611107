import { SeaworthyError } from "../core/errors.ts";

/** Bytes that grow in their place: enlarging ordinary memory by copies leaves holes behind that the process never gives back. */
export interface GrowingBytes {
  /** What grows, for arrays of other numbers over it: they grow with it. */
  readonly buffer: ArrayBuffer;
  /** Room for at least `size` bytes; the array is valid until the next call. @throws SeaworthyError `limit-exceeded`. */
  room(size: number): Uint8Array<ArrayBuffer>;
  /** The first `size` bytes, as memory of their own; what grew is given back. */
  finish(size: number): ArrayBuffer;
}

/** Numbers that grow, of four bytes each. */
export interface GrowingNumbers {
  add(value: number): void;
  count(): number;
  finish(): Uint32Array<ArrayBuffer>;
}

const step = 2 ** 16;

/** Up to `most` bytes, of which only what is used takes memory. */
export function createGrowingBytes(most: number): GrowingBytes {
  const buffer = new ArrayBuffer(0, { maxByteLength: Math.ceil(most / step) * step });
  const bytes = new Uint8Array(buffer);
  return {
    buffer,
    room(size) {
      if (size > most)
        throw new SeaworthyError("limit-exceeded", `keep a layer's content: more than ${most} bytes`);
      if (size > buffer.byteLength)
        buffer.resize(Math.min(Math.ceil((size * 1.2) / step) * step, buffer.maxByteLength));
      return bytes;
    },
    finish: (size) => buffer.transferToFixedLength(size),
  };
}

/** Up to `most` numbers. */
export function createGrowingNumbers(most: number): GrowingNumbers {
  const memory = createGrowingBytes(most * 4);
  let values = new Uint32Array(memory.room(step).buffer);
  let used = 0;
  return {
    add(value) {
      if (used === values.length) memory.room((used + 1) * 4);
      values[used] = value;
      used += 1;
    },
    count: () => used,
    finish() {
      values = new Uint32Array(memory.finish(used * 4));
      return values;
    },
  };
}

/** Index of the first number that is not below `wanted`; the numbers ascend. */
export function lowerBound(numbers: Uint32Array, wanted: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
