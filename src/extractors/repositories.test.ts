import assert from "node:assert/strict";
import { test } from "node:test";
import { extractFrom, foundFile } from "../../tests/support/extract.ts";
import { repositories } from "./repositories.ts";

const apt = { kind: "apt", uri: "http://m.example/debian", suite: "bookworm", components: ["main"] };
const rows: readonly (readonly [path: string, content: string, found: readonly object[]])[] = [
  ["etc/apt/sources.list", "deb http://m.example/debian bookworm main\n", [apt]],
  ["etc/apt/sources.list.d/a.list", "deb http://m.example/debian/ bookworm main\n", [apt]],
  [
    "etc/apt/sources.list.d/debian.sources",
    "Types: deb\nURIs: http://m.example/debian\nSuites: bookworm\nComponents: main\n",
    [apt],
  ],
  ["etc/apk/repositories", "http://m.example/main\n", [{ kind: "apk", uri: "http://m.example/main" }]],
];
for (const [path, content, found] of rows)
  test(`repositories reads ${path}`, () => {
    assert.deepEqual(extractFrom(repositories, path, content).repositories, found);
  });

test("repositories wants what apt and apk read", () => {
  for (const path of [
    "etc/apt/sources.list.d/a.list.save",
    "srv/etc/apt/sources.list",
    "etc/apt/sources.list.d/a/b.list",
  ])
    assert.equal(repositories.wants(foundFile(path, "")), false, path);
});
