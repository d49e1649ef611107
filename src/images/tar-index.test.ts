import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../../tests/support/needs.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { codeOf } from "../core/errors.ts";
import { type TarItem, writeTar } from "../formats/tar-write.ts";
import { type ByteCursor, fileCursor, streamCursor } from "./byte-cursor.ts";
import { indexTar, type TarIndex } from "./tar-index.ts";

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function indexBytes(bytes: Uint8Array, size = 700): Promise<TarIndex> {
  return indexTar(streamCursor(chunks(bytes, size)));
}

function text(bytes: Uint8Array, index: TarIndex, path: string): string | undefined {
  const member = index.find(path);
  return member && Buffer.from(bytes.subarray(member.offset, member.offset + member.size)).toString();
}

const data = (content: string): Uint8Array => Buffer.from(content);
const items: readonly TarItem[] = [
  { kind: "directory", path: "d" },
  { kind: "file", path: "d/a", data: data("one") },
  { kind: "symlink", path: "d/b", target: "../d/a" },
  { kind: "symlink", path: "e", target: "d/b" },
  { kind: "hardlink", path: "h", target: "d/a" },
  { kind: "symlink", path: "out", target: "../../etc/passwd" },
  { kind: "symlink", path: "loop", target: "loop" },
  { kind: "file", path: `${"n".repeat(90)}/${"m".repeat(120)}`, data: data("long") },
  { kind: "file", path: "./d//a", data: data("two") },
  { kind: "file", path: "empty", data: data("") },
];

test("indexTar() finds members, through links, the last of a name", async () => {
  const bytes = writeTar(items);
  for (const size of [1, 511, 512, 1 << 20]) {
    const index = await indexBytes(bytes, size);
    const found = ["d/a", "/d/b", "e", "h", `${"n".repeat(90)}/${"m".repeat(120)}`, "empty"];
    assert.deepEqual(
      found.map((path) => text(bytes, index, path)),
      ["two", "two", "two", "two", "long", ""],
    );
    for (const path of ["out", "loop", "d", "x", "../d/a", ""])
      assert.equal(index.find(path), undefined, path);
  }
});

test("indexTar() reads what GNU tar and bsdtar write", { skip: needs("tar", "bsdtar") }, async () => {
  const dir = scratch("tar");
  const long = `${"x".repeat(120)}/${"y".repeat(200)}`;
  mkdirSync(join(dir, "in", long), { recursive: true });
  writeFileSync(join(dir, "in", long, "file"), "deep");
  writeFileSync(join(dir, "in/plain"), "p".repeat(1000));
  symlinkSync(`${long}/file`, join(dir, "in/soft"));
  linkSync(join(dir, "in/plain"), join(dir, "in/hard"));
  const out = join(dir, "out.tar");
  for (const [program, format] of [
    ["tar", "gnu"],
    ["tar", "pax"],
    ["bsdtar", "pax"],
    ["bsdtar", "gnutar"],
  ] as const) {
    execFileSync(program, [`--format=${format}`, "-cf", out, "-C", join(dir, "in"), "."]);
    const cursor = await fileCursor(out);
    const index = await indexTar(cursor);
    await cursor.close();
    const bytes = readFileSync(out);
    assert.equal(text(bytes, index, `${long}/file`), "deep", `${program} ${format}`);
    assert.equal(text(bytes, index, "soft"), "deep", `${program} ${format}`);
    assert.equal(text(bytes, index, "hard"), "p".repeat(1000));
    assert.equal(text(bytes, index, "plain"), "p".repeat(1000));
  }
});

test("indexTar() of a file reads headers only", async () => {
  const path = join(scratch("tar"), "big.tar");
  writeFileSync(path, writeTar([{ kind: "file", path: "big", data: Buffer.alloc(50 << 20) }, ...items]));
  const cursor = await fileCursor(path);
  let taken = 0;
  const counting: ByteCursor = {
    ...cursor,
    get position() {
      return cursor.position;
    },
    async take(length) {
      taken += length;
      return cursor.take(length);
    },
  };
  assert.equal((await indexTar(counting)).find("d/a")?.size, 3);
  await cursor.close();
  assert.ok(taken < 20_000, `${taken} bytes`);
});

test("indexTar() tells an archive that breaks off at any byte from a whole one", async () => {
  const bytes = writeTar(items.filter(({ path }) => path.length < 50));
  const end = bytes.length - 1024;
  for (let cut = 1; cut < end; cut += 37) {
    const codes = await indexBytes(bytes.subarray(0, cut)).then(
      () => "read",
      (thrown) => codeOf(thrown),
    );
    // Between members nothing tells that more was to come; the padding of the last may be missing.
    assert.ok(["truncated", "image-invalid", "read"].includes(codes), `${cut}: ${codes}`);
    if (cut % 512 !== 0 && cut < 512) assert.equal(codes, "image-invalid");
  }
  assert.equal(text(bytes, await indexBytes(bytes.subarray(0, end)), "d/a"), "two");
});

const header = (change: (block: Buffer) => void): Uint8Array => {
  const block = Buffer.from(writeTar([{ kind: "file", path: "a", data: data("x") }]));
  change(block);
  block.write("        ", 148);
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
};
const hostile: readonly [what: string, bytes: Uint8Array, code: string][] = [
  ["nothing", new Uint8Array(), "image-invalid"],
  ["text", Buffer.from("hello ".repeat(500)), "image-invalid"],
  ["a size beyond the end", header((block) => block.write("77777777777\0", 124)), "truncated"],
  ["a negative size", header((block) => block.fill(0xff, 124, 136)), "image-invalid"],
  ["a size of 2^80", header((block) => block.fill(0x7f, 125, 136).fill(0x80, 124, 125)), "image-invalid"],
  [
    "a long name of 8 GiB",
    header((block) => block.write("L", 156).toString() && block.write("77777777777\0", 124)),
    "limit-exceeded",
  ],
  ["a PAX header that breaks off", header((block) => block.write("x", 156)), "malformed"],
  ["a member after the end", Buffer.concat([writeTar([]).subarray(512), writeTar(items)]), "malformed"],
];
for (const [what, bytes, code] of hostile)
  test(`indexTar() refuses ${what}`, () =>
    assert.rejects(indexBytes(bytes), (thrown) => codeOf(thrown) === code));

test("indexTar() refuses more members than any archive of images has", async () => {
  const one = Buffer.alloc(1 << 20, writeTar([{ kind: "file", path: "a", data: data("") }]).subarray(0, 512));
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield one;
  }
  await assert.rejects(indexTar(streamCursor(endless())), (thrown) => codeOf(thrown) === "limit-exceeded");
});
