import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf } from "../core/errors.ts";
import { parseUniqueJson } from "./unique-json.ts";

const parse = (text: string): unknown => parseUniqueJson(Buffer.from(text), "document");

test("parseUniqueJson() reads what JSON.parse reads", () => {
  const rows = [
    '{"a":{"a":1},"b":[{"a":2},{"a":3}],"c":"{\\"a\\":1,\\"a\\":2}"}',
    ' [ "a" , "a" , {"a" : "a"} ] ',
    '"\\u0061"',
    "null",
    '{"\\\\":1,"\\\\\\"":2}',
    `${"[".repeat(128)}${"]".repeat(128)}`,
  ];
  for (const row of rows) assert.deepEqual(parse(row), JSON.parse(row), row);
});

test("parseUniqueJson() refuses what two readers may read in two ways", () => {
  const rows: readonly (readonly [string | Uint8Array, string])[] = [
    ['{"a":1,"a":1}', "malformed"],
    ['{"a":1,"b":2,"\\u0061":3}', "malformed"],
    ['[{"x":{"a":1 , "a" :2}}]', "malformed"],
    ['{"a":[{"b":1}],"a":2}', "malformed"],
    ['{"__proto__":1,"__proto__":2}', "malformed"],
    ['{"a":1', "malformed"],
    ['{"a', "malformed"],
    ["", "malformed"],
    ["\uFEFF{}", "malformed"],
    [Buffer.from('{"a":"\xff"}', "latin1"), "malformed"],
    [`${"[".repeat(129)}${"]".repeat(129)}`, "limit-exceeded"],
    ["[".repeat(1_000_000), "limit-exceeded"],
  ];
  for (const [row, code] of rows)
    assert.throws(
      () => parseUniqueJson(typeof row === "string" ? Buffer.from(row) : row, "document"),
      (thrown: unknown) => codeOf(thrown) === code,
      String(row).slice(0, 80),
    );
});
