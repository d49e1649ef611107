import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { file, gone, opaque, writeLayout } from "../../tests/support/image.ts";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import type { LayerEntries } from "../core/layer.ts";
import type { TarItem } from "../formats/tar-write.ts";
import { writeTar } from "../formats/tar-write.ts";
import { childPath, createTree, directoryPath, findDirectory, nodesBelow, resolvePath } from "./tree.ts";
import { layerOf, type MergedTree, mergeEntries } from "./tree-apply.ts";
import { createLayerWalk } from "./walk.ts";
import { entryPath } from "./walk-entries.ts";

function walked(items: readonly TarItem[]): LayerEntries {
  const walk = createLayerWalk({ extractors: [] });
  walk.push(writeTar(items));
  const { entries, faults } = walk.finish();
  assert.deepEqual(faults, []);
  return entries;
}

function merge(layers: readonly (readonly TarItem[])[]): MergedTree {
  return mergeEntries(layers.map(walked), () => true);
}

/** Every path of the merged tree: `d`, `l target`, or `f layer:entry` of the content. */
function listing({ tree, contents, bases }: MergedTree): Record<string, string> {
  const rows: [string, string][] = [];
  for (const { directory, name, node } of nodesBelow(tree, tree.root)) {
    const path = childPath(directory, name);
    if (typeof node === "number") {
      const id = contents.get(node) ?? node;
      const layer = layerOf(bases, id);
      rows.push([path, `f ${layer}:${id - (bases[layer] ?? 0)}`]);
    } else rows.push([path, node.kind === "link" ? `l ${node.target}` : "d"]);
  }
  return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const dir = (path: string): TarItem => ({ kind: "directory", path });
const link = (path: string, target: string): TarItem => ({ kind: "symlink", path, target });
const hard = (path: string, target: string): TarItem => ({ kind: "hardlink", path, target });

// The model: a map of paths, every rule written out the slow way.

interface ModelNode {
  kind: "d" | "l" | "f";
  value: string;
  layer: number;
}

function model(layers: readonly (readonly TarItem[])[]): Record<string, string> {
  const fs = new Map<string, ModelNode>();
  const below = (path: string): string[] =>
    [...fs.keys()].filter((key) => path === "" || key.startsWith(`${path}/`));
  const remove = (path: string): void => {
    for (const key of below(path)) fs.delete(key);
    fs.delete(path);
  };
  const locate = (path: string, layer: number | undefined): string | undefined => {
    let at = "";
    let links = 0;
    const parts = path.split("/");
    while (parts.length > 0) {
      const part = parts.shift() ?? "";
      if (part === "" || part === ".") continue;
      if (part === "..") {
        at = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : "";
        continue;
      }
      const next = at === "" ? part : `${at}/${part}`;
      const node = fs.get(next);
      if (node?.kind === "l") {
        links += 1;
        if (links > 40) return undefined;
        if (node.value.startsWith("/")) at = "";
        parts.unshift(...node.value.split("/"));
        continue;
      }
      if (node?.kind !== "d") {
        if (layer === undefined) return undefined;
        remove(next);
        fs.set(next, { kind: "d", value: "", layer });
      }
      at = next;
    }
    return at;
  };
  const clear = (path: string, layer: number): void => {
    const inside = below(path);
    for (const key of inside)
      if (fs.get(key)?.kind !== "d" && (fs.get(key)?.layer ?? 0) < layer) fs.delete(key);
    for (const key of inside.sort((a, b) => b.length - a.length))
      if (fs.get(key)?.kind === "d" && below(key).length === 0 && (fs.get(key)?.layer ?? 0) < layer)
        fs.delete(key);
  };
  const split = (path: string): [string, string] => [
    path.slice(0, Math.max(path.lastIndexOf("/"), 0)),
    path.slice(path.lastIndexOf("/") + 1),
  ];
  const full = (parent: string, name: string): string => (parent === "" ? name : `${parent}/${name}`);
  for (const [layer, items] of layers.entries()) {
    let entry = -1;
    for (const item of items) {
      entry += 1;
      const [parent, name] = split(item.path);
      if (name === ".wh..wh..opq") {
        const at = locate(parent, undefined);
        if (at !== undefined) clear(at, layer);
        continue;
      }
      if (name.startsWith(".wh.")) {
        const at = locate(parent, undefined);
        if (at === undefined) continue;
        const path = full(at, name.slice(4));
        clear(path, layer);
        const node = fs.get(path);
        if (node !== undefined && node.layer < layer && below(path).length === 0) fs.delete(path);
        continue;
      }
      const at = locate(parent, layer);
      if (at === undefined) continue;
      const path = full(at, name);
      if (item.kind === "directory") {
        if (fs.get(path)?.kind !== "d") remove(path);
        fs.set(path, { kind: "d", value: "", layer });
      } else if (item.kind === "symlink") {
        remove(path);
        fs.set(path, { kind: "l", value: item.target, layer });
      } else if (item.kind === "file") {
        remove(path);
        fs.set(path, { kind: "f", value: `${layer}:${entry}`, layer });
      } else {
        const [targetParent, targetName] = split(item.target);
        const targetAt = locate(targetParent, undefined);
        const node = targetAt === undefined ? undefined : fs.get(full(targetAt, targetName));
        if (node === undefined || node.kind === "d") continue;
        const copy = { ...node, layer };
        remove(path);
        fs.set(path, copy);
      }
    }
  }
  const rows = [...fs].map(([path, { kind, value }]): [string, string] => [
    path,
    value === "" && kind === "d" ? kind : `${kind} ${value}`,
  ]);
  return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const name = fc.constantFrom("a", "b", "c", "usr", "lib");
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const target = fc.oneof(
  path,
  path.map((to) => `/${to}`),
  path.map((to) => `../${to}`),
  fc.constantFrom("..", ".", "/", "a/..", "x/../b"),
);
const item: fc.Arbitrary<TarItem> = fc.oneof(
  { weight: 5, arbitrary: path.map((at) => file(at, "")) },
  { weight: 3, arbitrary: path.map(dir) },
  { weight: 3, arbitrary: fc.tuple(path, target).map(([at, to]) => link(at, to)) },
  { weight: 1, arbitrary: fc.tuple(path, path).map(([at, to]) => hard(at, to)) },
  { weight: 2, arbitrary: path.map(gone) },
  { weight: 1, arbitrary: path.map(opaque) },
);

test("mergeEntries() gives what applying every entry one by one to a file system gives", () => {
  const layers = fc.array(fc.array(item, { maxLength: 10 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(layers, (plan) => {
      assert.deepEqual(listing(merge(plan)), model(plan));
    }),
    { numRuns: 3000 },
  );
});

test("mergeEntries() keeps for each path its last state in every layer that changed it", () => {
  const { states } = merge([
    [file("a", "0"), file("d/x", "0")],
    [file("b", "1")],
    [file("a", "2"), gone("d")],
    [file("a", "3"), file("d", "3")],
    [gone("a"), file("a", "4")],
  ]);
  const at = (path: string): unknown =>
    states.get(path)?.map(({ layer, id }) => (id === undefined ? -layer : layer));
  assert.deepEqual(at("a"), [0, 2, 3, 4]);
  assert.deepEqual(at("d/x"), [0, -2]);
  assert.deepEqual(at("d"), [3]);
  assert.deepEqual(at("b"), [1]);
});

const images: readonly [string, readonly (readonly TarItem[])[]][] = [
  [
    "files, replaced and deleted",
    [[dir("a"), file("a/1", "one"), file("a/2", "two")], [file("a/1", "new")], [gone("a/2"), file("b", "b")]],
  ],
  [
    "a directory replaced by a file and a file by a directory",
    [
      [dir("a"), file("a/x", "x"), file("f", "f")],
      [gone("a"), file("a", "now a file"), gone("f"), dir("f"), file("f/y", "y")],
    ],
  ],
  [
    "an opaque directory",
    [
      [dir("a"), file("a/old", "1"), dir("a/sub"), file("a/sub/deep", "2")],
      [dir("a"), opaque("a"), file("a/new", "3")],
    ],
  ],
  [
    "merged /usr: a file written through a link of a lower layer",
    [[dir("usr"), dir("usr/lib"), file("usr/lib/x", "x"), link("lib", "usr/lib")], [file("lib/y", "y")]],
  ],
  [
    "merged /usr with an absolute link",
    [
      [dir("usr"), dir("usr/bin"), link("bin", "/usr/bin")],
      [file("bin/sh", "sh")],
      [gone("bin/sh"), file("usr/bin/dash", "dash")],
    ],
  ],
  ["a chain of links", [[dir("r"), dir("r/d"), link("a", "b"), link("b", "/r/d")], [file("a/f", "f")]]],
  [
    "a hard link in one layer and to a lower layer",
    [
      [file("a", "same"), hard("b", "a")],
      [hard("c", "a"), gone("a")],
    ],
  ],
  [
    "a link replaced by a file, and a file by a link",
    [
      [file("t", "t"), link("l", "t"), file("f", "f")],
      [file("l", "now a file"), link("f", "t")],
    ],
  ],
  ["a whiteout of what is not there", [[file("a", "a")], [gone("b"), file("c", "c")]]],
  [
    "a deleted directory made anew",
    [[dir("d"), file("d/old", "1")], [gone("d")], [dir("d"), file("d/new", "2")]],
  ],
  [
    "a file deleted and written in the same layer",
    [
      [dir("d"), file("d/f", "1"), file("d/g", "1")],
      [gone("d/f"), file("d/f", "2")],
    ],
  ],
];
for (const [title, layers] of images)
  test(`mergeEntries() agrees with umoci: ${title}`, { skip: needs("umoci") }, async () => {
    const layout = writeLayout(join(scratch("umoci"), "oci"), { layers: layers.map((items) => ({ items })) });
    const bundle = join(scratch("umoci"), "bundle");
    await tool("umoci", ["unpack", "--rootless", "--image", `${layout}:t`, bundle]);
    const ours = Object.entries(listing(merge(layers))).map(([path, node]) => {
      const [, layer, entry] = /^f (\d+):(\d+)$/.exec(node) ?? [];
      if (layer === undefined || entry === undefined) return [path, node];
      // A tar's entries and a layer's are numbered alike: no root entry is written here.
      const item = layers[Number(layer)]?.[Number(entry)];
      return [path, `f ${item?.kind === "file" ? Buffer.from(item.data).toString() : "?"}`];
    });
    assert.deepEqual(Object.fromEntries(ours), onDisk(join(bundle, "rootfs")));
  });

// By hand: node's recursive readdir follows links out of the root.
function onDisk(root: string): Record<string, string> {
  const rows: [string, string][] = [];
  const pending = [""];
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const found of readdirSync(join(root, at), { withFileTypes: true })) {
      const path = at === "" ? found.name : `${at}/${found.name}`;
      const real = join(root, path);
      if (found.isDirectory()) pending.push(path);
      const node = found.isSymbolicLink()
        ? `l ${readlinkSync(real)}`
        : `f ${found.isFile() ? readFileSync(real, "utf8") : ""}`;
      rows.push([path, found.isDirectory() ? "d" : node]);
    }
  return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test("mergeEntries() tells what it cannot place, and goes on", () => {
  const merged = merge([
    [
      link("a", "b"),
      link("b", "a"),
      file("a/f", ""),
      hard("h", "nowhere"),
      dir("d"),
      hard("i", "d"),
      file("last", ""),
    ],
  ]);
  assert.deepEqual(
    merged.faults.map(({ code, message }) => [code, message]),
    [
      ["malformed", 'place entry "a/f": its directory is a ring of links'],
      ["malformed", 'place entry "h": it is a hard link to "nowhere", which is not there'],
      ["malformed", 'place entry "i": it is a hard link to "d", which is a directory'],
    ],
  );
  assert.ok(resolvePath(merged.tree, "last") !== undefined);
});

test("mergeEntries() ends for links that multiply, deep paths and many opaque marks", () => {
  const deep = Array.from({ length: 1500 }, () => "d").join("/");
  const loops = Array.from({ length: 30 }, (_, n) =>
    link(`l${n}`, `l${n + 1}/${"../x/".repeat(300)}l${n + 1}`),
  );
  const touched = Array.from({ length: 300 }, (_, n) => file(`l${n % 30}/f${n}`, ""));
  const merged = merge([
    [file(`${deep}/f`, ""), ...loops],
    touched,
    Array.from({ length: 500 }, () => opaque("")),
  ]);
  assert.ok(merged.tree.work > 0);
  assert.equal(directoryPath(findDirectory(merged.tree, "") ?? createTree().root), "");
});

test("resolvePath() follows links to files and stops at rings", () => {
  const { tree, entries } = merge([
    [
      dir("usr"),
      dir("usr/lib"),
      file("usr/lib/os-release", ""),
      link("etc/os-release", "../usr/lib/os-release"),
    ],
    [
      link("etc/abs", "/etc/os-release"),
      link("ring", "ring"),
      link("dangling", "nothing/here"),
      link("up", "../../.."),
    ],
  ]);
  const found = resolvePath(tree, "etc/abs");
  assert.equal(
    found === undefined ? undefined : childPath(found.directory, found.name),
    "usr/lib/os-release",
  );
  assert.equal(
    typeof found?.node === "number" && entries[0] !== undefined ? entryPath(entries[0], found.node) : "",
    "usr/lib/os-release",
  );
  assert.equal(resolvePath(tree, "ring"), undefined);
  assert.equal(resolvePath(tree, "dangling"), undefined);
  assert.equal(resolvePath(tree, "up")?.node, tree.root);
  assert.equal(resolvePath(tree, "etc/none"), undefined);
});

for (const [what, items, memory, kept] of [
  ["files", [file("a", ""), file("b", ""), file("c", "")], 700, 2],
  [
    "directories",
    [
      { kind: "directory", path: "a" },
      { kind: "directory", path: "b" },
    ],
    700,
    1,
  ],
  [
    "links",
    [
      { kind: "symlink", path: "a", target: "x" },
      { kind: "symlink", path: "b", target: "x" },
    ],
    850,
    1,
  ],
  ["files that one removes from below", [file("a", ""), file("a", ""), file("a", "")], 700, 1],
] as const)
  test(`mergeEntries() stops where ${what} take more memory than there is`, () => {
    const merged = mergeEntries([walked(items)], () => true, memory);
    assert.equal(merged.tree.root.children.size, kept);
    const codes = merged.faults.map(({ code }) => code);
    assert.deepEqual(codes, what.includes("below") ? [] : ["limit-exceeded"]);
  });
