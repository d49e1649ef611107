import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../../tests/support/distro-files.ts";
import { accessBytes } from "./random-access.ts";
import { findProgramText } from "./text-search.ts";

const header = program("x").data;
const version = /version (\d\.\d)/;
const chunk = 2 ** 20;

const rows: readonly (readonly [why: string, content: Uint8Array, found: string | undefined])[] = [
  ["a text", Buffer.concat([header, Buffer.from("a version 1.2")]), "1.2"],
  ["the first of two", Buffer.concat([header, Buffer.from("version 1.2 version 3.4")]), "1.2"],
  ["none", header, undefined],
  [
    "a text across two chunks",
    Buffer.concat([header, Buffer.alloc(chunk - header.length - 4), Buffer.from("version 5.6")]),
    "5.6",
  ],
  ["no ELF", Buffer.from("version 1.2"), undefined],
  ["no bytes", new Uint8Array(0), undefined],
  ["half a header", header.subarray(0, 20), undefined],
  ["sections that lie outside of the file", lying(), "1.2"],
];
for (const [why, content, found] of rows)
  test(`findProgramText() finds ${found ?? "nothing"} in ${why}`, () => {
    assert.equal(findProgramText(accessBytes(content), version), found);
  });

// e_shoff beyond the end, e_shnum 65535.
function lying(): Uint8Array {
  const bytes = Buffer.concat([header, Buffer.from("version 1.2")]);
  bytes.writeBigUInt64LE(2n ** 40n, 40);
  bytes.writeUInt16LE(64, 58);
  bytes.writeUInt16LE(65_535, 60);
  return bytes;
}
