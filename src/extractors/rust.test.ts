import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { extractFrom, foundFile, named } from "../../tests/support/extract.ts";
import { makeElf, makeFat, makeMachO, makePe } from "../../tests/support/programs.ts";
import { rust } from "./rust.ts";

const audit = {
  packages: [
    { name: "app", version: "0.1.0", source: "local", root: true, dependencies: [1, 2] },
    { name: "itoa", version: "1.0.5", source: "crates.io" },
    { name: "version_check", version: "0.9.5", source: "crates.io", kind: "build" },
    { name: "forked", version: "2.0.0", source: "git" },
  ],
  format: 1,
};

const section = { name: ".dep-v0", bytes: deflateSync(JSON.stringify(audit)) };
const programs: Readonly<Record<string, Uint8Array>> = {
  ELF: makeElf([section]),
  "ELF 32 big-endian": makeElf([section], { wide: false, littleEndian: false }),
  PE: makePe(section),
  "Mach-O": makeMachO(section),
  "universal Mach-O": makeFat([makeMachO(section), makeMachO(section)]),
};

for (const [format, bytes] of Object.entries(programs))
  test(`rust lists the crates in a program, and none that only built it: ${format}`, () => {
    const found = extractFrom(rust, "usr/bin/app", bytes, 0o755);
    assert.deepEqual(named([found]), ["app@0.1.0", "forked@2.0.0", "itoa@1.0.5"]);
    assert.equal(found.packages?.length, 3);
    assert.deepEqual(found.problems, []);
  });

test("rust says nothing of a program without the record", () => {
  const found = extractFrom(rust, "usr/bin/app", makeElf([]), 0o755);
  assert.deepEqual(found, { packages: [], problems: [] });
  assert.equal(rust.wants(foundFile("usr/bin/app", "#!/bin/sh", 0o755)), false);
});

test("rust refuses a damaged record, and says which crate has no version", () => {
  const bytes = makeElf([{ name: ".dep-v0", bytes: section.bytes.subarray(0, 30) }]);
  assert.throws(() => extractFrom(rust, "usr/bin/app", bytes, 0o755), { code: "malformed" });
  const nameless = deflateSync(
    JSON.stringify({ packages: [{ name: "x", version: "", source: "crates.io" }] }),
  );
  assert.deepEqual(extractFrom(rust, "x", makeElf([{ name: ".dep-v0", bytes: nameless }]), 0o755), {
    packages: [],
    problems: [
      { code: "malformed", message: 'read cargo-auditable data: crate "x" has no name or no version' },
    ],
  });
});
