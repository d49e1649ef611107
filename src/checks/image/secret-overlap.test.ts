import assert from "node:assert/strict";
import { test } from "node:test";
import { apartFrom } from "./secret-overlap.ts";

// Where they are drawn: what is taken, then the others, each by its own letter.
const rows: readonly (readonly [taken: readonly string[], others: string, left: string])[] = [
  [[], " aa bb  c", "abc"],
  [["   ====  "], "aa    b c", "ac"],
  [["   ====  "], "aaaab   c", "c"],
  [["   ====  "], "aaa    bb", "ab"],
  [["=========", " =       "], "aa  bb c ", ""],
  [[" =====   ", "  =      "], " a    b c", "bc"],
  [["  =    = "], "  a     b", "b"],
];
for (const [taken, others, left] of rows)
  test(`apartFrom() leaves "${left}" of "${others}" beside ${JSON.stringify(taken)}`, () => {
    const names = [...new Set(others.replaceAll(" ", ""))];
    const drawn = names.map((name) => ({ name, ...stretch(others, name) }));
    const found = apartFrom(
      drawn,
      taken.map((line) => stretch(line, "=")),
    );
    assert.equal(found.map(({ name }) => name).join(""), left);
  });

function stretch(line: string, mark: string): { readonly start: number; readonly length: number } {
  const start = line.indexOf(mark);
  return { start, length: line.lastIndexOf(mark) + 1 - start };
}
