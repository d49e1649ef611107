import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { entryKinds } from "../core/layer.ts";
import type { Extractor } from "../core/plugin.ts";
import { allFinds } from "./find-pack.ts";
import { walkDirectory } from "./walk-directory.ts";
import { entryPath } from "./walk-entries.ts";

const texts: Extractor = {
  id: "texts",
  wants: ({ path }) => path.endsWith(".txt"),
  extract: ({ bytes }) => ({
    packages: [{ type: "npm", name: Buffer.from(bytes.read(0, 100)).toString(), version: "1", licences: [] }],
  }),
};

test("walkDirectory() reads a root file system sorted, follows no link and opens no device", {
  skip: needs("mkfifo"),
}, async () => {
  const root = scratch("root");
  const outside = scratch("outside");
  writeFileSync(join(outside, "secret.txt"), "outside");
  mkdirSync(join(root, "usr/bin"), { recursive: true });
  mkdirSync(join(root, "proc"));
  writeFileSync(join(root, "proc/kept.txt"), "not the machine's own proc");
  writeFileSync(join(root, "usr/b.txt"), "B");
  writeFileSync(join(root, "usr/a.txt"), "A");
  writeFileSync(join(root, "usr/bin/run"), "#!/bin/sh\n", { mode: 0o755 });
  symlinkSync(outside, join(root, "away"));
  symlinkSync(join(outside, "secret.txt"), join(root, "secret.txt"));
  symlinkSync("..", join(root, "usr/ring"));
  await tool("mkfifo", [join(root, "pipe.txt")]);
  const { entries, finds, errors, faults, executables, bytes } = walkDirectory(root, { extractors: [texts] });
  assert.deepEqual([errors, faults], [[], []]);
  const all = Array.from({ length: entries.count }, (_, index) => index);
  const names = Object.entries(entryKinds);
  assert.deepEqual(
    all.map((index) => [
      entryPath(entries, index),
      names.find(([, kind]) => kind === entries.kind[index])?.[0],
    ]),
    [
      ["away", "symlink"],
      ["pipe.txt", "other"],
      ["proc", "directory"],
      ["secret.txt", "symlink"],
      ["usr", "directory"],
      ["proc/kept.txt", "file"],
      ["usr/a.txt", "file"],
      ["usr/b.txt", "file"],
      ["usr/bin", "directory"],
      ["usr/ring", "symlink"],
      ["usr/bin/run", "file"],
    ],
  );
  assert.deepEqual(
    Array.from(allFinds(finds), ({ path, packages }) => [path, packages[0]?.name]),
    [
      ["proc/kept.txt", "not the machine's own proc"],
      ["usr/a.txt", "A"],
      ["usr/b.txt", "B"],
    ],
  );
  assert.deepEqual(
    executables.map(({ kind }) => kind),
    ["script"],
  );
  assert.equal(bytes, 38);
});

test("walkDirectory() says what it may not read", {
  skip: process.getuid?.() === 0 ? "root may read all" : false,
}, () => {
  const root = scratch("root");
  writeFileSync(join(root, "a.txt"), "A", { mode: 0 });
  writeFileSync(join(root, "b.bin"), "B", { mode: 0 });
  mkdirSync(join(root, "closed"));
  chmodSync(join(root, "closed"), 0);
  const { errors, faults } = walkDirectory(root, { extractors: [texts] });
  assert.deepEqual(
    errors.map(({ plugin, path }) => [plugin, path]),
    [
      ["texts", "a.txt"],
      ["walk", "b.bin"],
    ],
  );
  assert.deepEqual(
    faults.map(({ code }) => code),
    ["layer-unreadable"],
  );
});

test("walkDirectory() tells a missing root and stops at its limit of entries", () => {
  const missing = walkDirectory(join(scratch("root"), "none"), { extractors: [] });
  assert.deepEqual(
    missing.faults.map(({ code }) => code),
    ["layer-unreadable"],
  );
  const root = scratch("root");
  for (let n = 0; n < 5; n += 1) writeFileSync(join(root, `${n}`), "");
  const { faults, entries } = walkDirectory(root, { extractors: [], entries: 3 });
  assert.deepEqual([faults.map(({ code }) => code), entries.count], [["limit-exceeded"], 3]);
});
