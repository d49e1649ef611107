import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as check, constantFrom, property, string, uniqueArray } from "fast-check";
import { createLiteralSearch } from "./literal-search.ts";

function search(literals: readonly string[], text: string): readonly string[] {
  const seen: string[] = [];
  createLiteralSearch(literals)(Buffer.from(text, "latin1"), (at, index) =>
    seen.push(`${at} ${literals[index]}`),
  );
  return seen.sort();
}

const rows: readonly (readonly [literals: readonly string[], text: string, found: readonly string[]])[] = [
  [["abc"], "", []],
  [["abc"], "ab", []],
  [["abc"], "abc", ["0 abc"]],
  [["abc"], "ababcabc", ["2 abc", "5 abc"]],
  [["aa"], "aaaa", ["0 aa", "1 aa", "2 aa"]],
  [["abc", "abcd", "bcd"], "xabcdx", ["1 abc", "1 abcd", "2 bcd"]],
  [["tail_long"], "tail_lon", []],
];
for (const [literals, text, found] of rows)
  test(`createLiteralSearch() finds ${found.length} of ${literals.join()} in "${text}"`, () => {
    assert.deepEqual(search(literals, text), found);
  });

test("createLiteralSearch() finds what indexOf finds", () => {
  const small = string({ unit: constantFrom("a", "b", "c"), minLength: 2, maxLength: 5 });
  const text = string({ unit: constantFrom("a", "b", "c"), maxLength: 60 });
  check(
    property(uniqueArray(small, { minLength: 1, maxLength: 6 }), text, (literals, text) => {
      const truth = literals.flatMap((literal) =>
        Array.from(text, (_, at) => at).flatMap((at) =>
          text.startsWith(literal, at) ? [`${at} ${literal}`] : [],
        ),
      );
      assert.deepEqual(search(literals, text), truth.sort());
    }),
  );
});

test("createLiteralSearch() refuses what it cannot search", () => {
  assert.throws(() => createLiteralSearch(["a"]), /less than two characters/);
});

test("createLiteralSearch() tells places in order, whichever part of a literal it looks for", () => {
  const seen: string[] = [];
  createLiteralSearch(["eeeeee_Q", "e_Q", "eee"])(Buffer.from("xeeeeee_Q"), (at, index) =>
    seen.push(`${at} ${index}`),
  );
  assert.deepEqual(seen, ["1 0", "1 2", "2 2", "3 2", "4 2", "6 1"]);
});
