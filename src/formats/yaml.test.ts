import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, constantFrom, property } from "fast-check";
import { readYaml, type YamlValue, yamlAt, yamlItems, yamlTextAt } from "./yaml.ts";

const all = (): boolean => true;

function plain(value: YamlValue): unknown {
  switch (value.kind) {
    case "map":
      return Object.fromEntries([...value.entries].map(([key, one]) => [key, plain(one)]));
    case "list":
      return value.items.map(plain);
    case "text":
      return value.text;
    case "null":
      return null;
  }
}

function read(text: string): readonly unknown[] {
  return readYaml(text, all).map((document) =>
    document === undefined
      ? undefined
      : "value" in document
        ? plain(document.value)
        : `line ${document.line}`,
  );
}

const rows: readonly (readonly [why: string, text: string, documents: readonly unknown[]])[] = [
  ["scalars as written", "a: 1.10\nb: 010\nc: yes\nd: 'x'\n", [{ a: "1.10", b: "010", c: "yes", d: "x" }]],
  ["nothing", "a:\nb: ~\nc: null\nd: 'null'\n", [{ a: null, b: null, c: null, d: "null" }]],
  ["no documents", "", []],
  ["comments alone", "# a\n---\n# b\n...\n%YAML 1.2\n---\n", []],
  ["several documents", "a: b\n---\n- c\n--- # d\ne: f\n---\n", [{ a: "b" }, ["c"], { e: "f" }]],
  ["a document on the line of its marker", "--- {a: b}\n", [{ a: "b" }]],
  ["Windows' lines and a byte order mark", "\uFEFFa: b\r\n---\r\nc: d\r\n", [{ a: "b" }, { c: "d" }]],
  ["JSON", '{"a": ["b", 1, null, "\\u0069"]}', [{ a: ["b", "1", null, "i"] }]],
  ["anchors", "a: &x {i: 1}\nb: *x\n", [{ a: { i: "1" }, b: { i: "1" } }]],
  [
    "merge keys",
    "a: &x {i: 1, j: 1}\nb: {<<: *x, i: 2}\n",
    [{ a: { i: "1", j: "1" }, b: { j: "1", i: "2" } }],
  ],
  [
    "merged lists",
    "a: &x {i: 1}\nb: &y {i: 2, k: 2}\nc: {<<: [*x, *y]}\n",
    [{ a: { i: "1" }, b: { i: "2", k: "2" }, c: { i: "1", k: "2" } }],
  ],
  ["a quoted merge key", "a: {'<<': {b: c}}\n", [{ a: { "<<": { b: "c" } } }]],
  ["a key given twice", "a: 1\na: 2\n", [{ a: "2" }]],
  ["unknown tags", "a: !vault x\n", [{ a: "x" }]],
  ["a list as key", "? [a]\n: b\nc: d\n", [{ c: "d" }]],
  ["one broken document among others", "a: b\n---\n{a: [\n---\nc: d\n", [{ a: "b" }, "line 4", { c: "d" }]],
  ["a tab for indentation", "a:\n\tb: c\n", ["line 2"]],
];
for (const [why, text, documents] of rows)
  test(`readYaml() reads ${why}`, () => assert.deepEqual(read(text), documents));

const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi".replace(/./gu, (at) => {
  const last = String.fromCharCode(at.charCodeAt(0) - 1);
  return `${at}: &${at} [${Array.from({ length: 9 }, () => `*${last}`).join()}]\n`;
})}`;
const hostile: readonly (readonly [why: string, text: string, said: RegExp])[] = [
  ["aliases of aliases", bomb, /more than 500000 values/],
  ["an alias inside of its anchor", "a: &a [*a]\n", /no anchor/],
  ["an alias of nothing", "a: *b\n", /anchor/i],
  ["lists in lists", "[".repeat(5000), /./],
  ["lists in lists that end", `${"[".repeat(1000)}${"]".repeat(1000)}`, /nested too deep|levels/],
  ["lists in lists, not that many", `${"[".repeat(250)}${"]".repeat(250)}`, /more than 200 levels/],
  [
    "mappings in mappings",
    Array.from({ length: 300 }, (_, at) => `${" ".repeat(at)}a:\n`).join(""),
    /levels/,
  ],
  ["a huge document", `a: ${"x".repeat(5 * 2 ** 20)}`, /a document of \d+ characters/],
];
for (const [why, text, said] of hostile)
  test(`readYaml() refuses ${why}`, () => {
    const [document] = readYaml(text, all);
    assert.ok(document !== undefined && "problem" in document);
    assert.match(document.problem, said);
  });

test("readYaml() says what is wrong without the text that is", () => {
  const [document] = readYaml("secret key of mine\nother: words\n- x\n'y' z\n", all);
  assert.ok(document !== undefined && "problem" in document);
  assert.doesNotMatch(document.problem, /secret|mine|words/u);
});

test("readYaml() refuses a stream beyond its bound", () => {
  assert.throws(() => readYaml("a\n".repeat(17 * 2 ** 20), all), { code: "limit-exceeded" });
});

test("readYaml() reads long lines of blanks and many empty ones in time that grows with them", () => {
  const { user } = process.cpuUsage();
  assert.equal(readYaml(`${" ".repeat(2e5)}x`, all).length, 1);
  assert.equal(readYaml(`${"\n".repeat(2e5)}x`, all).length, 1);
  assert.ok(process.cpuUsage().user - user < 3e6);
});

test("readYaml() reads many keys in time that grows with them", () => {
  const text = Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`).join("\n");
  const { user } = process.cpuUsage();
  readYaml(text, all);
  assert.ok(process.cpuUsage().user - user < 4e6, "the square of the keys takes nine seconds");
});

test("readYaml() leaves out by text what is not wanted, in its place", () => {
  const documents = readYaml("a: 1\n---\nimage: 1\n---\n{{\n", (text) => text.includes("image"));
  assert.deepEqual(
    documents.map((one) => one !== undefined),
    [false, true, false],
  );
});

test("readYaml() tells where values stand, across documents and aliases", () => {
  const [, document] = readYaml("# one\na: b\n---\nx: &x\n  image: nginx\ny: *x\n", all);
  assert.ok(document !== undefined && "value" in document);
  const { line, column } = yamlAt(document.value, "y", "image") ?? {};
  assert.deepEqual([line, column], [5, 10]);
});

test("yamlAt(), yamlTextAt() and yamlItems() answer nothing for another shape", () => {
  const [document] = readYaml("a: {b: [c, d], e: f}\n", all);
  assert.ok(document !== undefined && "value" in document);
  assert.equal(yamlTextAt(document.value, "a", "e"), "f");
  assert.equal(yamlTextAt(document.value, "a", "b"), undefined);
  assert.equal(yamlItems(document.value, "a", "b").length, 2);
  assert.deepEqual(yamlItems(document.value, "a", "e"), []);
  assert.equal(yamlAt(document.value, "a", "e", "g"), undefined);
});

test("readYaml() never throws on pieces of YAML", () => {
  const piece = constantFrom(
    ..."a: |b: >|- |? |: |[|]|{|}|,|*a|&a |<<: |---\n|...\n|\n|  |\t|\"|'|!!str |!t |%YAML 1.2\n|#c\n|image: x\n|{{ x }}|~|\\u|\r\n|\0".split(
      "|",
    ),
  );
  check(
    property(array(piece, { maxLength: 40 }), (pieces) => {
      for (const document of readYaml(pieces.join(""), all)) assert.ok(document !== undefined);
    }),
    { numRuns: 500 },
  );
});

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
  ["YAML", "a: b", "a document of 4500000 characters, more than 4194304"],
  ["broken JSON, without its words", '{"a": secret}', "Unexpected token 's'"],
  ["JSON too deep", "[".repeat(300) + "]".repeat(300), "more than 200 levels"],
  ["a bomb of brackets", "[".repeat(10_000_000), "Unexpected end of JSON input"],
] as const)
  test(`readYaml() takes no value from large ${what}`, () => {
    const [one] = readYaml(text.padEnd(4_500_000), () => true);
    assert.equal(one !== undefined && "problem" in one ? one.problem : undefined, found);
  });

test("readYaml() reads of large JSON every kind of value as YAML would have it", () => {
  const place = { line: 1, column: 1 };
  const text = (one: string): object => ({ kind: "text", text: one, block: false, ...place });
  const [one] = readYaml('{"a": [1, true, null, "x"], "__proto__": "y"}'.padEnd(4_500_000), () => true);
  assert.deepEqual(one !== undefined && "value" in one ? one.value : undefined, {
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
