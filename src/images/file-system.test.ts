import assert from "node:assert/strict";
import { test } from "node:test";
import { file, gone } from "../../tests/support/image.ts";
import type { LayerIndex } from "../core/layer.ts";
import type { Extractor } from "../core/plugin.ts";
import { type TarItem, writeTar } from "../formats/tar-write.ts";
import { fileSystemOf } from "./file-system.ts";
import { mergeLayers } from "./merge.ts";
import { createLayerWalk } from "./walk.ts";

const lists: Extractor = {
  id: "lists",
  wants: ({ path }) => path.startsWith("db/"),
  extract: ({ path, bytes }) => {
    const paths = Buffer.from(bytes.read(0, bytes.size)).toString().split("\n");
    return { owns: [{ owner: path.slice("db/".length).replace("+", " "), os: true, paths }] };
  },
};
const facts: Extractor = {
  id: "facts",
  minor: true,
  wants: ({ path }) => path.endsWith(".txt"),
  extract: ({ size }) => ({ facts: { kind: "text", lines: [String(size)] } }),
};

function layer(items: readonly TarItem[]): LayerIndex {
  const walk = createLayerWalk({ extractors: [lists, facts] });
  walk.push(writeTar(items));
  return { diffId: "", digest: "", compression: "none", bytes: 0, ...walk.finish() };
}

const files = fileSystemOf(
  mergeLayers([
    layer([
      { kind: "symlink", path: "lib", target: "usr/lib" },
      file("usr/lib/a.txt", "one"),
      file("usr/lib/gone.txt", "x"),
      { kind: "symlink", path: "usr/lib/b", target: "a.txt" },
      file("app/node_modules/x/index.js", ""),
      file("app/node_modules/x/node_modules/y/index.js", ""),
      file("db/deb+a", "lib\nlib/a.txt\nusr/lib/b\nusr/lib"),
      file("db/npm+x@1", "app/node_modules/x/"),
      file("db/npm+y@1", "app/node_modules/x/node_modules/y/"),
      file("db/pypi+B.C_d@1", "usr/lib/b"),
    ]),
    layer([gone("usr/lib/gone.txt"), file("usr/lib/a.txt", "three")]),
  ]),
);

test("fileSystemOf() shows what the last layer left, links as links", () => {
  assert.equal(files.entry("usr/lib/a.txt")?.size, 5);
  assert.equal(files.entry("usr/lib/gone.txt"), undefined);
  assert.deepEqual([files.entry("lib")?.kind, files.entry("lib")?.target], ["symlink", "usr/lib"]);
  assert.equal(files.entry("lib/a.txt"), undefined);
  assert.deepEqual(files.list("usr/lib"), ["a.txt", "b"]);
  assert.deepEqual(files.list(""), ["app", "db", "lib", "usr"]);
  assert.deepEqual(files.list("usr/lib/a.txt"), []);
});

test("fileSystemOf() has the facts of the bytes that are there", () => {
  assert.deepEqual(files.facts("usr/lib/a.txt"), [{ kind: "text", lines: ["5"] }]);
  assert.deepEqual([files.facts("usr/lib/b"), files.facts("usr/lib"), files.facts("no")], [[], [], []]);
});

test("fileSystemOf() names owners through links, the nearest directory's, and none of links to directories", () => {
  assert.deepEqual(files.owners("usr/lib/a.txt"), ["deb a"]);
  assert.deepEqual(files.owners("lib"), []);
  assert.deepEqual(files.owned("deb a"), ["usr/lib/a.txt", "usr/lib/b"]);
  assert.deepEqual(files.owned("npm x@1"), ["app/node_modules/x/index.js"]);
  assert.deepEqual(files.owners("app/node_modules/x/node_modules/y/index.js"), ["npm y@1"]);
  assert.deepEqual(files.owned("pypi b-c-d@1"), ["usr/lib/b"]);
});
