import assert from "node:assert/strict";
import { test } from "node:test";
import { areWithinEdits, editsBetween, nearest } from "./nearest.ts";

const rows: readonly (readonly [
  text: string,
  candidates: readonly string[],
  expected: string | undefined,
])[] = [
  ["SW-IM-01", ["SW-IM-021", "SW-IM-001"], "SW-IM-021"],
  ["SW-IM-O01", ["SW-IM-021", "SW-IM-001"], "SW-IM-001"],
  ["", ["abc", "a"], "a"],
  ["kitten", ["sitting", "mitten"], "mitten"],
  ["x", [], undefined],
];
for (const [text, candidates, expected] of rows)
  test(`nearest() answers ${expected} for "${text}" among ${candidates.length}`, () =>
    assert.equal(nearest(text, candidates), expected));

test("areWithinEdits() answers as counting all edits does", () => {
  const texts = [
    "",
    "a",
    "ab",
    "ba",
    "abc",
    "acb",
    "abcd",
    "bcd",
    "xabcd",
    "xabc",
    "axbyc",
    "cve-2024-1",
    "cve-2042-1",
    "cve-2024-11",
  ];
  for (const a of texts)
    for (const b of texts)
      for (const most of [0, 1, 2, 3])
        assert.equal(areWithinEdits(a, b, most), editsBetween(a, b) <= most, `${a} ${b} ${most}`);
});
