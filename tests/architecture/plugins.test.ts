import assert from "node:assert/strict";
import { test } from "node:test";
import { extractors } from "../../src/extractors/list.ts";
import { feeds } from "../../src/feeds/list.ts";
import { matchers } from "../../src/matchers/list.ts";
import { schemes } from "../../src/versions/list.ts";
import { program } from "../support/distro-files.ts";

// What the types of a family's list cannot say: the contract of its plugins with the rest.

const kebab = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u;

for (const [family, ids, least] of [
  ["extractors", extractors.map(({ id }) => id), 8],
  ["feeds", feeds.map(({ id }) => id), 5],
  ["versions", Object.values(schemes).map(({ id }) => id), 8],
  ["matchers", Object.keys(matchers), 8],
] as const)
  test(`${family}/list.ts names its plugins by unique kebab-case ids`, () => {
    assert.ok(ids.length >= least, `${ids.length} of at least ${least}: ${ids.join()}`);
    assert.deepEqual(
      ids.filter((id) => !kebab.test(id)),
      [],
    );
    assert.equal(new Set(ids).size, ids.length, ids.join());
  });

test("versions/list.ts has each scheme under its own id", () => {
  for (const [name, { id }] of Object.entries(schemes)) assert.equal(id, name);
});

test("matchers answer for the package type that they stand under", () => {
  for (const [type, matcher] of Object.entries(matchers))
    assert.ok(
      matcher.types.some((each) => each === type),
      `${type}: ${matcher.types.join()}`,
    );
});

// `wants` is asked for every file of every layer: no head, an odd name or a huge size may not make it throw.
test("extractors refuse what no package manager writes, without throwing", () => {
  const empty = new Uint8Array(0);
  const paths = [
    "",
    ".",
    "a",
    "__proto__",
    "x/".repeat(2000),
    "é\u{1f4a9}\u0000",
    "etc/passwd",
    "var/log/dpkg.log",
  ];
  for (const extractor of extractors)
    for (const path of paths)
      for (const size of [0, 1, Number.MAX_SAFE_INTEGER])
        assert.equal(
          extractor.wants({ path, size, mode: 0o644, head: empty }),
          false,
          `${extractor.id} ${path}`,
        );
});

// Each of these is some extractor's: one that nobody wants would be lost without a sign.
test("extractors between them want every file that proves a package", () => {
  const server = program("usr/bin/server");
  const wanted: readonly (readonly [path: string, head?: Uint8Array])[] = [
    ["etc/os-release"],
    ["usr/lib/os-release"],
    ["var/lib/dpkg/status"],
    ["var/lib/dpkg/status.d/base"],
    ["lib/apk/db/installed"],
    ["usr/lib/apk/db/installed"],
    ["var/lib/rpm/rpmdb.sqlite"],
    ["usr/lib/sysimage/rpm/Packages.db"],
    ["var/lib/rpm/Packages"],
    ["app/node_modules/@scope/name/package.json"],
    ["usr/lib/python3/dist-packages/x-1.dist-info/METADATA"],
    ["usr/lib/python3/dist-packages/x-1.egg-info/PKG-INFO"],
    ["usr/lib/python3/dist-packages/x-1.egg-info"],
    ["opt/a.jar", Buffer.from("PK\x03\x04")],
    ["opt/a.war", Buffer.from("PK\x03\x04")],
    ["opt/a.ear", Buffer.from("PK\x03\x04")],
    ["usr/bin/server", server.data],
  ];
  for (const [path, head = new Uint8Array(0)] of wanted) {
    const takers = extractors.filter((each) => each.wants({ path, size: 4096, mode: 0o755, head }));
    assert.notEqual(takers.length, 0, path);
  }
});
