import assert from "node:assert/strict";
import { test } from "node:test";
import { accessBytes, accessPart, readAll, readText, uint64, utf8, viewOf } from "./random-access.ts";

const digits = Buffer.from("0123456789");

test("accessBytes() answers fewer bytes only at the end, and never throws for a range", () => {
  const rows: readonly (readonly [number, number, string])[] = [
    [0, 3, "012"],
    [8, 5, "89"],
    [10, 1, ""],
    [99, 1, ""],
    [-5, 2, "01"],
    [3, -1, ""],
    [Number.NaN, 2, "01"],
    [0, Number.POSITIVE_INFINITY, "0123456789"],
    [2 ** 60, 2 ** 60, ""],
  ];
  for (const [offset, length, wanted] of rows)
    assert.equal(utf8(accessBytes(digits).read(offset, length)), wanted, `${offset}, ${length}`);
});

test("accessPart() does not read past its own end, nor past the whole's", () => {
  const part = accessPart(accessBytes(digits), 2, 3);
  assert.equal(part.size, 3);
  assert.equal(utf8(part.read(0, 99)), "234");
  assert.equal(utf8(part.read(2, 99)), "4");
  assert.equal(utf8(part.read(-9, 99)), "234");
  assert.equal(accessPart(accessBytes(digits), 8, 99).size, 2);
  assert.equal(accessPart(accessBytes(digits), 99, 99).size, 0);
  assert.equal(utf8(accessPart(part, 1, 1).read(0, 9)), "3");
});

test("readAll() refuses more than its limit", () => {
  assert.equal(readAll(accessBytes(digits), 10, "digits").length, 10);
  assert.throws(() => readAll(accessBytes(digits), 9, "digits"), {
    code: "limit-exceeded",
    message: "read digits: 10 bytes, the limit is 9 bytes",
  });
});

test("readText() drops a byte order mark and keeps going over bytes that are no UTF-8", () => {
  assert.equal(readText(accessBytes(Buffer.from("\uFEFF{}")), 99, "x"), "{}");
  assert.equal(readText(accessBytes(Uint8Array.of(0x61, 0xff)), 99, "x"), "a\uFFFD");
});

test("uint64() answers undefined for what no double holds", () => {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(1n << 40n, 0);
  bytes.writeBigUInt64BE(1n << 60n, 8);
  assert.equal(uint64(viewOf(bytes), 0, true), 2 ** 40);
  assert.equal(uint64(viewOf(bytes), 8, false), undefined);
});
