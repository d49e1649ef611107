import assert from "node:assert/strict";
import { test } from "node:test";
import { parseInstalledFiles, parseRecord, resolveInstalled } from "./python-record.ts";

test("parseRecord() answers the paths of the rows", () => {
  const text =
    'a/__init__.py,sha256=x,12\n"a/with, comma.py",sha256=y,3\r\n"a/with ""quotes"".py",,\n../../../bin/tool,,\na-1.dist-info/RECORD,,\n';
  assert.deepEqual(parseRecord(text), [
    "a/__init__.py",
    "a/with, comma.py",
    'a/with "quotes".py',
    "../../../bin/tool",
    "a-1.dist-info/RECORD",
  ]);
});

test("parseInstalledFiles() answers one path a line", () => {
  assert.deepEqual(parseInstalledFiles("../a.py\n\r\nPKG-INFO\r\n"), ["../a.py", "PKG-INFO"]);
});

const resolutions: readonly (readonly [directory: string, relative: string, path: string | undefined])[] = [
  ["usr/lib/python3/site-packages", "a/b.py", "usr/lib/python3/site-packages/a/b.py"],
  ["usr/lib/python3/site-packages", "../../../bin/tool", "usr/bin/tool"],
  ["usr/lib", "/opt/x", "opt/x"],
  ["usr/lib", "./a//b/../c", "usr/lib/a/c"],
  ["", "a", "a"],
  ["usr", "../../etc/passwd", undefined],
];

for (const [directory, relative, path] of resolutions)
  test(`resolveInstalled() of "${relative}" in "${directory}" is ${path}`, () => {
    assert.equal(resolveInstalled(directory, relative), path);
  });

const hostile: readonly (readonly [what: string, text: string, most: number])[] = [
  ["an open quote", `"${"x".repeat(2 ** 20)}`, 0],
  ["a million quotes", '"'.repeat(1_000_001), 1],
  ["a million empty rows", "\n".repeat(1_000_000), 0],
  ["a million commas", ",".repeat(1_000_000), 0],
  ["more rows than any package", "a\n".repeat(1_100_000), 1_000_000],
  ["quotes and ends of line", '"\n'.repeat(100_000), 100_000],
];

for (const [what, text, most] of hostile)
  test(`parseRecord() is bounded for ${what}`, () => {
    assert.ok(parseRecord(text).length <= most);
  });
