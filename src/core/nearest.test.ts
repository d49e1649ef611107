import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";

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
