import assert from "node:assert/strict";
import { test } from "node:test";
import { extractFrom, foundFile, named } from "../../tests/support/extract.ts";
import { makeZip } from "../../tests/support/zip.ts";
import { yarnCache } from "./yarn-cache.ts";

const path = "app/.yarn/cache/left-pad-npm-1.3.0-0af9.zip";

test("yarn-cache reads the package of an archive, and no package.json deeper in it", () => {
  const archive = makeZip([
    { name: "node_modules/@s/a/package.json", data: '{"name":"@s/a","version":"1.0.0","license":"MIT"}' },
    { name: "node_modules/@s/a/dist/package.json", data: "{}" },
    { name: "node_modules/@s/a/node_modules/b/package.json", data: "{}" },
  ]);
  assert.deepEqual(extractFrom(yarnCache, path, archive), {
    packages: [
      {
        type: "npm",
        namespace: "@s",
        name: "a",
        version: "1.0.0",
        licences: ["MIT"],
        innerPath: "node_modules/@s/a/package.json",
      },
    ],
    problems: [],
  });
});

const paths: readonly (readonly [path: string, wanted: boolean])[] = [
  [path, true],
  [".yarn/cache/a.zip", true],
  ["app/cache/a.zip", false],
  ["app/.yarn/cache/a/b.zip", false],
  ["app/.yarn/cache/a.tgz", false],
];

for (const [candidate, wanted] of paths)
  test(`yarn-cache ${wanted ? "wants" : "leaves"} ${candidate}`, () => {
    assert.equal(yarnCache.wants(foundFile(candidate, "")), wanted);
  });

test("yarn-cache says that a package has no version", () => {
  const found = extractFrom(yarnCache, path, makeZip([{ name: "node_modules/a/package.json", data: "{}" }]));
  assert.deepEqual(named([found]), []);
  assert.equal(found.problems?.[0]?.message, 'read package.json of npm package "a": it has no version');
});

test("yarn-cache refuses an archive or a package.json that cannot be read", () => {
  for (const bytes of ["", "PK", makeZip([{ name: "node_modules/a/package.json", data: "{" }])])
    assert.throws(() => extractFrom(yarnCache, path, bytes), { code: "malformed" });
});

test("yarn-cache ends at an archive of many packages", () => {
  const items = Array.from({ length: 30 }, (_, index) => ({
    name: `node_modules/a${index}/package.json`,
    data: '{"version":"1.0.0"}',
  }));
  assert.throws(() => extractFrom(yarnCache, path, makeZip(items)), { code: "limit-exceeded" });
});
