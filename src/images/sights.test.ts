import assert from "node:assert/strict";
import { test } from "node:test";
import { file, gone } from "../../tests/support/image.ts";
import type { LayerBlob } from "../core/image.ts";
import type { ImageContent } from "../core/indexed.ts";
import type { LayerIndex } from "../core/layer.ts";
import type { Extractor } from "../core/plugin.ts";
import type { TreeCheck, TreeFile, TreeSights } from "../core/sights.ts";
import { type TarItem, writeTar } from "../formats/tar-write.ts";
import { inspectTree } from "./inspect.ts";
import { mergeLayers } from "./merge.ts";
import { assembleImage } from "./merge-image.ts";
import { createLayerWalk } from "./walk.ts";

const text = { aliases: [], title: "", severity: "low", why: "", remedy: "", links: [] } as const;

/** Sees what ends in `.x`, by directory. */
const ending: TreeCheck = {
  text: { ...text, id: "SW-IM-901" },
  look: ({ name, path }) =>
    name.endsWith(".x") ? { group: path.slice(0, -name.length), message: `saw ${name}` } : undefined,
};

/** Observes each line of a file `*.secret`. */
const lines: Extractor = {
  id: "lines",
  wants: ({ path }) => path.endsWith(".secret"),
  extract: ({ bytes }) => ({
    observations: Buffer.from(bytes.read(0, bytes.size))
      .toString()
      .split("\n")
      .map((message, at) => ({ check: "SW-IM-902", message, line: at + 1 })),
  }),
};

/** The same, of which a package's own files are no finding. */
const unlessOwned: Extractor = {
  ...lines,
  extract: (file) => ({
    observations: (lines.extract(file).observations ?? []).map((seen) => ({ ...seen, unlessOwned: true })),
  }),
};

const lists: Extractor = {
  id: "deb-list",
  wants: ({ path }) => path.endsWith(".list"),
  extract: ({ path, bytes }) => ({
    owns: [{ owner: `deb ${path.slice("var/lib/dpkg/info/".length, -5)}`, os: true, paths: [textOf(bytes)] }],
  }),
};

function textOf(bytes: { readonly size: number; read(at: number, length: number): Uint8Array }): string {
  return Buffer.from(bytes.read(0, bytes.size)).toString();
}

function layer(items: readonly TarItem[], extractors: readonly Extractor[]): LayerIndex {
  const walk = createLayerWalk({ extractors });
  walk.push(writeTar(items));
  return { diffId: "", digest: "", compression: "none", bytes: 0, ...walk.finish() };
}

function sights(
  layers: readonly (readonly TarItem[])[],
  checks: readonly TreeCheck[] = [ending],
  extractors: readonly Extractor[] = [lines, lists],
): TreeSights {
  return content(layers, checks, extractors).sights;
}

function content(
  layers: readonly (readonly TarItem[])[],
  checks: readonly TreeCheck[],
  extractors: readonly Extractor[],
): ImageContent {
  const read = layers.map((items) => layer(items, extractors));
  const content = { kind: "file" as const, path: "", offset: 0, length: 0 };
  const blob: LayerBlob = { digest: undefined, diffId: undefined, mediaType: "", size: undefined, content };
  return assembleImage(
    read.map(() => blob),
    read,
    mergeLayers(read),
    [],
    checks,
  );
}

test("assembleImage() joins what a check sees by layer and group, sorted, with the owners", () => {
  const { finds } = sights([
    [
      file("b/2.x", "12"),
      file("b/1.x", "1"),
      file("a/3.x", "123"),
      file("var/lib/dpkg/info/p.list", "b/2.x"),
    ],
    [file("b/4.x", "1234")],
  ]);
  const brief = finds.map(({ layer, group, message, entries, bytes, members }) =>
    [
      layer,
      group,
      message,
      entries,
      bytes,
      ...members.map(({ path, owner }) => `${path} ${owner ?? ""}`),
    ].join(" "),
  );
  assert.deepEqual(brief, [
    "0 a/ saw 3.x 1 3 a/3.x ",
    "0 b/ saw 1.x 2 3 b/1.x  b/2.x deb p",
    "1 b/ saw 4.x 1 4 b/4.x ",
  ]);
});

test("assembleImage() keeps the first hundred paths of many, and counts all", () => {
  const names = Array.from({ length: 1000 }, (_, at) => `d/${String(999 - at).padStart(3, "0")}.x`);
  const [find] = sights([names.map((name) => file(name, "1"))]).finds;
  assert.deepEqual(
    [find?.entries, find?.members.length, find?.members[0]?.path, find?.members[99]?.path],
    [1000, 100, "d/000.x", "d/099.x"],
  );
});

test("assembleImage() keeps a thousand finds of a check, and joins what is beyond", () => {
  const names = Array.from({ length: 1500 }, (_, at) => `d${String(at).padStart(4, "0")}/a.x`);
  const { finds } = sights([names.map((name) => file(name, "1"))]);
  const last = finds.find(({ group }) => group === "");
  assert.deepEqual([finds.length, last?.entries, last?.members.length], [1001, 500, 100]);
});

test("assembleImage() joins what a check tells of one place, which nobody owns", () => {
  const placed: TreeCheck = {
    text: { ...text, id: "SW-IM-904" },
    look: ({ kind, directory }) =>
      kind === "file" && directory.startsWith("doc/")
        ? { group: "", message: "saw", place: directory }
        : undefined,
  };
  const items = ["doc/b/2", "doc/a/1", "doc/b/1"].map((path) => file(path, "123"));
  const { finds } = sights([[...items, file("var/lib/dpkg/info/p.list", "doc/a")]], [placed]);
  assert.deepEqual(
    finds.map(({ message, entries, bytes, members }) => [message, entries, bytes, members]),
    [
      [
        "saw",
        3,
        9,
        [
          { path: "doc/a", item: undefined, entries: 1, bytes: 3, owner: undefined },
          { path: "doc/b", item: undefined, entries: 2, bytes: 6, owner: undefined },
        ],
      ],
    ],
  );
});

test("assembleImage() asks checks of programs only about these, in directories of programs", () => {
  const asked: string[] = [];
  const tools: TreeCheck = {
    text: { ...text, id: "SW-IM-905" },
    programs: new Set(["gcc", "nc.openbsd"]),
    look: ({ path }) => {
      asked.push(path);
      return undefined;
    },
  };
  const paths = [
    "usr/bin/gcc-12",
    "bin/nc.openbsd",
    "bin/nc",
    "opt/gcc/x",
    "gcc",
    "opt/x/sbin/gcc",
    "usr/bin/y/gcc",
  ];
  sights([paths.map((path) => file(path, "1"))], [tools]);
  assert.deepEqual(asked.toSorted(), ["bin/nc.openbsd", "gcc", "opt/x/sbin/gcc", "usr/bin/gcc-12"]);
});

test("assembleImage() shows checks what is visible in the end, as it is", () => {
  const seen: TreeFile[] = [];
  const all: TreeCheck = {
    text: { ...text, id: "SW-IM-903" },
    look: (entry) => {
      seen.push(entry);
      return undefined;
    },
  };
  sights(
    [
      [
        { kind: "directory", path: "d", mode: 0o1777, uid: 3, gid: 4 },
        { kind: "file", path: "d/tool", data: Buffer.from("#!/bin/sh\n"), mode: 0o4755, uid: 1000, gid: 50 },
        {
          kind: "file",
          path: "d/ping",
          data: Buffer.from("1"),
          capability: "\u0001\u0000\u0000\u0002\u0000\u0020",
        },
        { kind: "hardlink", path: "d/hard", target: "d/tool" },
        { kind: "symlink", path: "link", target: "d/tool" },
        file("implied/below", "xy"),
        file("old", "1"),
      ],
      [gone("old"), file("d/late", "1")],
    ],
    [all],
  );
  const brief = seen
    .map(({ path, kind, mode, uid, gid, size, layer, target, program, capability }) =>
      [path, kind, mode.toString(8), uid, gid, size, layer, target, program ?? "", capability?.length].join(
        " ",
      ),
    )
    .sort();
  assert.deepEqual(brief, [
    "d directory 1777 3 4 0 0   ",
    "d/hard file 755 0 0 10 0  script ",
    "d/late file 644 0 0 1 1   ",
    "d/ping file 644 0 0 1 0   6",
    "d/tool file 4755 1000 50 10 0  script ",
    "implied directory 755 0 0 0 0   ",
    "implied/below file 644 0 0 2 0   ",
    "link symlink 755 0 0 0 0 d/tool  ",
  ]);
});

test("assembleImage() tells who owns files, by id", () => {
  const { owners } = sights([
    [
      { kind: "file", path: "b", data: Buffer.from("1"), uid: 7, gid: 7 },
      { kind: "file", path: "a", data: Buffer.from("1"), uid: 7, gid: 7 },
      file("c", "1"),
    ],
  ]);
  assert.deepEqual(
    owners.map(({ uid, gid, entries, path }) => [uid, gid, entries, path]),
    [
      [0, 0, 1, "c"],
      [7, 7, 2, "a"],
    ],
  );
});

test("assembleImage() follows what was observed through the layers", () => {
  const { observations } = sights([
    [file("kept.secret", "one"), file("lost.secret", "two"), file("changed.secret", "three\nfour")],
    [file("kept.secret", "zero\none"), gone("lost.secret"), file("changed.secret", "four")],
  ]);
  assert.deepEqual(
    observations.map(({ path, line, message, layer, removedIn }) => [path, line, message, layer, removedIn]),
    [
      ["changed.secret", 1, "three", 0, 1],
      ["changed.secret", 1, "four", 0, undefined],
      ["kept.secret", 1, "zero", 1, undefined],
      ["kept.secret", 2, "one", 0, undefined],
      ["lost.secret", 1, "two", 0, 1],
    ],
  );
});

test("assembleImage() leaves out what an OS package ships as it is, unless a later layer replaced it", () => {
  const list = file("var/lib/dpkg/info/p.list", "opt/p/shipped.secret");
  const own = [list, file("opt/p/shipped.secret", "sample"), file("opt/p/own.secret", "mine")];
  const told = (layers: readonly (readonly TarItem[])[]) =>
    sights(layers, [], [unlessOwned, lists]).observations.map(({ path, message }) => `${path} ${message}`);
  assert.deepEqual(told([own]), ["opt/p/own.secret mine"]);
  assert.deepEqual(told([own, [file("opt/p/shipped.secret", "changed")]]), [
    "opt/p/own.secret mine",
    "opt/p/shipped.secret changed",
  ]);
  assert.deepEqual(told([own, [file("opt/p/shipped.secret", "upgraded"), list]]), ["opt/p/own.secret mine"]);
});

test("assembleImage() counts what is shipped and not visible, and names the large files", () => {
  const big = "x".repeat(100_000);
  const { waste } = sights([
    [file("big", big), file("small", "12345"), file("kept", "1")],
    [file("big", big), gone("small")],
    [gone("big")],
  ]);
  assert.equal(waste.total, 200_006);
  assert.equal(waste.bytes, 200_005);
  assert.deepEqual(waste.paths, [{ path: "big", bytes: 200_000, layers: [0, 1] }]);
});

test("assembleImage() keeps the newest files of each layer", () => {
  const many = Array.from({ length: 30 }, (_, at) => ({
    kind: "file" as const,
    path: `f${at}`,
    data: Buffer.from("1"),
    mtime: 1000 + ((at * 7) % 30),
  }));
  const { newest } = sights([many, [{ kind: "file", path: "late", data: Buffer.from("1"), mtime: 9 }]]);
  assert.deepEqual(
    newest.map(({ layer, mtime }) => [layer, mtime]),
    [...Array.from({ length: 10 }, (_, at) => [0, 1029 - at]), [1, 9]],
  );
});

test("assembleImage() keeps two observations of a file that say the same", () => {
  const { observations } = sights([
    [file("a.secret", "x\nx")],
    [file("a.secret", "y\nx\nx\nx")],
    [gone("a.secret")],
  ]);
  assert.deepEqual(
    observations.map(({ message, line, layer, removedIn }) => [message, line, layer, removedIn]),
    [
      ["y", 1, 1, 2],
      ["x", 2, 0, 2],
      ["x", 3, 0, 2],
      ["x", 4, 1, 2],
    ],
  );
});

const owned = (items: readonly TarItem[], owners: readonly number[]): readonly string[] => {
  const read = layer(items, []);
  const merged = mergeLayers([{ ...read, entries: { ...read.entries, owners: Uint32Array.from(owners) } }]);
  return inspectTree(merged, []).owners.map(
    ({ uid, gid, entries, path }) => `${uid} ${gid} ${entries} ${path}`,
  );
};

test("inspectTree() tells owners of large ids apart", () => {
  const big = 2 ** 32 - 2;
  const items = ["a", "b", "c", "d", "e"].map((name) => file(name, ""));
  const owners = [0, 0, 2 ** 21, 1, 1, 0, 2, big, 0, 3, big, 1];
  assert.deepEqual(owned(items, owners), ["0 2097152 1 a", "1 0 1 b", `${big} 0 1 c`, `${big} 1 2 d`]);
});

test("inspectTree() keeps no more owners than an image may have", () => {
  const items = Array.from({ length: 10_500 }, (_, at) => file(`f${at}`, ""));
  assert.equal(
    owned(
      items,
      items.flatMap((_, at) => [at, at, at]),
    ).length,
    10_000,
  );
});

test("assembleImage() keeps a thousand observations of a file, and more are a gap", () => {
  const { sights: seen, gaps } = content([[file("a.secret", "x\n".repeat(200_000))]], [], [lines]);
  assert.equal(seen.observations.length, 1000);
  assert.deepEqual(
    gaps.map(({ message }) => message).filter((message) => message.includes("observations")),
    ['read "a.secret": 199001 more observations than the 1000 that are kept'],
  );
});

test("assembleImage() keeps five thousand observations of a check, and more are a gap", () => {
  const items = Array.from({ length: 6 }, (_, at) => file(`${at}.secret`, "x\n".repeat(998)));
  const { sights: seen, gaps } = content([items], [], [lines]);
  assert.equal(seen.observations.length, 5000);
  assert.deepEqual(
    gaps.map(({ message }) => message).filter((message) => message.includes("observations")),
    ["look into files for SW-IM-902: 994 more observations than the 5000 that are kept"],
  );
});
