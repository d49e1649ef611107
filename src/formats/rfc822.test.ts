import assert from "node:assert/strict";
import { test } from "node:test";
import { garbage, mutations, readHostile, truncations } from "../../tests/support/hostile.ts";
import { accessBytes } from "./random-access.ts";
import { readStanzas, type Stanza } from "./rfc822.ts";

const wanted = new Set(["a", "b"]);

function read(text: string): readonly Stanza[] {
  return [...readStanzas(accessBytes(Buffer.from(text)), "x", wanted)];
}

const sound: readonly (readonly [text: string, stanzas: readonly Readonly<Record<string, string>>[]])[] = [
  ["", []],
  ["\n\n", []],
  ["A: 1\n", [{ a: "1" }]],
  ["A: 1\n\n\nA: 2\n\n", [{ a: "1" }, { a: "2" }]],
  ["A:1\nB:\t2 \n", [{ a: "1", b: "2" }]],
  ["a : 1\n", [{ a: "1" }]],
  ["A: 1\r\nB: 2\r\n\r\nA: 3\r\n", [{ a: "1", b: "2" }, { a: "3" }]],
  ["\u{feff}A: 1\n", [{ a: "1" }]],
  ["A:\n x\n\ty\n", [{ a: "x\ny" }]],
  ["A: x\n .\n y: z\nB: 2\n", [{ a: "x\n.\ny: z", b: "2" }]],
  ["C: x\n more\nA: 1\n", [{ a: "1" }]],
  ["A: 1:2 : 3\n", [{ a: "1:2 : 3" }]],
  ["A:\nB: 2\n", [{ a: "", b: "2" }]],
  ["__proto__: 1\nA: 1\n", [{ a: "1" }]],
  ["C: 1\nC: 2\nA: 1\n", [{ a: "1" }]],
];

for (const [text, stanzas] of sound)
  test(`readStanzas() reads ${JSON.stringify(text)}`, () => {
    const found = read(text);
    assert.deepEqual(
      found.map(({ fields, damage }) => ({ ...Object.fromEntries(fields), damage })),
      stanzas.map((fields) => ({ ...fields, damage: undefined })),
    );
  });

const damaged: readonly (readonly [text: string, damage: RegExp, code?: string])[] = [
  ["A: 1\nnonsense\nB: 2\n\nA: 3\n", /line 2 is not "Field: value"/],
  [" x\nA: 1\n\nA: 3\n", /line 1 continues no field/],
  ["A: 1\nA: 2\n\nA: 3\n", /line 2 has the field "a" a second time/],
  ["A: 1\n: 2\n\nA: 3\n", /line 2/],
  ["A: 1\n-B: 2\n\nA: 3\n", /line 2/],
  ["A: 1\n#B: 2\n\nA: 3\n", /line 2/],
  ["A: 1\nB\u0000: 2\n\nA: 3\n", /line 2/],
  [`A: 1\nB: ${"x ".repeat(500_000)}\n${" y".repeat(50_000)}\n\nA: 3\n`, /line 3 passes/],
];

for (const [text, message] of damaged)
  test(`readStanzas() tells damage and goes on: ${message.source}`, () => {
    const [first, second, ...more] = read(text);
    assert.match(first?.damage?.message ?? "", message);
    assert.equal(first?.damage?.code, "malformed");
    assert.deepEqual([second?.fields.get("a"), second?.damage], ["3", undefined]);
    assert.equal(more.length, 0);
  });

test("readStanzas() tells a file that ends inside a line", () => {
  const [first, second] = read("A: 1\n\nA: 2\nB: 3");
  assert.equal(first?.damage, undefined);
  assert.equal(second?.damage?.code, "truncated");
  assert.equal(second?.fields.get("a"), "2");
});

test("readStanzas() survives hostile bytes", () => {
  const text = Buffer.from("A: 1\nB: 2\n folded\n\nC: x\nA: 4\n\n".repeat(4));
  const files = [...garbage, ...truncations(text), ...mutations(text, 2000)];
  const outcomes = readHostile(files, (bytes) => readStanzas(bytes, "x", wanted));
  assert.equal(outcomes.length, files.length);
  assert.deepEqual(
    outcomes.filter((outcome) => typeof outcome === "string"),
    [],
  );
});
