import assert from "node:assert/strict";
import { test } from "node:test";
import { readJsonValue } from "./json-value.ts";
import { readYaml, yamlItems, yamlTextAt } from "./yaml.ts";

test("readYaml() reads JSON that is longer than a YAML document may be, without places", () => {
  const item = { metadata: { name: "a", managedFields: ["x".repeat(1000)] }, status: { phase: "Running" } };
  const text = JSON.stringify({ kind: "List", items: Array.from({ length: 5000 }, () => item) });
  const [one] = readYaml(text, () => true);
  assert.ok(one !== undefined && "value" in one);
  assert.equal(one.placed, false);
  const items = yamlItems(one.value, "items");
  assert.deepEqual([items.length, yamlTextAt(items[0], "metadata", "name")], [5000, "a"]);
  assert.equal(yamlTextAt(items[0], "status", "phase"), undefined);
});

for (const [what, text, found] of [
  ["YAML", "a: b", undefined],
  ["nothing", "", undefined],
  ["broken JSON, without its words", '{"a": secret}', { problem: "Unexpected token 's'" }],
  ["JSON too deep", "[".repeat(300) + "]".repeat(300), { problem: "it has more than 200 levels" }],
  ["a bomb of brackets", "[".repeat(10_000_000), { problem: "Unexpected end of JSON input" }],
] as const)
  test(`readJsonValue() takes no value from ${what}`, () => {
    assert.deepEqual(readJsonValue(text), found);
  });

test("readJsonValue() reads every kind of value as YAML would have it", () => {
  const place = { line: 1, column: 1 };
  const text = (one: string): object => ({ kind: "text", text: one, block: false, ...place });
  assert.deepEqual(readJsonValue('{"a": [1, true, null, "x"], "__proto__": "y"}'), {
    kind: "map",
    entries: new Map<string, object>([
      [
        "a",
        { kind: "list", items: [text("1"), text("true"), { kind: "null", ...place }, text("x")], ...place },
      ],
      ["__proto__", text("y")],
    ]),
    ...place,
  });
});
