import assert from "node:assert/strict";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scratch } from "../../tests/support/scratch.ts";
import { makeDirectories } from "./make-directories.ts";

test("makeDirectories() makes what is missing, with the mode", () => {
  const directory = join(scratch("directories"), "a/b/c");
  makeDirectories(directory, 0o700);
  makeDirectories(directory);
  assert.equal(statSync(join(directory, "..")).mode & 0o777, 0o700);
});

test("makeDirectories() throws below a file", () => {
  const file = join(scratch("directories"), "file");
  writeFileSync(file, "");
  assert.throws(() => makeDirectories(join(file, "a/b")), { code: "ENOTDIR" });
});

test("makeDirectories() comes back from a directory that takes no children", {
  skip: !existsSync("/proc/self") && "needs /proc",
}, () => {
  assert.throws(() => makeDirectories("/proc/seaworthy/a/b"), { code: "ENOENT" });
});
