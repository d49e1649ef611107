import assert from "node:assert/strict";
import { test } from "node:test";
import { extractFrom, foundFile } from "../../tests/support/extract.ts";
import { dpkgCopyright } from "./dpkg-copyright.ts";

const path = "usr/share/doc/a/copyright";

test("dpkgCopyright reads the licences of a package", () => {
  const text = "Format: x\n\nFiles: *\nLicense: GPL-2+ or MIT\n";
  assert.deepEqual(extractFrom(dpkgCopyright, path, text), { licences: ["GPL-2+", "MIT"] });
  assert.deepEqual(extractFrom(dpkgCopyright, path, "free\n"), { licences: [] });
});

test("dpkgCopyright tells nothing of what it cannot read", () => {
  assert.deepEqual(extractFrom(dpkgCopyright, path, "x".repeat(2 ** 20)), {});
});

test("dpkgCopyright wants the copyright of documentation directories only, up to 1 MiB", () => {
  const refused = [
    "usr/share/doc/copyright",
    "usr/share/doc/a/b/copyright",
    "usr/share/doc/a/copyright.gz",
    "usr/share/doc/a/xcopyright",
    "opt/usr/share/doc/a/copyright",
  ];
  for (const other of refused) assert.equal(dpkgCopyright.wants(foundFile(other, "")), false, other);
  assert.equal(dpkgCopyright.wants({ ...foundFile(path, ""), size: 2 ** 20 + 1 }), false);
  assert.equal(dpkgCopyright.wants({ ...foundFile(path, ""), size: 2 ** 20 }), true);
});
