import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compilePattern } from "./pattern.ts";

describe("compilePattern()", () => {
  const rows: readonly (readonly [pattern: string, text: string, fits: boolean])[] = [
    ["usr/bin/apt", "usr/bin/apt", true],
    ["usr/bin/apt", "usr/bin/apt-get", false],
    ["usr/bin/*", "usr/bin/apt", true],
    ["usr/bin/*", "usr/bin/x/y", false],
    ["usr/*/apt", "usr/bin/apt", true],
    ["*", "", true],
    ["*", "a/b", false],
    ["**", "a/b", true],
    ["**", "", true],
    ["app/**", "app/a/b.json", true],
    ["app/**", "app", true],
    ["app/**", "apple/a", false],
    ["**/lodash/package.json", "lodash/package.json", true],
    ["**/lodash/package.json", "a/b/lodash/package.json", true],
    ["**/lodash/package.json", "a/notlodash/package.json", false],
    ["a/**/b", "a/b", true],
    ["a/**/b", "a/x/y/b", true],
    ["a/**/b", "ab", false],
    ["docker.io/**:12*", "docker.io/library/debian:12.1", true],
    ["3.0.*", "3.0.11-1", true],
    ["a.c", "abc", false],
    ["[a]*", "a", false],
    ["(*", "(x", true],
  ];
  for (const [pattern, text, fits] of rows)
    test(`"${pattern}" ${fits ? "fits" : "does not fit"} "${text}"`, () => {
      assert.equal(compilePattern(pattern)(text), fits);
    });

  test("takes no longer for many stars", () => {
    const started = performance.now();
    assert.equal(compilePattern(`${"*a".repeat(200)}b`)("a".repeat(5000)), false);
    assert.equal(compilePattern(`${"**/".repeat(200)}b`)("a/".repeat(2000)), false);
    assert.ok(performance.now() - started < 5000);
  });
});
