import assert from "node:assert/strict";
import { test } from "node:test";
import { parseManifest } from "./java-manifest.ts";

const rows: readonly (readonly [what: string, text: string, attributes: Readonly<Record<string, string>>])[] =
  [
    ["names in any case", "A: 1\nb-C: 2\n", { a: "1", "b-c": "2" }],
    ["ends of line of every kind", "A: 1\r\nB: 2\rC: 3\n", { a: "1", b: "2", c: "3" }],
    ["lines that go on", "A: 12\n 34\n  5\nB: x\r\n y\r\n", { a: "1234 5", b: "xy" }],
    ["the main section only", "A: 1\n\nName: x\nA: 2\nB: 3\n", { a: "1" }],
    ["an empty line at the top", "\nA: 1\n", { a: "1" }],
    ["the first of equal names", "A: 1\nA: 2\n 3\n", { a: "1" }],
    ["values with colons and without blank", "A:b: c\n", { a: "b: c" }],
    ["lines that are no attributes", "A: 1\ngarbage\n more\nB: 2\n", { a: "1", b: "2" }],
    ["nothing", "", {}],
  ];

for (const [what, text, attributes] of rows)
  test(`parseManifest() reads ${what}`, () => {
    assert.deepEqual(Object.fromEntries(parseManifest(text)), attributes);
  });

const hostile: readonly (readonly [what: string, text: string])[] = [
  ["a million lines that go on", `A: 1\n${" x\n".repeat(1_000_000)}`],
  ["a million attributes", Array.from({ length: 1_000_000 }, (_, index) => `A${index}: x\n`).join("")],
  ["a line of 16 MiB", `A: ${"x".repeat(2 ** 24)}\n`],
  ["names of members of objects", "__proto__: x\nconstructor: y\n"],
  ["NUL bytes", "\0".repeat(1_000_000)],
];

for (const [what, text] of hostile)
  test(`parseManifest() is bounded for ${what}`, () => {
    const attributes = parseManifest(text);
    assert.ok(attributes.size <= 100_000);
    for (const value of attributes.values()) assert.ok(value.length <= 20_000);
  });
