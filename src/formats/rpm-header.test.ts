import assert from "node:assert/strict";
import { test } from "node:test";
import { garbage, mutations, readHostile, truncations } from "../../tests/support/hostile.ts";
import { rpmHeader, words } from "../../tests/support/rpm-write.ts";
import { createOwnedPaths } from "./owned-paths.ts";
import { parseRpmHeader, type RpmHeader } from "./rpm-header.ts";

function parse(bytes: Uint8Array): RpmHeader {
  return parseRpmHeader(bytes, createOwnedPaths("x"));
}

const files = {
  1116: [0, 1, 0, 1],
  1117: ["bash", "sh.conf", "sh", "x"],
  1118: ["/usr/bin/", "/etc/"],
};

test("parseRpmHeader() reads what a package says of itself", () => {
  const tags = { 1003: [2], 1011: "Vendor, Inc.", 5096: "nodejs:18:8080", ...files };
  assert.deepEqual(parse(rpmHeader({ name: "bash", version: "5.2", release: "3.el9", tags })), {
    name: "bash",
    version: "5.2",
    release: "3.el9",
    epoch: 2,
    arch: "x86_64",
    vendor: "Vendor, Inc.",
    licence: "MIT",
    sourceRpm: "bash-5.2-3.el9.src.rpm",
    modularityLabel: "nodejs:18:8080",
    paths: ["usr/bin/bash", "etc/sh.conf", "usr/bin/sh", "etc/x"],
  });
});

test("parseRpmHeader() reads whole paths of old packages and leaves files that were not installed", () => {
  const old = parse(rpmHeader({ name: "a", tags: { 1027: ["/bin/a", "/etc/a"] } }));
  assert.deepEqual(old.paths, ["bin/a", "etc/a"]);
  const header = rpmHeader({ name: "a", tags: { ...files, 1029: "\u0000\u0001\u0003\u0002" } });
  // The writer knows no bytes: the entry becomes one of type INT8, four of them.
  const at = 8 + 16 * [1000, 1001, 1002, 1014, 1022, 1029].indexOf(1029);
  words(2).copy(header, at + 4);
  words(4).copy(header, at + 12);
  assert.deepEqual(parse(header).paths, ["usr/bin/bash", "usr/bin/sh"]);
});

test("parseRpmHeader() believes an entry after the region more than one inside", () => {
  const header = rpmHeader({ name: "a", tags: { 1011: "first", 5000: "later" } });
  const at = header.indexOf(words(5000, 6));
  words(1011).copy(header, at);
  assert.equal(parse(header).vendor, "later");
});

const refused: readonly (readonly [what: string, bytes: () => Uint8Array, message: RegExp])[] = [
  [
    "counts that do not make up its size",
    () => Buffer.concat([rpmHeader({ name: "a" }), Buffer.alloc(1)]),
    /entries/,
  ],
  ["no entries", () => words(0, 0), /0 entries/],
  ["huge counts", () => words(0xffff_ffff, 0xffff_ffff), /4294967295 entries/],
  ["a data length that wraps around", () => words(0x1000_0000, 0, 0, 0), /268435456 entries/],
  ["an empty name", () => rpmHeader({ name: "" }), /no name/],
  ["an empty version", () => rpmHeader({ name: "a", version: "" }), /no version/],
  ["an unknown type", () => patched(4, 10), /type 10/],
  ["an offset outside", () => patched(8, 1000), /offset 1000/],
  ["a negative offset", () => patched(8, -8), /offset 4294967288/],
  ["a count above the data", () => patched(12, 0x7fff_ffff), /count 2147483647/],
  ["a count of zero", () => patched(12, 0), /count 0/],
  ["a tag below 100", () => patched(16, 99), /tag 99/],
  ["a number for a name", () => rpmHeader({ name: "a", tags: { 1000: [1] } }), /tag 1000 is no string/],
  [
    "text for the epoch",
    () => rpmHeader({ name: "a", tags: { 1003: "1" } }),
    /tag 1003 is no list of numbers/,
  ],
  ["a string without end", () => rpmHeader({ name: "a" }).fill(120, 8 + 6 * 16), /does not end/],
  [
    "a file without directory",
    () => rpmHeader({ name: "a", tags: { ...files, 1116: [0, 1, 2, 0] } }),
    /file 2 is in directory 2/,
  ],
  [
    "fewer directories than files",
    () => rpmHeader({ name: "a", tags: { ...files, 1116: [0] } }),
    /4 file names, 1/,
  ],
];

function patched(at: number, value: number): Buffer {
  const header = rpmHeader({ name: "a" });
  words(value).copy(header, 8 + at);
  return header;
}

for (const [what, bytes, message] of refused)
  test(`parseRpmHeader() refuses ${what}`, () => {
    assert.throws(() => parse(bytes()), { code: "malformed", message });
  });

test("parseRpmHeader() bounds paths that are short in the header and long when written out", () => {
  const count = 30_000;
  const tags = {
    1116: Array.from({ length: count }, () => 0),
    1117: Array.from({ length: count }, () => "x"),
    1118: [`/${"d".repeat(4000)}/`],
  };
  const owned = createOwnedPaths("x");
  const { paths } = parseRpmHeader(rpmHeader({ name: "a", tags }), owned);
  assert.ok(paths.length < count && paths.length > 20_000, `${paths.length}`);
  assert.deepEqual(
    owned.problems().map(({ code }) => code),
    ["limit-exceeded"],
  );
});

test("parseRpmHeader() survives hostile bytes", () => {
  const header = rpmHeader({ name: "bash", tags: { 1003: [1], ...files } });
  const read = function* (bytes: { read(offset: number, length: number): Uint8Array; size: number }) {
    yield parse(bytes.read(0, bytes.size));
  };
  const cut = readHostile([...garbage, ...truncations(header)], read);
  assert.deepEqual([...new Set(cut)], ["malformed"]);
  const changed = readHostile(mutations(header, 3000), read);
  assert.ok(changed.includes(1) && changed.includes("malformed"));
});
