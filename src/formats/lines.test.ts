import assert from "node:assert/strict";
import { test } from "node:test";
import { readLines } from "./lines.ts";
import { accessBytes } from "./random-access.ts";

const rows: readonly (readonly [text: string | Buffer, lines: readonly string[]])[] = [
  ["", []],
  ["a", ["a"]],
  ["a\n", ["a\n"]],
  ["a\nb", ["a\n", "b"]],
  ["\n\n", ["\n", "\n"]],
  ["a\r\nb\n", ["a\r\n", "b\n"]],
  ["\u{feff}a\n", ["a\n"]],
  ["ä\n€\n", ["ä\n", "€\n"]],
  [Buffer.from([0xff, 10]), ["\u{fffd}\n"]],
];

for (const [text, lines] of rows)
  test(`readLines() reads ${JSON.stringify(text.toString())}`, () => {
    assert.deepEqual([...readLines(accessBytes(Buffer.from(text)), "x")], lines);
  });

test("readLines() reads lines across its chunks", () => {
  const lines = Array.from({ length: 40_000 }, (_, index) => `${index} ${"ü".repeat(index % 50)}\n`);
  assert.deepEqual([...readLines(accessBytes(Buffer.from(lines.join(""))), "x")], lines);
});

test("readLines() refuses a long line and a large file", () => {
  const bytes = accessBytes(Buffer.alloc(600_000, "a"));
  assert.throws(() => [...readLines(bytes, "x", { file: 1e9, line: 300_000 })], { code: "limit-exceeded" });
  assert.throws(() => [...readLines(bytes, "x", { file: 500_000, line: 1e9 })], { code: "limit-exceeded" });
});
