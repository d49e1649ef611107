import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { file, gone, opaque } from "../../tests/support/image.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { SeaworthyError } from "../core/errors.ts";
import { entryKinds, type LayerEntries } from "../core/layer.ts";
import type { Extractor } from "../core/plugin.ts";
import { type TarItem, writeTar } from "../formats/tar-write.ts";
import { allFinds } from "./find-pack.ts";
import { createLayerWalk, type LayerWalk } from "./walk.ts";
import type { WalkResult } from "./walk-collect.ts";
import { entryPath, targetOf } from "./walk-entries.ts";
import { executableKind } from "./walk-executable.ts";
import { normalisePath } from "./walk-path.ts";

/** A plugin that tells of every `.txt` file its first line, its size and what its head begins with. */
const lines: Extractor = {
  id: "lines",
  wants: ({ path }) => path.endsWith(".txt"),
  extract({ bytes, head, size }) {
    const text = Buffer.from(bytes.read(0, 40)).toString();
    const name = `${text.split("\n")[0]} ${bytes.size} ${size} ${Buffer.from(head.subarray(0, 3)).toString()}`;
    return { packages: [{ type: "npm", name, version: "1", licences: [] }] };
  },
};

function walk(items: readonly TarItem[], extractors: readonly Extractor[] = [lines]): WalkResult {
  return pushed(createLayerWalk({ extractors }), writeTar(items));
}

// As a file is read: into one buffer, again and again.
function pushed(layerWalk: LayerWalk, archive: Uint8Array, step = 700): WalkResult {
  const buffer = Buffer.alloc(step);
  for (let at = 0; at < archive.length; at += step) {
    const part = archive.subarray(at, at + step);
    buffer.set(part);
    layerWalk.push(buffer.subarray(0, part.length));
    buffer.fill(0xee);
  }
  return layerWalk.finish();
}

function paths(entries: LayerEntries, kind: keyof typeof entryKinds): string[] {
  const indexes = Array.from({ length: entries.count }, (_, index) => index);
  return indexes
    .filter((index) => entries.kind[index] === entryKinds[kind])
    .map((index) => entryPath(entries, index));
}

const link = (path: string, target: string): TarItem => ({ kind: "symlink", path, target });

test("createLayerWalk() keeps every entry in the order of the tar", () => {
  const { entries, faults } = walk([
    { kind: "directory", path: "./usr/lib" },
    file("/usr/lib/libc.so", "x", 0o755),
    file("smörgås/☃", "y"),
    link("lib", "/usr/lib"),
    { kind: "hardlink", path: "hard", target: "./usr/lib/libc.so" },
    gone("var/cache"),
    opaque("etc"),
    file("usr//lib/./twice", ""),
  ]);
  assert.deepEqual(faults, []);
  assert.deepEqual(paths(entries, "directory"), ["usr/lib"]);
  assert.deepEqual(paths(entries, "file"), ["usr/lib/libc.so", "smörgås/☃", "usr/lib/twice"]);
  assert.deepEqual(paths(entries, "symlink"), ["lib"]);
  assert.deepEqual(paths(entries, "hardlink"), ["hard"]);
  assert.deepEqual(paths(entries, "whiteout"), ["var/cache"]);
  assert.deepEqual(paths(entries, "opaque"), ["etc"]);
  assert.deepEqual(
    Array.from(entries.links, (link) => targetOf(entries, link)),
    ["/usr/lib", "usr/lib/libc.so"],
  );
  assert.deepEqual([entries.mode[1], entries.size[1], entries.size[2]], [0o755, 1, 1]);
});

test("createLayerWalk() passes over what aufs keeps for itself", () => {
  const { entries } = walk([
    file(".wh..wh.plnk/12.34", ""),
    file(".wh..wh.aufs", ""),
    { kind: "directory", path: ".wh..wh.orph" },
  ]);
  assert.equal(entries.count, 0);
});

test("createLayerWalk() takes any other name after two prefixes for a whiteout, and what is below it for files", () => {
  const { entries, faults } = walk([
    file("a/.wh..wh.aufs", ""),
    file("a/.wh..wh.b", ""),
    file(".wh..wh.c", ""),
    file("a/.wh..wh.plnk/d", ""),
    file(".wh..wh.plnk2/e", ""),
  ]);
  assert.deepEqual(faults, []);
  assert.deepEqual(paths(entries, "whiteout"), ["a/.wh.aufs", "a/.wh.b", ".wh.c"]);
  assert.deepEqual(paths(entries, "file"), ["a/.wh..wh.plnk/d", ".wh..wh.plnk2/e"]);
});

for (const [title, item, code] of [
  ["a path that leads out", file("../../etc/passwd", ""), "malformed"],
  ["dots in the middle", file("a/../b", ""), "malformed"],
  ["a whiteout of no name", file("a/.wh.", ""), "malformed"],
  ["a whiteout of the directory above", file("a/.wh...", ""), "malformed"],
  ["a path longer than the system's", file("a/".repeat(3000), ""), "limit-exceeded"],
  ["a hard link that leads out", { kind: "hardlink", path: "h", target: "../../etc/shadow" }, "malformed"],
] as const)
  test(`createLayerWalk() refuses ${title} and reads on`, () => {
    const { entries, faults, finds } = walk([item, file("after.txt", "here")]);
    assert.deepEqual(
      faults.map((fault) => fault.code),
      [code],
    );
    assert.deepEqual(paths(entries, "file"), ["after.txt"]);
    assert.equal(finds.count, 1);
  });

test("createLayerWalk() hands wanted files to their plugins, whatever the chunks", () => {
  const big = Buffer.concat([Buffer.from("big\n"), Buffer.alloc(50_000, 0x61)]);
  const archive = writeTar([
    file("a.txt", "first\nsecond"),
    file("no.bin", "z"),
    file("empty.txt", ""),
    file("d/big.txt", big),
  ]);
  for (const step of [64, 512, 1000, archive.length]) {
    const { finds, errors } = pushed(createLayerWalk({ extractors: [lines] }), archive, step);
    assert.deepEqual(errors, []);
    assert.deepEqual(
      Array.from(allFinds(finds), ({ plugin, entry, path, packages }) => [
        plugin,
        entry,
        path,
        packages[0]?.name,
      ]),
      [
        ["lines", 0, "a.txt", "first 12 12 fir"],
        ["lines", 2, "empty.txt", " 0 0 "],
        ["lines", 3, "d/big.txt", "big 50004 50004 big"],
      ],
    );
  }
});

test("createLayerWalk() spools what is too large for memory, and leaves nothing behind", () => {
  const place = scratch("spool");
  const before = process.env["SEAWORTHY_TMPDIR"];
  process.env["SEAWORTHY_TMPDIR"] = place;
  try {
    let seen: string[] = [];
    const reader: Extractor = {
      id: "reader",
      wants: ({ path }) => path.endsWith(".big"),
      extract({ bytes }) {
        seen = readdirSync(place);
        const text = (at: number, length: number): string => Buffer.from(bytes.read(at, length)).toString();
        const name = [
          bytes.size,
          text(0, 5),
          text(200_000, 5),
          text(299_998, 50),
          text(400_000, 5),
          bytes.read(10, 250_000).length,
        ].join(" ");
        return { packages: [{ type: "npm", name, version: "1", licences: [] }] };
      },
    };
    const content = Buffer.alloc(300_000, "abcdefghij");
    const layerWalk = createLayerWalk({ extractors: [reader], content: { memory: 1000, spool: 400_000 } });
    const { finds, errors } = pushed(
      layerWalk,
      writeTar([file("x.big", content), file("y.big", Buffer.alloc(400_001))]),
    );
    assert.equal([...allFinds(finds)][0]?.packages[0]?.name, "300000 abcde abcde ij  250000");
    assert.deepEqual(
      errors.map(({ path, code }) => [path, code]),
      [["y.big", "limit-exceeded"]],
    );
    assert.deepEqual([seen, readdirSync(place)], [[], []]);
  } finally {
    if (before === undefined) delete process.env["SEAWORTHY_TMPDIR"];
    else process.env["SEAWORTHY_TMPDIR"] = before;
  }
});

test("createLayerWalk() makes an error of a file that cannot be spooled", () => {
  const before = process.env["SEAWORTHY_TMPDIR"];
  process.env["SEAWORTHY_TMPDIR"] = join(scratch("spool"), "missing");
  try {
    const layerWalk = createLayerWalk({ extractors: [lines], content: { memory: 10, spool: 1000 } });
    const { finds, errors } = pushed(
      layerWalk,
      writeTar([file("a.txt", "x".repeat(100)), file("b.txt", "small")]),
    );
    assert.deepEqual(
      errors.map(({ path, code }) => [path, code]),
      [["a.txt", "disk-failed"]],
    );
    assert.deepEqual(
      Array.from(allFinds(finds), ({ path }) => path),
      ["b.txt"],
    );
  } finally {
    if (before === undefined) delete process.env["SEAWORTHY_TMPDIR"];
    else process.env["SEAWORTHY_TMPDIR"] = before;
  }
});

test("createLayerWalk() survives plugins that throw, in wants and in extract", () => {
  const thrower = (id: string, thrown: unknown): Extractor => ({
    id,
    wants: () => true,
    extract() {
      throw thrown;
    },
  });
  const asks: Extractor = {
    id: "asks",
    wants() {
      throw new RangeError("no");
    },
    extract: () => ({}),
  };
  const plugins = [
    thrower("coded", new SeaworthyError("malformed", "bad bytes")),
    thrower("text", "just text"),
    asks,
    lines,
  ];
  const { finds, errors } = walk([file("a.txt", "x")], plugins);
  assert.deepEqual(
    errors.map(({ plugin, path, code, message }) => [plugin, path, code, message]),
    [
      ["asks", "a.txt", "internal", "no"],
      ["coded", "a.txt", "malformed", "bad bytes"],
      ["text", "a.txt", "internal", "just text"],
    ],
  );
  assert.equal(finds.count, 1);
});

test("createLayerWalk() says of a wanted file that the layer breaks off inside it", () => {
  const archive = writeTar([file("a.txt", "x".repeat(2000)), file("b.txt", "y")]);
  const { errors, faults, entries } = pushed(
    createLayerWalk({ extractors: [lines] }),
    archive.subarray(0, 1500),
  );
  assert.deepEqual(
    errors.map(({ path, code }) => [path, code]),
    [["a.txt", "truncated"]],
  );
  assert.deepEqual(
    faults.map(({ code }) => code),
    ["truncated"],
  );
  assert.equal(entries.count, 1);
});

test("createLayerWalk() looks in a second pass only where it is told, under the names it is told", () => {
  const archive = writeTar([file("a.txt", "A"), file("plain", "B"), file("c.txt", "C")]);
  const targets = new Map([[1, ["linked/b.txt", "other.txt"]]]);
  const { finds } = pushed(createLayerWalk({ extractors: [lines], targets }), archive);
  assert.deepEqual(
    Array.from(allFinds(finds), ({ entry, path, packages }) => [entry, path, packages[0]?.name.slice(0, 1)]),
    [
      [1, "linked/b.txt", "B"],
      [1, "other.txt", "B"],
    ],
  );
});

test("createLayerWalk() bounds the errors it keeps", () => {
  const bad: Extractor = {
    id: "bad",
    wants: () => true,
    extract() {
      throw new SeaworthyError("malformed", "no");
    },
  };
  const { errors, faults } = walk(
    Array.from({ length: 10_050 }, (_, n) => file(`f${n}`, "")),
    [bad],
  );
  assert.equal(errors.length, 10_000);
  assert.deepEqual(
    faults.map(({ code, message }) => [code, message]),
    [["limit-exceeded", "read layer: 50 more errors than are kept"]],
  );
});

for (const [raw, path] of [
  ["./a/b", "a/b"],
  ["/a/b/", "a/b"],
  ["a//b/./c", "a/b/c"],
  [".", ""],
  ["./", ""],
  ["/", ""],
  ["", ""],
  ["...", "..."],
  [".hidden/..x", ".hidden/..x"],
  ["a/..", undefined],
  ["..", undefined],
  ["../a", undefined],
] as const)
  test(`normalisePath() of "${raw}" is ${path === undefined ? "refused" : `"${path}"`}`, () => {
    assert.equal(normalisePath(raw), path);
  });

const elf = (type: number, interpreter: boolean): Buffer => {
  const head = Buffer.alloc(512);
  head.write("\x7fELF\x02\x01\x01");
  head.writeUInt16LE(type, 16);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(3, 56);
  head.writeUInt32LE(6, 64);
  head.writeUInt32LE(interpreter ? 3 : 1, 64 + 56);
  return head;
};
const pe = (dll: boolean): Buffer => {
  const head = Buffer.alloc(512);
  head.write("MZ");
  head.writeUInt32LE(128, 60);
  head.write("PE\0\0", 128);
  head.writeUInt16LE(dll ? 0x2022 : 0x22, 128 + 22);
  return head;
};
const mach = (type: number): Buffer => {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(0xfeedfacf, 0);
  head.writeUInt32LE(type, 12);
  return head;
};
for (const [title, path, mode, head, kind] of [
  ["ELF EXEC without an execute bit", "app", 0o644, elf(2, false), "elf"],
  ["position-independent ELF program", "bin/ls", 0o644, elf(3, true), "elf"],
  ["static PIE with an execute bit", "app", 0o755, elf(3, false), "elf"],
  ["shared library with an execute bit", "lib/libc.so.6", 0o755, elf(3, false), undefined],
  ["libc itself, which has an interpreter", "lib/libc.so.6", 0o755, elf(3, true), undefined],
  ["shared object without an execute bit", "mod", 0o644, elf(3, false), undefined],
  ["relocatable object", "a.o", 0o755, elf(1, false), undefined],
  ["core dump", "core", 0o755, elf(4, false), undefined],
  ["ELF cut short", "x", 0o755, elf(2, false).subarray(0, 20), undefined],
  ["PE program", "a.exe", 0o644, pe(false), "pe"],
  ["PE library", "a.dll", 0o644, pe(true), undefined],
  ["DOS stub only", "a.com", 0o755, Buffer.from("MZ"), undefined],
  ["Mach-O program", "a", 0o644, mach(2), "macho"],
  ["Mach-O library", "a.dylib", 0o644, mach(6), undefined],
  [
    "Java class",
    "A.class",
    0o755,
    Buffer.concat([Buffer.from("cafebabe00000034", "hex"), Buffer.alloc(20)]),
    undefined,
  ],
  ["script with an execute bit", "run.sh", 0o755, Buffer.from("#!/bin/sh\n"), "script"],
  ["script without", "lib.sh", 0o644, Buffer.from("#!/bin/sh\n"), undefined],
  ["nothing", "empty", 0o755, Buffer.alloc(0), undefined],
] as const)
  test(`executableKind() of ${title}`, () => {
    assert.equal(executableKind({ path, mode, size: head.length, head }), kind);
  });
