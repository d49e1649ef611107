import assert from "node:assert/strict";
import { test } from "node:test";
import { rowText, ruleRows } from "../../../tests/support/dockerfile-rows.ts";
import { lintFile } from "../../pipeline/lint.ts";
import { defaultLintConfig, readLintConfig } from "../../policy/lint-config.ts";
import { dockerfileRules } from "./list.ts";

/** Ids and aliases of what is found. */
async function found(row: string, config: string | undefined): Promise<readonly string[]> {
  const settings = config === undefined ? defaultLintConfig : readLintConfig(config, "test.yaml");
  const { findings } = await lintFile("Dockerfile", `${rowText(row)}\n`, { ...settings, comments: false });
  return findings.flatMap(({ rule, aliases }) => [rule, ...aliases]);
}

for (const { rule, bad, good, badOnlyHere = [], goodOnlyHere = [], config } of ruleRows)
  test(`${rule} objects to what is wrong, and to nothing else${config === undefined ? "" : ` (${config})`}`, async () => {
    for (const row of [...bad, ...badOnlyHere.map(([row]) => row)])
      assert.ok((await found(row, config)).includes(rule), row);
    for (const row of [...good, ...goodOnlyHere.map(([row]) => row)])
      assert.ok(!(await found(row, config)).includes(rule), row);
  });

test("every rule has rows of both kinds", () => {
  for (const { about } of dockerfileRules) {
    const rows = ruleRows.filter(({ rule }) => rule === about.id || about.aliases.includes(rule));
    assert.ok(rows.some(({ bad }) => bad.length > 0) && rows.some(({ good }) => good.length > 0), about.id);
  }
});

test("the example of each rule is found before the edit, and not after it", async () => {
  const examples = dockerfileRules.flatMap(({ about }) =>
    about.example === undefined ? [] : [{ ...about.example, id: about.id }],
  );
  assert.ok(examples.length > 50, `${examples.length} examples`);
  for (const { id, before, after } of examples) {
    const config = `override: {info: [${id}]}`;
    assert.ok((await found(before, config)).includes(id), `${id} before: ${before}`);
    assert.ok(!(await found(after, config)).includes(id), `${id} after: ${after}`);
  }
});
