import assert from "node:assert/strict";
import { test } from "node:test";
import { garbage, mutations, readHostile, truncations } from "../../tests/support/hostile.ts";
import { ndbFile } from "../../tests/support/rpm-write.ts";
import { accessBytes } from "./random-access.ts";
import { isNdb, ndbHeaders } from "./rpmdb-ndb.ts";

const headers = Array.from({ length: 300 }, (_, index) => Buffer.alloc(1 + index * 3, index % 256));

/** Lengths of headers, and messages of damage. */
function read(bytes: Uint8Array): readonly (number | string)[] {
  return [...ndbHeaders(accessBytes(bytes))].map((stored) =>
    stored.kind === "header" ? stored.bytes.length : stored.error.message,
  );
}

test("ndbHeaders() reads every header, over several pages of slots", () => {
  const stored = [...ndbHeaders(accessBytes(ndbFile(headers)))];
  assert.deepEqual(
    stored.map((each) => (each.kind === "header" ? Buffer.from(each.bytes) : each.error.message)),
    headers,
  );
  assert.deepEqual(read(ndbFile([])), []);
});

test("isNdb() knows it by its first bytes", () => {
  assert.equal(isNdb(ndbFile([])), true);
  for (const bytes of garbage) assert.equal(isNdb(bytes), false);
});

const three = ndbFile([Buffer.alloc(100, 1), Buffer.alloc(200, 2), Buffer.alloc(300, 3)]);

function changed(change: (bytes: Buffer) => unknown): Buffer {
  const bytes = Buffer.from(three);
  change(bytes);
  return bytes;
}

const blob = 4096;
const damages: readonly (readonly [what: string, bytes: Buffer, found: readonly (number | RegExp)[]])[] = [
  ["a free slot", changed((b) => b.writeUInt32LE(0, 32 + 8)), [200, 300]],
  ["a slot without its magic number", changed((b) => b.writeUInt32LE(0, 32)), [/slot at byte 32/, 200, 300]],
  ["a flipped byte", changed((b) => b.writeUInt8(9, blob + 20)), [/check sum/, 100, 200, 300]],
  ["a blob without its head", changed((b) => b.writeUInt32LE(0, blob)), [/not framed/, 200, 300]],
  ["a blob of another package", changed((b) => b.writeUInt32LE(2, blob + 4)), [/not framed/, 200, 300]],
  ["a length beyond its blocks", changed((b) => b.writeUInt32LE(5000, blob + 12)), [/not framed/, 200, 300]],
  ["a blob outside", changed((b) => b.writeUInt32LE(0x0fff_ffff, 32 + 8)), [/cut off/, 200, 300]],
  ["a huge blob", changed((b) => b.writeUInt32LE(0xffff_ffff, 32 + 12)), [/larger than the file/]],
  ["a file cut in its last blob", three.subarray(0, three.length - 32), [100, 200, /cut off/]],
  ["a file cut in its slots", three.subarray(0, 3000), [/slot page 0 of 1 is cut off/]],
];

for (const [what, bytes, found] of damages)
  test(`ndbHeaders() tells ${what}`, () => {
    const stored = read(bytes);
    assert.equal(stored.length, found.length, stored.join("\n"));
    for (const [index, each] of found.entries())
      if (typeof each === "number") assert.equal(stored[index], each);
      else assert.match(String(stored[index]), each);
  });

test("ndbHeaders() does not read one blob many times over", () => {
  const bytes = changed((b) => {
    for (let at = 48; at < 4096; at += 16) b.copy(b, at, 32, 48);
  });
  assert.match(String(read(bytes).at(-1)), /larger than the file/);
});

test("ndbHeaders() refuses another version and what is no ndb", () => {
  assert.throws(() => read(changed((b) => b.writeUInt32LE(1, 4))), { code: "unsupported" });
  for (const bytes of garbage) assert.throws(() => read(bytes), { code: "malformed" });
});

test("ndbHeaders() survives hostile bytes", () => {
  assert.ok(readHostile(truncations(three), ndbHeaders).includes("malformed"));
  const outcomes = readHostile(mutations(three, 500), ndbHeaders);
  assert.ok(outcomes.includes(3));
});
