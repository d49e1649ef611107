import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkTexts } from "../../src/checks/image/list.ts";
import { repository } from "../support/needs.ts";

const read = (name: string): string => readFileSync(join(repository, "docs/checks", name), "utf8");

const rows = read("coverage.md").matchAll(/^\| ([\w-]+|4\.\d+) \| ([^|]+) \| ([^|]+) \|$/gmu);
const rules = [...rows]
  .map(([, rule = "", , covered = ""]) => ({ rule, covered }))
  .filter(({ rule }) => rule !== "rule");

test("docs/checks/coverage.md names only checks that there are, and says why of what has none", () => {
  const ids = new Set(checkTexts.map(({ id }) => id));
  assert.ok(rules.length > 30, `${rules.length} rules`);
  for (const { rule, covered } of rules) {
    const named = covered.match(/SW-IM-\d{3}/gu) ?? [];
    assert.deepEqual(
      named.filter((id) => !ids.has(id)),
      [],
      rule,
    );
    if (named.length === 0) assert.ok(covered.trim().length > 20, `${rule}: "${covered}" is no reason`);
  }
});

test("docs/checks/coverage.md has every rule of Dockle and of CIS Docker 4, and every alias of a check", () => {
  const wanted = [
    ...numbered("CIS-DI-", 11),
    ...numbered("DKL-DI-", 6),
    ...numbered("DKL-LI-", 3),
    ...Array.from({ length: 12 }, (_, at) => `4.${at + 1}`),
  ];
  const there = rules.map(({ rule }) => rule);
  assert.deepEqual(
    wanted.filter((rule) => !there.includes(rule)),
    [],
  );
  for (const { id, aliases } of checkTexts)
    for (const alias of aliases
      .map((name) => name.replace("CIS-Docker-", ""))
      .filter((name) => there.includes(name)))
      assert.ok(rules.find(({ rule }) => rule === alias)?.covered.includes(id), `${alias} lacks ${id}`);
});

function numbered(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${String(at + 1).padStart(4, "0")}`);
}
