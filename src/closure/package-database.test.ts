import assert from "node:assert/strict";
import { test } from "node:test";
import { type ToldFile, toldFiles } from "../../tests/support/file-system.ts";
import type { Package } from "../core/package.ts";
import type { Extractor } from "../core/plugin.ts";
import { apk } from "../extractors/apk.ts";
import { dpkgStatus } from "../extractors/dpkg-status.ts";
import { accessBytes } from "../formats/random-access.ts";
import { keptDatabase, type PackageDatabase } from "./package-database.ts";
import type { Reason } from "./reach.ts";

function pkg(type: "deb" | "apk" | "npm", name: string, more: Partial<Package> = {}): Package {
  const locations = [{ path: "var/lib/dpkg/status", layer: 0 }];
  return {
    type,
    name,
    version: "1:2-3",
    licences: [],
    purl: `pkg:${type}/x/${name}@2`,
    layer: 0,
    locations,
    ...more,
  };
}

function database(
  packages: readonly Package[],
  told: Readonly<Record<string, ToldFile>> = {},
): PackageDatabase | undefined {
  const reason: Reason = { level: "needed", why: "", from: undefined };
  const kept = new Map(Object.keys(told).map((path) => [path, reason]));
  return keptDatabase(toldFiles(told), { kept }, packages);
}

// As the planned Dockerfile writes it: printf '%s\\n'.
function readBack(extractor: Extractor, { path, stanzas }: PackageDatabase): unknown {
  const data = Buffer.from(stanzas.map((one) => `${one}\n`).join(""));
  const file = { path: path.slice(1), mode: 0o644, size: data.length, head: data, bytes: accessBytes(data) };
  const { packages = [], owns = [], problems = [] } = extractor.extract(file);
  return [
    packages.map(({ name, version, arch, source }) => [name, version, arch, source?.name, source?.version]),
    owns.map(({ paths }) => paths),
    problems,
  ];
}

test("keptDatabase() writes what the reader of dpkg's database reads back", () => {
  const found = database([
    pkg("deb", "zlib1g", { arch: "amd64", source: { name: "zlib", version: "1:2" } }),
    pkg("deb", "a"),
    pkg("npm", "b"),
  ]);
  assert.ok(found !== undefined);
  assert.deepEqual(readBack(dpkgStatus, found), [
    [
      ["a", "1:2-3", "all", "a", "1:2-3"],
      ["zlib1g", "1:2-3", "amd64", "zlib", "1:2"],
    ],
    [],
    [],
  ]);
});

test("keptDatabase() writes what the reader of apk's database reads back, with the files that stay", () => {
  const told: Readonly<Record<string, ToldFile>> = { "lib/libz.so.1": { owner: "apk zlib" } };
  const found = database([pkg("apk", "zlib", { arch: "x86_64", source: { name: "z", version: "2" } })], told);
  assert.equal(found?.path, "/lib/apk/db/installed");
  assert.ok(found !== undefined);
  assert.deepEqual(readBack(apk, found), [
    [["zlib", "1:2-3", "x86_64", "z", "1:2-3"]],
    [["lib/libz.so.1"]],
    [],
  ]);
});

test("keptDatabase() takes the lists of kept packages, and the parts that distroless has", () => {
  const part = "var/lib/dpkg/status.d/b";
  const told = {
    "var/lib/dpkg/info/a:amd64.list": {},
    "var/lib/dpkg/info/a:amd64.postinst": {},
    "var/lib/dpkg/info/c.list": {},
    [part]: {},
    [`${part}.md5sums`]: {},
  };
  const found = database(
    [pkg("deb", "a", { arch: "amd64" }), pkg("deb", "b", { locations: [{ path: part, layer: 0 }] })],
    told,
  );
  assert.deepEqual([...(found?.files ?? [])].sort(), [
    "var/lib/dpkg/info/a:amd64.list",
    part,
    `${part}.md5sums`,
  ]);
  assert.deepEqual(
    found?.stanzas.map((one) => one.split("\n")[0]),
    ["Package: a"],
  );
});

test("keptDatabase() leaves out what would begin a line of its own, and is nothing without packages", () => {
  assert.deepEqual(database([pkg("deb", "a", { arch: "x\nPackage: evil" })])?.stanzas, []);
  assert.deepEqual(database([pkg("apk", "a", { version: "1\nP:evil" })])?.stanzas, []);
  assert.equal(database([pkg("npm", "a")]), undefined);
});
