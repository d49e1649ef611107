import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePythonMetadata } from "./python-metadata.ts";

const rows: readonly (readonly [
  what: string,
  text: string,
  name: string | undefined,
  version: string | undefined,
])[] = [
  ["plain", "Metadata-Version: 2.1\nName: a\nVersion: 1.0\n\nName: body\n", "a", "1.0"],
  ["no blank line, no last end of line", "Name: a\nVersion: 1.0", "a", "1.0"],
  ["ends of line of Windows", "Name: a\r\nVersion: 1.0\r\n\r\nbody", "a", "1.0"],
  ["any case", "NAME: a\nversion:1.0\n", "a", "1.0"],
  ["the first of equal fields", "Name: a\nName: b\nVersion: 1.0\nVersion: 2.0\n", "a", "1.0"],
  ["a folded field before it", "Description: x\n        Version: 9\nName: a\nVersion: 1.0\n", "a", "1.0"],
  ["a line that is no field ends the header", "Name: a\nno field\nVersion: 1.0\n", "a", undefined],
  ["a field in the description", "Name: a\n\nVersion: 1.0\n", "a", undefined],
  ["empty", "Name:\nVersion:  \n", undefined, undefined],
  ["nothing", "", undefined, undefined],
  ["an empty line first", "\nName: a\nVersion: 1.0\n", undefined, undefined],
];

for (const [what, text, name, version] of rows)
  test(`parsePythonMetadata() reads ${what}`, () => {
    const found = parsePythonMetadata(text);
    assert.deepEqual([found.name, found.version], [name, version]);
  });

test("parsePythonMetadata() reads licence fields", () => {
  const found = parsePythonMetadata(
    "Name: a\nLicense: BSD\n  3 clauses\nLicense-Expression: MIT OR Apache-2.0\nClassifier: License :: OSI Approved :: MIT License\nClassifier: Topic :: X\n",
  );
  assert.equal(found.licence, "BSD\n  3 clauses");
  assert.equal(found.licenceExpression, "MIT OR Apache-2.0");
  assert.deepEqual(found.classifiers, ["License :: OSI Approved :: MIT License", "Topic :: X"]);
});

const hostile: readonly (readonly [what: string, text: string])[] = [
  ["a million continuation lines", `Name: a\nSummary: x\n${" x\n".repeat(1_000_000)}Version: 1\n`],
  ["a million classifiers", `Name: a\n${"Classifier: x\n".repeat(1_000_000)}Version: 1\n`],
  ["a line of 16 MiB", `Name: a\nSummary: ${"x".repeat(2 ** 24)}\nVersion: 1\n`],
  ["fields called like members of objects", "Name: a\n__proto__: x\nconstructor: y\nVersion: 1\n"],
];

for (const [what, text] of hostile)
  test(`parsePythonMetadata() is bounded for ${what}`, () => {
    const found = parsePythonMetadata(text);
    assert.equal(`${found.name} ${found.version}`.slice(0, 99), "a 1");
    assert.ok(found.classifiers.length <= 500);
  });

test("parsePythonMetadata() does not throw for any cut of a file, nor for garbage", () => {
  const text = rows.map((row) => row[1]).join("\0");
  for (let length = 0; length <= text.length; length += 1) parsePythonMetadata(text.slice(0, length));
  assert.equal(parsePythonMetadata("\0\u00ff:::\n:\n").name, undefined);
});
