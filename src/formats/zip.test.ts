import assert from "node:assert/strict";
import { test } from "node:test";
import { promisify } from "node:util";
import * as yauzl from "yauzl";
import { makeZip, type ZipItem, type ZipPlan } from "../../tests/support/zip.ts";
import { codeOf } from "../core/errors.ts";
import { accessBytes, utf8 } from "./random-access.ts";
import { findEntry, openZip, readEntry } from "./zip.ts";
import { findDirectory } from "./zip-directory.ts";

const items: readonly ZipItem[] = [
  { name: "a.txt", data: "hello" },
  { name: "d/", data: "", stored: true },
  { name: "d/stored.txt", data: "as it is", stored: true },
  { name: "d/ünï.txt", data: "x".repeat(100_000) },
];

const plans: Readonly<Record<string, ZipPlan>> = {
  plain: {},
  zip64: { zip64: true },
  "bytes before it": { prefix: Buffer.from("#!/bin/sh\nexec java -jar $0\n") },
  "bytes before it that it counts": { prefix: Buffer.from("MZ........"), countPrefix: true },
  "zip64 and bytes before it": { zip64: true, prefix: Buffer.from("#!/bin/sh\n") },
  "longest comment": { comment: "c".repeat(65_535) },
  "a signature in its comment": { comment: `PK\x05\x06${"\0".repeat(40)}PK\x05\x06 end` },
};

function readOurs(archive: Uint8Array): ReadonlyMap<string, string> {
  const zip = openZip(accessBytes(archive));
  const found = [...zip.entries()].map(
    (entry) => [entry.name, utf8(readEntry(zip, entry, 2 ** 20).read(0, 2 ** 20))] as const,
  );
  return new Map(found);
}

async function readYauzl(archive: Buffer): Promise<ReadonlyMap<string, string>> {
  const zip = await promisify<Buffer, yauzl.ZipFile>((buffer, done) => yauzl.fromBuffer(buffer, {}, done))(
    archive,
  );
  const found = new Map<string, string>();
  const names: Promise<void>[] = [];
  await new Promise<void>((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", resolve);
    zip.on("entry", (entry: yauzl.Entry) => {
      names.push(content(zip, entry).then((text) => void found.set(entry.fileName, text)));
    });
  });
  await Promise.all(names);
  return found;
}

function content(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<string> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error !== null) {
        reject(error);
        return;
      }
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => resolve(Buffer.concat(parts).toString()));
      stream.on("error", reject);
    });
  });
}

for (const [name, plan] of Object.entries(plans))
  test(`openZip() reads an archive: ${name}`, async () => {
    const archive = makeZip(items, plan);
    const ours = readOurs(archive);
    assert.deepEqual(
      [...ours],
      items.map((item) => [item.name, String(item.data)]),
    );
    // yauzl takes no bytes before an archive that its offsets do not count, and looks for no other end.
    if (plan.prefix === undefined || plan.countPrefix === true)
      if (name !== "a signature in its comment") assert.deepEqual(ours, await readYauzl(archive));
  });

test("openZip() reads archives with bytes after them and with nothing in them", () => {
  const archive = Buffer.concat([makeZip(items), Buffer.from("trailing bytes")]);
  assert.equal(readOurs(archive).get("a.txt"), "hello");
  assert.deepEqual([...openZip(accessBytes(makeZip([]))).entries()], []);
});

test("openZip() reads 70,000 entries, counted with and without zip64", () => {
  const many = Array.from({ length: 70_000 }, (_, index) => ({ name: `f${index}`, data: "", stored: true }));
  for (const zip64 of [true, false]) {
    const zip = openZip(accessBytes(makeZip(many, { zip64 })));
    let last = "";
    for (const entry of zip.entries()) last = entry.name;
    assert.equal(last, "f69999");
  }
});

test("findEntry() answers the last of equal names", () => {
  const zip = openZip(
    accessBytes(
      makeZip([
        { name: "a", data: "1" },
        { name: "a", data: "2" },
      ]),
    ),
  );
  const entry = findEntry(zip, "a");
  assert.ok(entry !== undefined);
  assert.equal(utf8(readEntry(zip, entry, 10).read(0, 10)), "2");
  assert.equal(findEntry(zip, "b"), undefined);
});

test("readEntry() answers a stored entry without a copy", () => {
  const archive = makeZip([{ name: "a", data: "stored", stored: true }]);
  const zip = openZip(accessBytes(archive));
  const [entry] = [...zip.entries()];
  assert.ok(entry !== undefined);
  assert.equal(readEntry(zip, entry, 100).read(0, 6).buffer, archive.buffer);
});

const lies: readonly (readonly [what: string, item: ZipItem, code: string])[] = [
  ["encrypted", { name: "a", data: "x", flags: 1 }, "unsupported"],
  ["strongly encrypted", { name: "a", data: "x", flags: 0x40 }, "unsupported"],
  ["another method", { name: "a", data: "x", method: 93 }, "unsupported"],
  ["above the limit", { name: "a", data: "x".repeat(2000) }, "limit-exceeded"],
  ["a bomb that claims little", { name: "a", data: "x".repeat(100_000), size: 10 }, "malformed"],
  ["claims more than deflate can hold", { name: "a", data: "x", size: 900_000 }, "limit-exceeded"],
  ["claims a little more", { name: "a", data: "x", size: 900 }, "malformed"],
  ["wrong checksum", { name: "a", data: "x", crc: 1 }, "malformed"],
  ["placed past the end", { name: "a", data: "x", offset: 0xffff_0000 }, "malformed"],
  ["placed on something else", { name: "a", data: "x", offset: 1 }, "malformed"],
  ["compressed past the end", { name: "a", data: "x", compressedSize: 60_000 }, "malformed"],
  ["compressed past the limit", { name: "a", data: "x", compressedSize: 0x7fff_ffff }, "malformed"],
  ["stored in two sizes", { name: "a", data: "xyz", stored: true, size: 1 }, "malformed"],
  ["no deflate stream", { name: "a", data: "xyz", stored: true, method: 8, compressedSize: 2 }, "malformed"],
];

for (const [what, item, code] of lies)
  test(`readEntry() refuses an entry: ${what}`, () => {
    const zip = openZip(accessBytes(makeZip([item])));
    const [entry] = [...zip.entries()];
    assert.ok(entry !== undefined);
    assert.throws(() => readEntry(zip, entry, 1000), { code });
  });

test("openZip() refuses every archive that is cut off, without another error", () => {
  for (const plan of [{}, { zip64: true }]) {
    const archive = makeZip(items.slice(0, 3), plan);
    for (let length = 0; length < archive.length; length += 1)
      assert.throws(() => readOurs(archive.subarray(0, length)), { code: "malformed" }, `${length} bytes`);
  }
});

test("openZip() answers or refuses when any byte is another, in bounded work", () => {
  const archive = makeZip(items.slice(0, 3), { zip64: true });
  for (let at = 0; at < archive.length; at += 1) {
    for (const value of [0, 0x7f, 0xff]) {
      const damaged = Buffer.from(archive);
      damaged[at] = value;
      try {
        readOurs(damaged);
      } catch (thrown) {
        assert.match(codeOf(thrown), /^(malformed|unsupported|limit-exceeded)$/);
      }
    }
  }
});

test("openZip() refuses directories that count wrong, hold garbage or are in parts", () => {
  const zip = (plan: ZipPlan): void => void [...openZip(accessBytes(makeZip(items, plan))).entries()];
  assert.throws(() => zip({ count: 3 }), { code: "malformed", message: /counts 3 entries and holds 4/ });
  assert.throws(() => openZip(accessBytes(Buffer.from("PK\x05\x06".repeat(20_000)))), { code: "malformed" });
  assert.throws(() => openZip(accessBytes(Buffer.alloc(200_000))), { code: "malformed" });
  const parts = makeZip(items);
  parts.writeUInt16LE(3, parts.length - 22 + 4);
  assert.throws(() => openZip(accessBytes(parts)), { code: "unsupported" });
});

test("findDirectory() tells bytes before the archive that its offsets do not count", () => {
  const prefix = Buffer.from("12345");
  assert.equal(findDirectory(accessBytes(makeZip(items, { prefix }))).prefix, 5);
  assert.equal(findDirectory(accessBytes(makeZip(items, { prefix, countPrefix: true }))).prefix, 0);
});
