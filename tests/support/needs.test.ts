import assert from "node:assert/strict";
import { test } from "node:test";
import { needs, onPath, skipFor } from "./needs.ts";

test("skipFor() answers false when nothing is missing", () => assert.equal(skipFor([]), false));

test("skipFor() names what is missing", () => {
  assert.equal(skipFor(["rpm", "gem"], false), "needs rpm, gem");
});

test("skipFor() throws where nothing may be skipped", () => {
  assert.throws(() => skipFor(["rpm"], true), /needs rpm/);
});

test("onPath() knows a tool that is there from one that is not", () => {
  assert.equal(onPath("sh"), true);
  assert.equal(onPath("no-such-tool-of-seaworthy"), false);
  assert.equal(needs("sh"), false);
});
