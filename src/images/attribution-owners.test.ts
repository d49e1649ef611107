import assert from "node:assert/strict";
import { test } from "node:test";
import { assembled } from "../../tests/support/assembled.ts";
import { apkRoot, dpkgRoot, osRelease, program } from "../../tests/support/distro-files.ts";
import { file, gone } from "../../tests/support/image.ts";
import type { TarItem } from "../formats/tar-write.ts";

const site = "usr/lib/python3/dist-packages";
const info = `${site}/requests-2.28.1.dist-info/METADATA`;
const metadata = (version: string, more = "", mode = 0o644): TarItem =>
  file(info, `Metadata-Version: 2.1\nName: requests\nVersion: ${version}\n${more}\n`, mode);
const debian = osRelease("debian", "12");
const [status = debian, list = debian] = dpkgRoot({
  name: "python3-requests",
  version: "2.28.1-1",
  files: [info],
});
const [upgraded = debian] = dpkgRoot({ name: "python3-requests", version: "2.32.0-1", files: [info] });
const [withAnother = debian] = dpkgRoot(
  { name: "python3-requests", version: "2.28.1-1" },
  { name: "curl", version: "8" },
);
const owned = [debian, status, list, metadata("2.28.1")];

const rows: readonly (readonly [what: string, owner: string | undefined, ...(readonly TarItem[])[]])[] = [
  ["in one layer with the database", "deb python3-requests", owned],
  ["below the layer of the database", "deb python3-requests", [debian, metadata("2.28.1")], [status, list]],
  ["copied up as it is", "deb python3-requests", owned, [metadata("2.28.1", "", 0o600)]],
  ["with the database rewritten for another package", "deb python3-requests", owned, [withAnother]],
  [
    "with a package upgraded in the same layer",
    "deb python3-requests",
    owned,
    [upgraded, metadata("2.32.0")],
  ],
  ["replaced and put back", "deb python3-requests", owned, [metadata("2.4.0")], [metadata("2.28.1")]],
  ["replaced by another version", undefined, owned, [metadata("2.4.0")]],
  ["replaced by other bytes of the same version", undefined, owned, [metadata("2.28.1", "Home-page: x")]],
  ["replaced, its list rewritten later", undefined, owned, [metadata("2.4.0")], [list]],
  ["replaced, the database rewritten later", undefined, owned, [metadata("2.4.0")], [withAnother]],
  ["replaced above an upgrade", undefined, owned, [upgraded, metadata("2.32.0")], [metadata("2.4.0")]],
  ["that the package never had", undefined, [debian, status, list], [metadata("2.4.0")]],
  ["deleted and made anew", undefined, owned, [gone(info)], [metadata("2.4.0")]],
  [
    "reached through a merged usr",
    "deb python3-requests",
    [{ kind: "symlink", path: "lib", target: "usr/lib" }, ...owned],
  ],
];
for (const [what, owner, ...layers] of rows)
  test(`resolveOwners() gives ${owner ?? "nobody"} a file ${what}`, () => {
    const found = assembled(...layers).packages.filter(({ type }) => type === "pypi");
    assert.deepEqual(
      found.map(({ ownedBy }) => ownedBy),
      [owner],
    );
  });

test("resolveOwners() takes the file of an apk package for nobody's once a later layer replaced it", () => {
  const path = "usr/lib/python3.11/site-packages/x-1.dist-info/METADATA";
  const text = (version: string): TarItem => file(path, `Name: x\nVersion: ${version}\n`);
  const [database = debian] = apkRoot({ name: "py3-x", version: "1-r0", files: [path] });
  const [more = debian] = apkRoot(
    { name: "py3-x", version: "1-r0", files: [path] },
    { name: "curl", version: "8-r0" },
  );
  const owner = (...layers: (readonly TarItem[])[]): unknown =>
    assembled([osRelease("alpine", "3.18.4")], ...layers).packages.find(({ name }) => name === "x")?.ownedBy;
  assert.equal(owner([database, text("1")]), "apk py3-x");
  assert.equal(owner([database, text("1")], [more]), "apk py3-x");
  assert.equal(owner([database, text("1")], [text("0.9")], [more]), undefined);
});

test("resolveOwners() leaves a program that a later layer replaced without an owner", () => {
  const root = [debian, ...dpkgRoot()];
  const unowned = (...layers: (readonly TarItem[])[]): readonly string[] =>
    assembled(root, ...layers).unownedExecutables.map(({ path }) => path);
  assert.deepEqual(unowned(), []);
  assert.deepEqual(unowned([program("usr/bin/probe")]), []);
  const other = { ...program("usr/bin/probe"), data: Buffer.concat([program("").data, Buffer.alloc(9)]) };
  assert.deepEqual(unowned([other]), ["usr/bin/probe"]);
});
