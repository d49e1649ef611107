import assert from "node:assert/strict";
import { test } from "node:test";
import { garbage, mutations, readHostile, truncations } from "../../tests/support/hostile.ts";
import type { RandomAccess } from "../core/plugin.ts";
import { bufferOf } from "./lines.ts";
import { readRecord, readRowid, readVarint } from "./sqlite-record.ts";

// https://www.sqlite.org/fileformat2.html, 1.6: 7 bits a byte, the ninth byte whole.
const numbers: readonly (readonly [hex: string, value: number, rowid?: number])[] = [
  ["00", 0],
  ["7f", 127],
  ["8100", 128],
  ["ff7f", 16_383],
  ["818000", 16_384],
  ["8fffffff7f", 2 ** 32 - 1],
  ["ffffffffffffffffff", 2 ** 64, -1],
  ["fffffffffffffffffb", 2 ** 64, -5],
];

for (const [hex, value, rowid = value] of numbers)
  test(`readVarint() reads ${hex}`, () => {
    const bytes = Buffer.from(hex, "hex");
    assert.deepEqual(readVarint(bytes, 0), { value, end: bytes.length });
    assert.deepEqual(readRowid(bytes, 0), { value: rowid, end: bytes.length });
    assert.throws(() => readVarint(bytes.subarray(0, -1), 0), { code: "malformed" });
  });

test("readRecord() reads values of every serial type", () => {
  const types = [0, 1, 2, 6, 8, 9, 7, 12 + 2 * 2, 13 + 2 * 2];
  const body = Buffer.concat([
    Buffer.from("ff", "hex"),
    Buffer.from("0100", "hex"),
    Buffer.from("ffffffffffffff00", "hex"),
    Buffer.from("3ff8000000000000", "hex"),
    Buffer.from("\u0001\u0002hi"),
  ]);
  const values = readRecord(Buffer.concat([Buffer.from([types.length + 1, ...types]), body]), "utf-8");
  assert.deepEqual(values, [null, -1, 256, -256, 0, 1, 1.5, Buffer.from([1, 2]), "hi"]);
});

const refused: readonly (readonly [what: string, record: readonly number[]])[] = [
  ["nothing", []],
  ["a header that passes its end", [9, 1, 1]],
  ["a value that passes its end", [2, 4, 1]],
  ["a reserved type", [2, 10]],
  ["a header cut inside a number", [2, 0x81]],
];

for (const [what, record] of refused)
  test(`readRecord() refuses ${what}`, () => {
    assert.throws(() => readRecord(Buffer.from(record), "utf-8"), { code: "malformed" });
  });

test("readRecord() refuses more columns than SQLite has", () => {
  const record = Buffer.alloc(40_000);
  record.set([0x82, 0xb8, 0x20]);
  assert.throws(() => readRecord(record, "utf-8"), { code: "malformed", message: /32767 columns/ });
});

test("readRecord() survives hostile bytes", () => {
  const read = function* (bytes: RandomAccess): Generator {
    yield readRecord(bufferOf(bytes.read(0, bytes.size)), "utf-8");
  };
  const record = Buffer.from([4, 1, 16, 19, 7, 1, 2, 104, 105, 33]);
  assert.ok(readHostile([...garbage, ...truncations(record)], read).includes("malformed"));
  assert.ok(readHostile(mutations(record, 2000), read).includes(1));
});
