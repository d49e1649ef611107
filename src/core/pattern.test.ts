import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fitsPattern } from "./pattern.ts";

const rows: readonly [pattern: string, text: string, fits: boolean][] = [
  ["a", "a", true],
  ["a", "ab", false],
  ["", "", true],
  ["*", "", true],
  ["*", "a/b", false],
  ["**", "a/b", true],
  ["docker.io/*/debian", "docker.io/library/debian", true],
  ["docker.io/*", "docker.io/library/debian", false],
  ["docker.io/**", "docker.io/library/debian", true],
  ["**/debian:*", "docker.io/library/debian:12", true],
  ["**/debian:*", "docker.io/library/debian", false],
  ["a*c*e", "abcde", true],
  ["a*c*e", "abcdef", false],
  ["a.c", "abc", false],
  ["pkg:npm/lo*@4.*", "pkg:npm/lodash@4.17.4", true],
];

for (const [pattern, text, fits] of rows)
  test(`fitsPattern() answers ${fits} for "${pattern}" and "${text}"`, () =>
    assert.equal(fitsPattern(pattern, text), fits));

test("fitsPattern() answers as a regular expression does", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b", "/", "*"), maxLength: 12 });
  fc.assert(
    fc.property(texts, texts, (pattern, text) => {
      const source = pattern.replace(/\*+/gu, (stars) => (stars.length > 1 ? "[^]*" : "[^/]*"));
      assert.equal(fitsPattern(pattern, text), new RegExp(`^${source}$`, "u").test(text));
    }),
  );
});

test("fitsPattern() does not go back far", () => {
  const before = performance.now();
  assert.equal(fitsPattern("*a".repeat(100), "a".repeat(5000)), true);
  assert.equal(fitsPattern(`${"**a".repeat(100)}b`, "a".repeat(5000)), false);
  assert.ok(performance.now() - before < 2000);
});
