import assert from "node:assert/strict";
import { test } from "node:test";
import { createPageSet } from "./page-set.ts";

test("createPageSet() lets every page in once", () => {
  const pages = createPageSet(20);
  for (let page = 0; page < 20; page += 1) assert.equal(pages.enter(page), true, `${page}`);
  for (let page = 0; page < 20; page += 1) assert.equal(pages.enter(page), false, `${page}`);
});

test("createPageSet() lets no page in that is not there", () => {
  const pages = createPageSet(20);
  for (const page of [-1, 20, 23, 24, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
    assert.equal(pages.enter(page), false, `${page}`);
  assert.equal(createPageSet(0).enter(0), false);
});
