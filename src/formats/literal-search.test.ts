import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, constantFrom, integer, property, string, uniqueArray } from "fast-check";
import { createLiteralSearch, type Literal, type LiteralSearch } from "./literal-search.ts";
import { searchLayout } from "./literal-search-kernel.ts";

// Little is searched literal by literal, more by tables: what both find is the same.
function bothWays(literals: readonly Literal[]): LiteralSearch {
  const tables = createLiteralSearch(literals);
  tables(new Uint8Array(40_000));
  return (bytes) => {
    const found = tables(bytes);
    assert.deepEqual(createLiteralSearch(literals)(bytes), found);
    return found;
  };
}

function search(literals: readonly string[], text: string): readonly string[] {
  const find = bothWays(literals.map((text) => ({ text })));
  return find(Buffer.from(text, "latin1"))
    .map(({ at, literal }) => `${at} ${literals[literal]}`)
    .sort();
}

const rows: readonly (readonly [literals: readonly string[], text: string, found: readonly string[]])[] = [
  [["abc"], "", []],
  [["abc"], "ab", []],
  [["abc"], "abc", ["0 abc"]],
  [["abc"], "ababcabc", ["2 abc", "5 abc"]],
  [["aaa"], "aaaaa", ["0 aaa", "1 aaa", "2 aaa"]],
  [["abc", "abcd", "bcd"], "xabcdx", ["1 abc", "1 abcd", "2 bcd"]],
  [["tail_long"], "tail_lon", []],
];
for (const [literals, text, found] of rows)
  test(`createLiteralSearch() finds ${found.length} of ${literals.join()} in "${text}"`, () => {
    assert.deepEqual(search(literals, text), found);
  });

test("createLiteralSearch() finds what indexOf finds", () => {
  const small = string({ unit: constantFrom("a", "b", "c"), minLength: 3, maxLength: 6 });
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
  assert.throws(() => createLiteralSearch([{ text: "ab" }]), /less than three characters/);
});

test("createLiteralSearch() tells places in order, whichever part of a literal it looks for", () => {
  const find = bothWays([{ text: "eeeeee_Q" }, { text: "e_Q" }, { text: "eee" }]);
  assert.deepEqual(
    find(Buffer.from("xeeeeee_Q")).map(({ at, literal }) => `${at} ${literal}`),
    ["1 0", "1 2", "2 2", "3 2", "4 2", "6 1"],
  );
});

// The search as anybody would write it.
function plainly(literals: readonly Literal[], text: string): readonly string[] {
  const seen: (readonly [at: number, literal: number])[] = [];
  for (const [literal, { text: wanted, next }] of literals.entries())
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1))
      if (
        next === undefined ||
        (at + wanted.length < text.length && next.includes(text.charAt(at + wanted.length)))
      )
        seen.push([at, literal]);
  return seen.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([at, literal]) => `${at} ${literal}`);
}

function places(literals: readonly Literal[], text: string): readonly string[] {
  return bothWays(literals)(Buffer.from(text, "latin1")).map(({ at, literal }) => `${at} ${literal}`);
}

const anyCharacter = integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));

test("createLiteralSearch() finds what a plain search finds, of any bytes, with and without what must follow", () => {
  const wanted = array(
    string({ unit: anyCharacter, minLength: 3, maxLength: 14 }).chain((text) =>
      constantFrom<Literal>({ text }, { text, next: "abc" }, { text, next: text }, { text, next: "\0\xff" }),
    ),
    { minLength: 1, maxLength: 40 },
  );
  // Whole literals, parts of them, and what may follow, one after the other.
  const cuts = array(
    array(integer({ min: 0, max: 1000 }), { minLength: 3, maxLength: 3 }).map(
      ([which = 0, from = 0, length = 0]) => ({
        which,
        from: from % 2 === 0 ? 0 : from % 14,
        length: length % 2 === 0 ? 14 : length % 14,
      }),
    ),
    { maxLength: 60 },
  );
  const between = string({ unit: anyCharacter, maxLength: 3 });
  check(
    property(wanted, cuts, array(between, { minLength: 1, maxLength: 20 }), (literals, parts, fillers) => {
      const text = parts
        .map(({ which, from, length }, at) => {
          const { text: whole = "" } = literals[which % literals.length] ?? {};
          return whole.slice(from, from + length) + (fillers[at % fillers.length] ?? "");
        })
        .join("");
      assert.deepEqual(places(literals, text), plainly(literals, text));
    }),
    { numRuns: 300 },
  );
});

const tokens: readonly Literal[] = [
  { text: "ghp_", next: "xyz" },
  { text: "SG.", next: "-_a" },
  { text: "-----BEGIN " },
  { text: "hf_" },
  { text: "github_pat_" },
  { text: "AKIA" },
];
// Every literal is planted once so that each of its characters comes to stand on each side of where the kernel's input ends.
for (const border of [16, 32, searchLayout.inputSize, 2 * searchLayout.inputSize])
  for (const after of [0, 1, 2, 3, 100])
    test(`createLiteralSearch() finds literals around byte ${border} of a text, ${after} bytes before its end`, () => {
      const find = bothWays(tokens);
      for (const { text, next = "" } of tokens)
        for (let at = Math.max(border - 40, 0); at <= border + 20; at += 1) {
          const planted = Buffer.concat([
            Buffer.alloc(at, "s_hfGB-"),
            Buffer.from(text + next.slice(0, 1)),
            Buffer.alloc(after, "e "),
          ]);
          assert.deepEqual(
            find(planted).map((place) => `${place.at} ${place.literal}`),
            plainly(tokens, planted.toString("latin1")),
            `${text} at ${at}`,
          );
        }
    });

test("createLiteralSearch() keeps nothing of the text before", () => {
  const find = bothWays(tokens);
  assert.equal(find(Buffer.from("my AKIA")).length, 1);
  assert.deepEqual(find(Buffer.from("my ")), []);
  assert.deepEqual(find(Buffer.from("my AKI")), []);
  assert.deepEqual(find(Buffer.alloc(0)), []);
});
