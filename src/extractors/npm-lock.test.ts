import assert from "node:assert/strict";
import { test } from "node:test";
import { extractFrom, foundFile } from "../../tests/support/extract.ts";
import { npmLock } from "./npm-lock.ts";

const place = "app/node_modules/.package-lock.json";
const manifests = (lock: unknown): readonly string[] =>
  (extractFrom(npmLock, place, typeof lock === "string" ? lock : JSON.stringify(lock)).owns ?? []).map(
    ({ owner, paths }) => `${owner} ${paths.join()}`,
  );

test("npmLock reads which manifests npm has installed", () => {
  const packages = {
    "node_modules/ms": { version: "2.0.0" },
    "node_modules/@s/a": { version: "1.0.0" },
    "node_modules/@s/a/node_modules/ms": { version: "1.0.0" },
    "node_modules/mine": { resolved: "packages/mine", link: true },
    "packages/mine": { version: "1.0.0" },
    "node_modules/../x": { version: "1" },
    "../node_modules/x": { version: "1" },
    "node_modules/y": null,
  };
  assert.deepEqual(manifests({ lockfileVersion: 3, packages }), [
    "npm ms@2.0.0 app/node_modules/ms/package.json",
    "npm @s/a@1.0.0 app/node_modules/@s/a/package.json",
    "npm ms@1.0.0 app/node_modules/@s/a/node_modules/ms/package.json",
  ]);
});

for (const lock of ["{", "[]", "null", '{"packages":[]}', ""])
  test(`npmLock says nothing of ${JSON.stringify(lock)}`, () => assert.deepEqual(manifests(lock), []));

const paths: readonly (readonly [path: string, wanted: boolean])[] = [
  [place, true],
  ["node_modules/.package-lock.json", true],
  ["app/package-lock.json", false],
  ["my_node_modules/.package-lock.json", false],
];
for (const [path, wanted] of paths)
  test(`npmLock ${wanted ? "wants" : "leaves"} ${path}`, () =>
    assert.equal(npmLock.wants(foundFile(path, "{}")), wanted));
