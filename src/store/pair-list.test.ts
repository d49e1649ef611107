import assert from "node:assert/strict";
import { it } from "node:test";
import { PairList } from "./pair-list.ts";

it("PairList groups values by key in the order of adding", () => {
  const pairs = new PairList();
  const expected = new Map<number, number[]>();
  for (let value = 0; value < 200_000; value++) {
    const key = (value * 7919) % 1009;
    pairs.add(key, value);
    const values = expected.get(key) ?? [];
    values.push(value);
    expected.set(key, values);
  }
  pairs.sort();
  for (const [key, values] of expected) assert.deepEqual([...pairs.of(key)], values);
  for (const key of [1009, 5000, -1]) assert.deepEqual([...pairs.of(key)], []);
});

it("PairList answers nothing when nothing was added", () => {
  const pairs = new PairList();
  pairs.sort();
  assert.deepEqual([...pairs.of(0)], []);
});
