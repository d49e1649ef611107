import assert from "node:assert/strict";
import { test } from "node:test";
import type { LayerFind } from "../core/layer.ts";
import { createFindIndex } from "./find-index.ts";
import { allFinds, createFindPacker, noFinds } from "./find-pack.ts";

const nothing = { packages: [], owns: [], distro: undefined, problems: [] } as const;
const full: LayerFind = {
  plugin: "dpkg",
  entry: 1,
  path: "var/lib/dpkg/st\u00e4tus \u2603 \ud800",
  packages: [
    {
      type: "deb",
      name: "a",
      version: "1:2",
      source: { name: "b", version: "3" },
      licences: ["MIT"],
      vendor: "somebody",
      qualifiers: Object.fromEntries([["__proto__", "x"]]),
    },
  ],
  owns: [
    { owner: "deb a", os: true, paths: Uint8Array.from([1, 0, 255]) },
    { owner: "npm b", os: false, paths: new Uint8Array() },
  ],
  distro: { id: "debian", version: "12", idLike: [], prettyName: "Debian" },
  licences: ["GPL"],
  repositories: [{ kind: "apk", uri: "http://m.example" }],
  problems: [{ code: "malformed", message: "line 1" }],
};
const finds: readonly LayerFind[] = [
  full,
  { ...nothing, plugin: "npm", entry: 1, path: "x" },
  { ...nothing, plugin: "npm", entry: 4, path: "y", problems: [{ code: "truncated", message: "z" }] },
];

function packed(some: readonly LayerFind[]) {
  const packer = createFindPacker();
  for (const find of some) packer.add(find);
  return packer.finish();
}

test("createFindPacker() gives back what was packed", () => {
  const all = packed(finds);
  assert.deepEqual([...allFinds(all)], finds);
  assert.deepEqual([all.count, all.packages, all.plugins], [3, 1, ["dpkg", "npm"]]);
  assert.deepEqual([...allFinds(noFinds)], []);
});

test("createFindPacker() takes packed finds over", () => {
  const before = packed(finds);
  const packer = createFindPacker();
  for (const index of [2, 0, 1]) packer.copy(before, index);
  const after = packer.finish();
  assert.deepEqual([...allFinds(after)], [finds[2], finds[0], finds[1]]);
  assert.deepEqual([after.count, after.packages], [3, 1]);
});

test("createFindIndex() answers by content id, the part that is asked for only", () => {
  const index = createFindIndex([packed(finds), noFinds, packed([{ ...full, entry: 0 }])], [0, 5, 7]);
  assert.deepEqual(
    [0, 1, 2, 4, 5, 6, 7, 8].map((id) => index.has(id)),
    [false, true, false, true, false, false, true, false],
  );
  assert.deepEqual(index.get(1), [finds[0], finds[1]]);
  assert.deepEqual(index.get(1, "packages"), [finds[0]]);
  assert.deepEqual(index.get(4, "osOwns"), []);
  assert.deepEqual(index.get(4, "problems"), [finds[2]]);
  assert.deepEqual(index.plugins(1), ["dpkg", "npm"]);
  assert.deepEqual(
    Array.from(index.having("problems"), ({ entry }) => entry),
    [1, 4, 0],
  );
});

test("createFindPacker() keeps what a file needs, and tells that it does", () => {
  const find = {
    ...nothing,
    plugin: "elf",
    entry: 3,
    path: "z",
    facts: { kind: "text", lines: ["x"] },
  } as const;
  const some = packed(
    [find, { ...find, entry: 4, facts: undefined }].map(({ facts, ...rest }) =>
      facts ? { ...rest, facts } : rest,
    ),
  );
  assert.deepEqual([...allFinds(some)][0], find);
  const index = createFindIndex([some], [0]);
  assert.deepEqual([index.get(3, "facts").length, index.get(4, "facts").length], [1, 0]);
});
