import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { SeaworthyError } from "../core/errors.ts";
import { createFrameScanner } from "./zstd-frames.ts";

/** The frames of a file, put together from pieces of chunks of `step` bytes. */
function frames(bytes: Uint8Array, step: number): Buffer[] {
  const scanner = createFrameScanner();
  const found: Buffer[] = [];
  let open: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += step)
    for (const piece of scanner.push(bytes.subarray(at, at + step))) {
      assert.equal(piece.first, open.length === 0);
      open.push(piece.bytes);
      if (!piece.last) continue;
      found.push(Buffer.concat(open));
      open = [];
    }
  scanner.end();
  assert.equal(open.length, 0);
  return found;
}

const contents = [Buffer.from("a"), Buffer.alloc(300_000, 7), randomBytes(140_000), Buffer.alloc(0)];
const options = [
  {},
  { params: { [constants.ZSTD_c_checksumFlag]: 1 } },
  { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } },
];
const made = contents.flatMap((content) => options.map((option) => zstdCompressSync(content, option)));
const skipped = Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

for (const step of [1, 2, 3, 5, 1000, 65_536, 2 ** 22])
  test(`createFrameScanner() cuts at the ends of frames in chunks of ${step}`, () => {
    const found = frames(Buffer.concat([skipped, ...made.flatMap((frame) => [frame, skipped])]), step);
    assert.equal(found.length, made.length);
    for (const [index, frame] of found.entries()) {
      assert.ok(frame.equals(made[index] ?? Buffer.alloc(0)));
      assert.ok(zstdDecompressSync(frame).equals(contents[Math.floor(index / 3)] ?? Buffer.alloc(0)));
    }
  });

test("createFrameScanner() refuses every truncation and survives every damaged byte", () => {
  const whole = Buffer.concat([zstdCompressSync("some text, some text", options[1]), skipped]);
  for (let length = 1; length < whole.length; length += 1) {
    if (length === whole.length - skipped.length) continue;
    assert.throws(() => frames(whole.subarray(0, length), 7), { code: "truncated" }, `${length}`);
  }
  for (let at = 0; at < whole.length; at += 1)
    for (const value of [0, 1, 0x7f, 0xff])
      try {
        frames(Buffer.from(whole.map((byte, index) => (index === at ? value : byte))), 5);
      } catch (thrown) {
        assert.ok(thrown instanceof SeaworthyError, String(thrown));
      }
});
