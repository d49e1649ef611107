import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { assert as assertProperty, asyncProperty, constantFrom, nat, string } from "fast-check";
import { type Line, lineBatches } from "./lines.ts";

async function linesOf(chunks: readonly (Buffer | string)[], limit = 100): Promise<readonly string[]> {
  const found: Line[] = [];
  for await (const batch of lineBatches(Readable.from(chunks, { objectMode: false }), limit))
    found.push(...batch);
  return found.map((line) => ("text" in line ? line.text : `<${line.refused}>`));
}

test("lineBatches() splits at LF and CRLF, and takes a last line without one", async () => {
  const rows = [
    [["a\nb\n"], ["a", "b"]],
    [["a\r\nb"], ["a", "b"]],
    [["a\n\n\nb\n"], ["a", "", "", "b"]],
    [
      ["a", "b", "c\nd"],
      ["abc", "d"],
    ],
    [
      ["a\r", "\nb"],
      ["a", "b"],
    ],
    [["a\rb\n"], ["a\rb"]],
    [[""], []],
    [["\n"], [""]],
    [[Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])], ["é"]],
    [[Buffer.from([0xff, 0x0a, 0x61])], ["<not-utf-8>", "a"]],
  ] as const;
  for (const [chunks, expected] of rows)
    assert.deepEqual(await linesOf(chunks), expected, JSON.stringify(chunks));
});

test("lineBatches() refuses a line beyond the limit, and only that one", async () => {
  const long = "x".repeat(101);
  assert.deepEqual(await linesOf([`a\n${long}\nb\n`]), ["a", "<too-long>", "b"]);
  assert.deepEqual(await linesOf([`${"x".repeat(100)}\n`]), ["x".repeat(100)]);
  assert.deepEqual(await linesOf(["a\n", ...Array.from({ length: 1000 }, () => long), "\nb"]), [
    "a",
    "<too-long>",
    "b",
  ]);
  assert.deepEqual(await linesOf([long]), ["<too-long>"]);
});

test("lineBatches() answers the same lines however the bytes are cut", async () => {
  const text = string({ unit: constantFrom("a", "\n", "\r\n", "é", "b"), maxLength: 60 });
  await assertProperty(
    asyncProperty(text, nat(20), async (input, size) => {
      const bytes = Buffer.from(input);
      const chunks = Array.from({ length: Math.ceil(bytes.length / (size + 1)) }, (_, at) =>
        bytes.subarray(at * (size + 1), (at + 1) * (size + 1)),
      );
      const expected = input.split(/\r?\n/);
      if (expected.at(-1) === "") expected.pop();
      assert.deepEqual(await linesOf(chunks), expected);
    }),
    { seed: 42, numRuns: 300 },
  );
});
