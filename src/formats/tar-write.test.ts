import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { needs } from "../../tests/support/needs.ts";
import { createTarReader } from "./tar.ts";
import { type TarItem, writeTar } from "./tar-write.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const long = (length: number) => `${"d/".repeat(40)}${"n".repeat(length)}`;

const items: readonly TarItem[] = [
  { kind: "directory", path: "etc" },
  { kind: "file", path: "etc/empty", data: bytes("") },
  { kind: "file", path: "bin/tool", data: bytes("#!/bin/sh\n"), mode: 0o755 },
  { kind: "file", path: "a".repeat(100), data: bytes("x".repeat(512)) },
  { kind: "file", path: long(21), data: bytes("101") },
  { kind: "file", path: long(900), data: bytes("x".repeat(513)) },
  { kind: "file", path: "ünï/ço∂é", data: bytes("utf-8") },
  { kind: "symlink", path: "lib", target: "usr/lib" },
  { kind: "symlink", path: "far", target: long(300) },
  { kind: "hardlink", path: "bin/other", target: "bin/tool" },
];

test("writeTar() is read back by our reader entry by entry", () => {
  const seen: unknown[] = [];
  const reader = createTarReader({
    entry: ({ path, kind, size, linkTarget }) => {
      seen.push([kind, path.replace(/\/$/u, ""), size, linkTarget]);
      return undefined;
    },
  });
  reader.push(writeTar(items));
  reader.end();
  const expected = items.map((item) => [
    item.kind,
    item.path,
    item.kind === "file" ? item.data.length : 0,
    "target" in item ? item.target : "",
  ]);
  assert.deepEqual(seen, expected);
});

test("writeTar() is read by GNU tar without complaint", { skip: needs("tar") }, () => {
  const listed = execFileSync("tar", ["-t", "--quoting-style=literal"], {
    input: writeTar(items),
    encoding: "utf8",
  });
  assert.deepEqual(
    listed.trimEnd().split("\n"),
    items.map(({ kind, path }) => (kind === "directory" ? `${path}/` : path)),
  );
});

// Every length around the point where the record's own length gains a digit.
test("writeTar() counts PAX records right for every length of name", () => {
  for (let length = 90; length < 1_100; length++) {
    const paths: string[] = [];
    const reader = createTarReader({ entry: ({ path }) => void paths.push(path) });
    reader.push(writeTar([{ kind: "file", path: "p".repeat(length), data: bytes("") }]));
    assert.deepEqual(paths, ["p".repeat(length)]);
  }
});

test("writeTar() writes the same bytes for the same items", () => {
  assert.deepEqual(writeTar(items), writeTar(items));
});
