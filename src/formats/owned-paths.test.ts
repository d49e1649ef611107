import assert from "node:assert/strict";
import { test } from "node:test";
import { createOwnedPaths } from "./owned-paths.ts";

const rows: readonly (readonly [path: string, owned: string | undefined])[] = [
  ["/usr/bin/a", "usr/bin/a"],
  ["usr/bin/a", "usr/bin/a"],
  ["./usr/bin/a", "usr/bin/a"],
  ["/.hidden", ".hidden"],
  ["/a b\nc", "a b\nc"],
  ["", undefined],
  ["/", undefined],
  [".", undefined],
  ["./", undefined],
  ["/.", undefined],
  ["/usr/", undefined],
  [`/${"a".repeat(4096)}`, "a".repeat(4096)],
  [`/${"a".repeat(4097)}`, undefined],
];

for (const [path, owned] of rows)
  test(`createOwnedPaths() ${owned === undefined ? "leaves" : "takes"} ${JSON.stringify(path.slice(0, 20))}`, () => {
    const paths: string[] = [];
    createOwnedPaths("x").add(paths, path);
    assert.deepEqual(paths, owned === undefined ? [] : [owned]);
  });

test("createOwnedPaths() stops at its bounds and says so", () => {
  const paths: string[] = [];
  const owned = createOwnedPaths("a list");
  for (let index = 0; index < 30_000; index += 1) owned.add(paths, "a".repeat(4000));
  assert.equal(paths.length, Math.floor((96 * 2 ** 20) / 4000));
  assert.match(owned.problems()[0]?.message ?? "", /^read a list: more than 1000000 owned paths/);
});
