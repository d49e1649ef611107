import assert from "node:assert/strict";
import { test } from "node:test";
import { createLzma, decodeLzma, resetLzma, setProperties } from "./lzma.ts";

function decoder(input: readonly number[]) {
  const d = createLzma(4096);
  d.input = Uint8Array.from(input);
  setProperties(d, 0x5d);
  resetLzma(d);
  return d;
}

// What `xz --format=raw --lzma2` makes of ten times "a", without the head of the chunk: a literal, and a match that reaches back to it.
const sound = [0x00, 0x30, 0xeb, 0x7c, 0x00, 0x00, 0x00];

test("decodeLzma() decodes a chunk", () => {
  const d = decoder(sound);
  decodeLzma(d, sound.length, 10);
  assert.equal(Buffer.from(d.window.subarray(0, d.pos)).toString(), "aaaaaaaaaa");
});

test("setProperties() refuses what LZMA2 does not have", () => {
  const d = decoder([]);
  setProperties(d, 0x5d);
  assert.deepEqual([d.literalContext, d.literalMask, d.positionMask], [3, 0, 3]);
  for (const byte of [225, 255, 8, 40])
    assert.throws(() => setProperties(d, byte), { code: "malformed" }, `${byte}`);
});

const hostile: readonly (readonly [
  why: string,
  input: readonly number[],
  compressed: number,
  size: number,
])[] = [
  ["no bytes", [], 0, 1],
  ["a first byte that is not 0", [1, 0, 0, 0, 0], 5, 1],
  ["fewer bytes than it takes", [0, 0, 0], 3, 1],
  ["a match before the first byte", [0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 8, 10],
  ["a length that is not the chunk's", sound, sound.length, 2],
  ["bytes that end early", [0, 0, 0, 0, 0], 5, 1000],
];
for (const [why, input, compressed, size] of hostile)
  test(`decodeLzma() refuses ${why}`, () => {
    // A view of four bytes is read before it is known whether they are there: padded as a file would be.
    const d = decoder([...input, ...Array.from({ length: 16 }, () => 0)]);
    assert.throws(() => decodeLzma(d, compressed, size), { code: "malformed" });
  });
