import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePackageJson } from "./package-json.ts";

const rows: readonly (readonly [
  what: string,
  manifest: object,
  name: string,
  version: string | undefined,
])[] = [
  ["name and version", { name: "a", version: "1.0.0" }, "a", "1.0.0"],
  ["a scope", { name: "@s/a", version: "1.0.0" }, "@s/a", "1.0.0"],
  ["the directory's name where there is none", { version: "1.0.0" }, "directory", "1.0.0"],
  ["the directory's name for one that is none", { name: 3, version: "1.0.0" }, "directory", "1.0.0"],
  ["blanks around them", { name: " a\n", version: "\t1.0.0 " }, "a", "1.0.0"],
  ["no version", { name: "a" }, "a", undefined],
  ["an empty version", { name: "a", version: " " }, "a", undefined],
  ["a version that is no string", { name: "a", version: 1 }, "a", undefined],
  [
    "members of objects",
    JSON.parse('{"__proto__":{"name":"x","version":"9"},"constructor":1}'),
    "directory",
    undefined,
  ],
];

for (const [what, manifest, name, version] of rows)
  test(`parsePackageJson() reads ${what}`, () => {
    const found = parsePackageJson(JSON.stringify(manifest), "directory");
    assert.deepEqual([found.fullName, found.version], [name, version]);
  });

test("parsePackageJson() splits scope and name", () => {
  const split = (name: string): unknown => parsePackageJson(JSON.stringify({ name }), undefined).purlName;
  assert.deepEqual(split("@s/a"), { namespace: "@s", name: "a" });
  for (const name of ["a", "a/b", "@s/", "@s", "/a"]) assert.deepEqual(split(name), { name });
});

const licences: readonly (readonly [what: string, fields: object, licences: readonly string[]])[] = [
  ["an expression", { license: "MIT OR Apache-2.0" }, ["MIT OR Apache-2.0"]],
  ["an object", { license: { type: "MIT", url: "x" } }, ["MIT"]],
  ["a list", { licenses: [{ type: "MIT" }, { name: "BSD" }, "ISC", 3, null] }, ["MIT", "BSD", "ISC"]],
  ["both, each once", { license: "MIT", licenses: ["MIT"] }, ["MIT"]],
  ["nothing", { license: "", licenses: {} }, []],
];

for (const [what, fields, wanted] of licences)
  test(`parsePackageJson() reads licences: ${what}`, () => {
    assert.deepEqual(parsePackageJson(JSON.stringify({ name: "a", ...fields }), undefined).licences, wanted);
  });

test("parsePackageJson() refuses what is no package.json", () => {
  const long = JSON.stringify({ name: "a".repeat(513) });
  for (const text of [
    "",
    "{",
    "[]",
    "null",
    "3",
    '"x"',
    "{}",
    long,
    "\0\0",
    "[".repeat(1_000_000),
    '{"a":'.repeat(100_000),
  ])
    assert.throws(() => parsePackageJson(text, undefined), { code: "malformed" }, text.slice(0, 20));
});

test("parsePackageJson() is bounded for long fields and many licences", () => {
  const manifest = {
    name: "a",
    version: "1".repeat(100_000),
    licenses: Array.from({ length: 100_000 }, () => ({ type: "x" })),
  };
  const found = parsePackageJson(JSON.stringify(manifest), undefined);
  assert.deepEqual([found.version, found.licences], [undefined, ["x"]]);
});
