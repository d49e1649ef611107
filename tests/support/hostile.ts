import assert from "node:assert/strict";
import { SeaworthyError } from "../../src/core/errors.ts";
import type { RandomAccess } from "../../src/core/plugin.ts";
import { accessBytes } from "../../src/formats/random-access.ts";

/** What a reader made of hostile bytes: how many things it gave, or the code of its refusal. */
export type HostileOutcome = number | string;

/**
 * Reads each of `files` to its end. Whatever is thrown must be a SeaworthyError, and a reader that goes on for longer than the bytes
 * can account for is an error too (a cycle). Answers the outcomes in order.
 */
export function readHostile(
  files: Iterable<Uint8Array>,
  read: (bytes: RandomAccess) => Iterable<unknown>,
): readonly HostileOutcome[] {
  return Array.from(files, (bytes) => outcomeOf(bytes, read));
}

function outcomeOf(bytes: Uint8Array, read: (bytes: RandomAccess) => Iterable<unknown>): HostileOutcome {
  let count = 0;
  try {
    for (const _ of read(accessBytes(bytes))) {
      count += 1;
      assert.ok(count <= bytes.length + 100, `${count} things out of ${bytes.length} bytes`);
    }
    return count;
  } catch (thrown) {
    if (thrown instanceof SeaworthyError && thrown.code !== "internal") return thrown.code;
    throw thrown;
  }
}

/** Every beginning of `bytes`, `step` bytes apart. */
export function* truncations(bytes: Uint8Array, step = 1): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length += step) yield bytes.subarray(0, length);
}

/** `count` copies with up to eight bytes changed, the same ones in every run. */
export function* mutations(bytes: Uint8Array, count: number): Generator<Uint8Array> {
  let state = 0x2545f491;
  const next = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  for (let index = 0; index < count; index += 1) {
    const copy = Uint8Array.from(bytes);
    for (let change = next(8); change >= 0; change -= 1)
      copy[next(copy.length)] = [0, 1, 0x7f, 0x80, 0xff, next(256)][next(6)] ?? 0;
    yield copy;
  }
}

/** Bytes without sense, and the ends of sense. */
export const garbage: readonly Uint8Array[] = [
  new Uint8Array(),
  Buffer.from("\n"),
  Buffer.alloc(1),
  Buffer.alloc(70_000),
  Buffer.alloc(70_000, 0xff),
  Buffer.alloc(70_000, "a"),
  Buffer.alloc(70_000, "\n"),
  Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 251)),
];
