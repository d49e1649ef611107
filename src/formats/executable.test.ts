import assert from "node:assert/strict";
import { test } from "node:test";
import { foundFile } from "../../tests/support/extract.ts";
import { onPath } from "../../tests/support/needs.ts";
import {
  baseAddress,
  firstContent,
  makeElf,
  makeFat,
  makeMachO,
  makePe,
} from "../../tests/support/programs.ts";
import { tool } from "../../tests/support/scratch.ts";
import { isElf, readElf } from "./elf.ts";
import { isProgram, readPrograms } from "./executable.ts";
import { openFileAccess } from "./file-access.ts";
import { isMachO, readMachO } from "./macho.ts";
import { isPe, readPe } from "./pe.ts";
import { findSection, fixedText, type ProgramImage, readMapped } from "./program-image.ts";
import { accessBytes, utf8 } from "./random-access.ts";

const section = { name: ".dep-v0", bytes: Buffer.from("content"), data: true };
const other = { name: ".text", bytes: Buffer.alloc(5000, 1) };

const files: Readonly<Record<string, Uint8Array>> = {
  "ELF 64 little-endian": makeElf([other, section]),
  "ELF 64 big-endian": makeElf([other, section], { littleEndian: false }),
  "ELF 32 little-endian": makeElf([other, section], { wide: false }),
  "ELF 32 big-endian": makeElf([other, section], { wide: false, littleEndian: false }),
  "PE32+": makePe(section),
  PE32: makePe(section, false),
  "Mach-O 64": makeMachO(section),
  "Mach-O 32": makeMachO(section, { wide: false }),
  "Mach-O 64 big-endian": makeMachO(section, { littleEndian: false }),
  "Mach-O 32 big-endian": makeMachO(section, { wide: false, littleEndian: false }),
  universal: makeFat([makeMachO({ ...section, name: "__x" }), makeMachO(section)]),
};

function contentOf(images: readonly ProgramImage[]): string | undefined {
  for (const image of images) {
    const found = findSection(image, ".dep-v0");
    if (found !== undefined) return utf8(image.access.read(found.offset, found.size));
  }
  return undefined;
}

for (const [name, bytes] of Object.entries(files))
  test(`readPrograms() finds a section and its segment: ${name}`, () => {
    const images = readPrograms(accessBytes(bytes));
    assert.equal(contentOf(images), "content");
    const image = images.at(-1);
    assert.ok(image !== undefined);
    const segment = image.segments.find(({ data }) => data);
    assert.ok(segment !== undefined);
    assert.equal(utf8(readMapped(image, segment.address, 99)), "content");
    assert.equal(utf8(readMapped(image, segment.address + 3, 2)), "te");
    assert.equal(readMapped(image, segment.address + 99, 1).length, 0);
    assert.equal(readMapped(image, -1, 1).length, 0);
  });

test("readPrograms() answers every program of a universal file", () => {
  assert.equal(readPrograms(accessBytes(files["universal"] ?? Buffer.alloc(0))).length, 2);
});

for (const [name, bytes] of Object.entries(files))
  test(`readPrograms() does not throw for any cut of a file or any byte of its headers: ${name}`, () => {
    for (let length = 0; length < Math.min(bytes.length, 700); length += 1)
      readPrograms(accessBytes(bytes.subarray(0, length)));
    const headers = [...Array(400).keys(), ...Array.from({ length: 300 }, (_, at) => bytes.length - 1 - at)];
    for (const at of headers) {
      const damaged = Buffer.from(bytes);
      for (const value of [0, 0x80, 0xff]) {
        damaged[at] = value;
        const images = readPrograms(accessBytes(damaged));
        for (const image of images)
          for (const found of image.sections) image.access.read(found.offset, found.size);
      }
    }
  });

test("readElf() is bounded for a section table that claims 4 billion entries", () => {
  const bytes = Buffer.concat([makeElf([section]), Buffer.alloc(8 * 2 ** 20)]);
  const table = Number(bytes.readBigUInt64LE(40));
  bytes.writeUInt16LE(0, 60);
  bytes.writeBigUInt64LE(0xffff_ffffn, table + 32);
  const image = readElf(accessBytes(bytes));
  assert.ok(image !== undefined && image.sections.length <= 65_536);
  assert.ok(findSection(image, ".dep-v0") !== undefined);
});

test("readElf() takes counts that do not fit from section 0", () => {
  const bytes = makeElf([section]);
  const table = Number(bytes.readBigUInt64LE(40));
  bytes.writeBigUInt64LE(BigInt(bytes.readUInt16LE(60)), table + 32);
  bytes.writeUInt32LE(bytes.readUInt16LE(62), table + 40);
  bytes.writeUInt16LE(0, 60);
  bytes.writeUInt16LE(0xffff, 62);
  assert.equal(contentOf([readElf(accessBytes(bytes))].filter((one) => one !== undefined)), "content");
});

test("readMachO() ends at load commands of no length and does not follow universal files into one another", () => {
  const endless = makeMachO(section);
  endless.writeUInt32LE(0, 36);
  assert.deepEqual(readMachO(accessBytes(endless))[0]?.sections, []);
  assert.deepEqual(readMachO(accessBytes(makeFat([makeFat([makeMachO(section)])]))), []);
});

test("the formats know each other apart by the first bytes", () => {
  const head = (name: string): Uint8Array => (files[name] ?? Buffer.alloc(0)).subarray(0, 512);
  assert.deepEqual(
    [isElf(head("ELF 32 big-endian")), isPe(head("PE32")), isMachO(head("universal"))],
    [true, true, true],
  );
  const object = makeElf([]);
  object.writeUInt16LE(1, 16);
  assert.equal(isElf(object), false, "an object file");
  const java = Buffer.from("cafebabe00000041", "hex");
  assert.equal(isMachO(java), false, "a Java class");
  for (const text of ["", "\x7f", "M", "#!/bin/sh", "\x7fELF"])
    assert.equal(isProgram(foundFile("bin/x", text, 0o755)), false, text);
  assert.equal(readPe(accessBytes(Buffer.from(`MZ${"\0".repeat(200)}`))), undefined);
});

const candidates: readonly (readonly [path: string, mode: number, wanted: boolean])[] = [
  ["usr/bin/x", 0o755, true],
  ["app/x", 0o644, true],
  ["usr/lib/libx.so.1.2", 0o755, true],
  ["usr/lib/libx.so.1.2", 0o644, false],
  ["usr/lib/libx.so", 0o644, false],
  ["app/x.exe", 0o644, true],
  ["app/x.dll", 0o644, false],
];

for (const [path, mode, wanted] of candidates)
  test(`isProgram() is ${wanted} for an ELF file at ${path} with mode ${mode.toString(8)}`, () => {
    assert.equal(isProgram(foundFile(path, makeElf([section]), mode)), wanted);
  });

test("fixedText() ends at NUL", () => {
  assert.equal(fixedText(Buffer.from("ab\0c")), "ab");
  assert.equal(fixedText(Buffer.from("abcd")), "abcd");
});

test("readElf() names the sections that readelf names", {
  skip: onPath("readelf") ? false : "needs readelf",
}, async () => {
  const listed = await tool("readelf", ["-SW", process.execPath]);
  const wanted = [...listed.matchAll(/^ {2}\[ *\d+\] (\S+) +[A-Z_0-9]+ +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+)/gm)]
    .filter(([line]) => !line.includes("NOBITS"))
    .map(([, name, offset, size]) => [
      name,
      Number.parseInt(offset ?? "", 16),
      Number.parseInt(size ?? "", 16),
    ]);
  const access = openFileAccess(process.execPath);
  try {
    const sections = readElf(access)?.sections ?? [];
    assert.ok(wanted.length > 20);
    assert.deepEqual(
      sections.filter(({ name }) => name !== "").map(({ name, offset, size }) => [name, offset, size]),
      wanted,
    );
  } finally {
    access.close();
  }
});

test("a made ELF file maps its first section at a known address", () => {
  const image = readElf(accessBytes(makeElf([section])));
  assert.equal(image?.segments[0]?.address, baseAddress + firstContent);
});
