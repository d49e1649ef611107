import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkPages } from "../../scripts/check-pages.ts";
import { dockerfileRules } from "../../src/checks/dockerfile/list.ts";
import { repository } from "../support/needs.ts";

const pages = checkPages();

test("docs/checks holds a page for each check, as its text says", () => {
  const directory = join(repository, "docs", "checks");
  const made = readdirSync(directory).filter((name) => name !== "coverage.md");
  assert.deepEqual(made.toSorted(), [...pages.keys()].toSorted());
  for (const [name, text] of pages)
    assert.equal(
      readFileSync(join(directory, name), "utf8"),
      text,
      `${name}: run node scripts/check-pages.ts`,
    );
});

test("texts of checks are whole: unique ids, a reason, a remedy, an example that differs", () => {
  const ids = dockerfileRules.map(({ about }) => about.id);
  assert.equal(new Set(ids).size, ids.length);
  // BuildKit has one check for several of Hadolint's.
  const aliases = dockerfileRules.flatMap(({ about }) =>
    about.aliases.filter((alias) => alias.startsWith("DL")),
  );
  assert.equal(new Set(aliases).size, aliases.length);
  for (const { about } of dockerfileRules) {
    assert.match(about.id, /^SW-DF-\d{3}$/);
    assert.match(about.title, /^[A-Z].*[^.]$/, about.id);
    for (const text of [about.why, about.remedy]) assert.match(text, /^\S[^]*\S$/, about.id);
    assert.notEqual(about.example?.before, about.example?.after ?? "");
  }
});
