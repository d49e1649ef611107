import assert from "node:assert/strict";
import { test } from "node:test";
import { exactIdentity, globIdentity } from "./identity.ts";

const workflow = "https://forge.example/fleet/app/.github/workflows/release.yml@refs/tags/v1.2";

test("exactIdentity() takes the whole text and nothing else", () => {
  const { matches } = exactIdentity("a.b@example.com");
  const rows: readonly (readonly [string, boolean])[] = [
    ["a.b@example.com", true],
    ["a.b@example.com.evil.example", false],
    ["xa.b@example.com", false],
    ["aXb@example.com", false],
    ["A.b@example.com", false],
    ["", false],
  ];
  for (const [identity, taken] of rows) assert.equal(matches(identity), taken, identity);
});

test("globIdentity() is anchored at both ends, and one star stops at a slash", () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ["https://forge.example/fleet/app/.github/workflows/release.yml@refs/tags/*", workflow, true],
    ["https://forge.example/fleet/app/.github/workflows/release.yml@refs/tags/v*", workflow, true],
    ["https://forge.example/fleet/app/.github/workflows/release.yml@refs/tags/*", `${workflow}/x`, false],
    ["https://forge.example/fleet/*", workflow, false],
    ["https://forge.example/fleet/**", workflow, true],
    ["https://forge.example/*/app/**", workflow, true],
    ["https://forge.example/fleet/**", "https://forge.example/fleet-of-evil/app", false],
    ["https://forge.example/fleet/**", `x${workflow}`, false],
    ["https://forge.example/fleet/app", workflow, false],
    ["*@example.com", "a@example.com", true],
    ["*@example.com", "a@example.com.evil.example", false],
    ["*@example.com", "x/a@example.com", false],
    ["a.c", "abc", false],
    ["a*b*c", "a-b-b-c", true],
    ["a**c", "ac", true],
  ];
  for (const [pattern, identity, taken] of rows)
    assert.equal(globIdentity(pattern).matches(identity), taken, `${pattern} ${identity}`);
});

test("globIdentity() refuses a pattern that takes everybody", () => {
  for (const pattern of ["", "*", "**", "*/**", "**/*"])
    assert.throws(() => globIdentity(pattern), /pattern/u, pattern);
});

test("globIdentity() is quick on patterns that make a regular expression slow", () => {
  const { matches } = globIdentity(`${"*a".repeat(500)}b`);
  const start = performance.now();
  assert.equal(matches("a".repeat(2048)), false);
  assert.ok(performance.now() - start < 2_000);
});
