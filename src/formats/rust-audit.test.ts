import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { makeElf } from "../../tests/support/programs.ts";
import { readPrograms } from "./executable.ts";
import { accessBytes } from "./random-access.ts";
import { type AuditedCrate, readRustAudit } from "./rust-audit.ts";

function read(section: Uint8Array, name = ".dep-v0"): readonly AuditedCrate[] | undefined {
  const [image] = readPrograms(accessBytes(makeElf([{ name, bytes: section }])));
  return image === undefined ? undefined : readRustAudit(image);
}

const packed = (value: unknown): Buffer => deflateSync(JSON.stringify(value));

test("readRustAudit() reads the crates", () => {
  const packages = [
    { name: "app", version: "0.1.0", source: "local", root: true, dependencies: [1] },
    { name: "cc", version: "1.0.0", source: "crates.io", kind: "build" },
    { name: "x", version: "1.0.0", source: "a source of the future", kind: "runtime", features: ["y"] },
  ];
  assert.deepEqual(read(packed({ packages, format: 9 })), [
    { name: "app", version: "0.1.0", source: "local", buildOnly: false },
    { name: "cc", version: "1.0.0", source: "crates.io", buildOnly: true },
    { name: "x", version: "1.0.0", source: "a source of the future", buildOnly: false },
  ]);
  assert.deepEqual(read(packed({ packages: [] })), []);
});

test("readRustAudit() answers undefined for a program without the record", () => {
  assert.equal(read(packed({ packages: [] }), ".other"), undefined);
});

const refused: readonly (readonly [what: string, section: Uint8Array, code: string])[] = [
  ["nothing", Buffer.alloc(0), "malformed"],
  ["not zlib", Buffer.from('{"packages":[]}'), "malformed"],
  ["cut off", packed({ packages: [{ name: "x", version: "1", source: "y" }] }).subarray(0, 20), "malformed"],
  ["not JSON", deflateSync("x"), "malformed"],
  ["no object", packed([]), "malformed"],
  ["packages that are no list", packed({ packages: 3 }), "malformed"],
  ["a package that is none", packed({ packages: [null] }), "malformed"],
  ["a package without version", packed({ packages: [{ name: "x", source: "y" }] }), "malformed"],
  ["a bomb", deflateSync(Buffer.alloc(64 * 2 ** 20, " ")), "limit-exceeded"],
  ["a long section", Buffer.alloc(8 * 2 ** 20 + 1), "limit-exceeded"],
  ["too many packages", packed({ packages: Array(100_001).fill(0) }), "limit-exceeded"],
  ["deep nesting", deflateSync("[".repeat(2 ** 20)), "malformed"],
];

for (const [what, section, code] of refused)
  test(`readRustAudit() refuses ${what}`, () => {
    assert.throws(() => read(section), { code });
  });
