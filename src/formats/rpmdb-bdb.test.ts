import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { garbage, mutations, readHostile, truncations } from "../../tests/support/hostile.ts";
import { needs } from "../../tests/support/needs.ts";
import { berkeleyDump } from "../../tests/support/rpm-write.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { accessBytes } from "./random-access.ts";
import { berkeleyHeaders, isBerkeleyHash } from "./rpmdb-bdb.ts";

const skip = needs("db_load");

async function load(
  headers: readonly Uint8Array[],
  options: { readonly pageSize?: number; readonly order?: 1234 | 4321 } = {},
): Promise<Buffer> {
  const directory = scratch("bdb");
  writeFileSync(join(directory, "dump"), berkeleyDump(headers, options));
  await tool("db_load", ["-f", "dump", "Packages"], { cwd: directory });
  return readFileSync(join(directory, "Packages"));
}

/** Headers as hex, sorted (a hash has its own order), and messages of damage. */
function read(bytes: Uint8Array): readonly string[] {
  return [...berkeleyHeaders(accessBytes(bytes))]
    .map((stored) =>
      stored.kind === "header" ? Buffer.from(stored.bytes).toString("hex") : stored.error.message,
    )
    .sort();
}

const sizes = [1, 5, 100, 400, 486, 487, 1000, 4070, 5000, 70_000];
const headers = Array.from({ length: 400 }, (_, index) =>
  Buffer.alloc(index + (sizes[index % sizes.length] ?? 0), index % 255),
);
const hex = headers.map((header) => header.toString("hex")).sort();

for (const pageSize of [512, 4096, 65_536])
  for (const order of [1234, 4321] as const)
    test(`berkeleyHeaders() reads pages of ${pageSize} bytes in order ${order}`, { skip }, async () => {
      const bytes = await load(headers, { pageSize, order });
      assert.equal(isBerkeleyHash(bytes), true);
      assert.deepEqual(read(bytes), hex);
    });

test("berkeleyHeaders() reads a hash with nothing but its counter", { skip }, async () => {
  assert.deepEqual(read(await load([])), []);
});

test("berkeleyHeaders() refuses what is no hash", () => {
  for (const bytes of garbage) {
    assert.equal(isBerkeleyHash(bytes), false);
    assert.throws(() => read(bytes), { code: "malformed" });
  }
});

test("berkeleyHeaders() refuses encryption, check sums, odd versions and page sizes", { skip }, async () => {
  const bytes = await load([Buffer.alloc(10)]);
  const patched = (at: number, value: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy.writeUInt32LE(value, at);
    return copy;
  };
  const meta = bytes.readUInt32LE(24);
  assert.throws(() => read(patched(24, meta | 1)), { code: "unsupported" });
  assert.throws(() => read(patched(24, meta | 0x10000)), { code: "unsupported" });
  assert.throws(() => read(patched(16, 7)), { code: "unsupported" });
  for (const size of [0, 511, 1000, 2 ** 17, 2 ** 31])
    assert.throws(() => read(patched(20, size)), { code: "malformed" });
  assert.throws(() => read(patched(72, 0xffff_ffff)), { code: "malformed", message: /4294967296 buckets/ });
});

test("berkeleyHeaders() gives what a cut or cyclic file still holds", { skip }, async () => {
  const bytes = await load(headers.slice(0, 40), { pageSize: 512 });
  const half = read(bytes.subarray(0, bytes.length / 2));
  assert.ok(half.some((each) => /whole pages of/.test(each)));
  assert.ok(half.some((each) => hex.includes(each)));
  assert.ok(half.some((each) => /not there/.test(each)));
  // Every overflow page becomes its own successor.
  const cyclic = Buffer.from(bytes);
  for (let page = 512; page < cyclic.length; page += 512)
    if (cyclic[page + 25] === 7) cyclic.writeUInt32LE(page / 512, page + 16);
  assert.ok(read(cyclic).some((each) => /used twice/.test(each)));
});

test("berkeleyHeaders() survives hostile bytes", { skip }, async () => {
  const bytes = await load(headers.slice(0, 12), { pageSize: 512 });
  assert.ok(readHostile(truncations(bytes, 19), berkeleyHeaders).includes("malformed"));
  const outcomes = readHostile(mutations(bytes, 1000), berkeleyHeaders);
  assert.ok(outcomes.includes(12));
});
