import assert from "node:assert/strict";
import { test } from "node:test";
import { file, gone } from "../../tests/support/image.ts";
import type { ImageContent } from "../core/indexed.ts";
import type { Extractor } from "../core/plugin.ts";
import { type TarItem, writeTar } from "../formats/tar-write.ts";
import { hiddenTargets, mergeLayers } from "./merge.ts";
import { assembleImage } from "./merge-image.ts";
import { createLayerWalk } from "./walk.ts";

const status: Extractor = {
  id: "status",
  wants: ({ path }) => path === "var/lib/dpkg/status",
  extract({ bytes }) {
    const names = Buffer.from(bytes.read(0, bytes.size)).toString().split(" ");
    return { packages: names.map((name) => ({ type: "deb", name, version: "1", licences: [] })) };
  },
};

const copyright: Extractor = {
  id: "copyright",
  minor: true,
  wants: ({ path }) => path.startsWith("usr/share/doc/") && path.endsWith("/copyright"),
  extract: ({ bytes }) => ({ licences: [Buffer.from(bytes.read(0, bytes.size)).toString()] }),
};

const plugins = [status, copyright];
const doc = (name: string, licence: string): TarItem => file(`usr/share/doc/${name}/copyright`, licence);
const packages = (names: string): TarItem => file("var/lib/dpkg/status", names);
const link = (path: string, target: string): TarItem => ({ kind: "symlink", path, target });

function image(layers: readonly (readonly TarItem[])[]): ImageContent {
  const indexes = layers.map((items) => {
    const walk = createLayerWalk({ extractors: plugins });
    walk.push(writeTar(items));
    return { diffId: "", digest: "", compression: "none" as const, bytes: 0, ...walk.finish() };
  });
  const merged = mergeLayers(indexes);
  assert.equal(hiddenTargets(merged, plugins).targets.size, 0, "no layer is read again for a licence");
  return assembleImage([], indexes, merged, ["status", "copyright"]);
}

const rows: readonly (readonly [what: string, licences: string, layers: readonly (readonly TarItem[])[]])[] =
  [
    ["of the package's directory", "a MIT, b", [[packages("a b"), doc("a", "MIT"), doc("c", "Zlib")]]],
    [
      "of a directory that is a link",
      "a MIT",
      [[packages("a"), link("usr/share/doc/a", "b"), doc("b", "MIT")]],
    ],
    [
      "of a file that is a link of another layer",
      "a MIT",
      [[packages("a"), doc("b", "MIT")], [link("usr/share/doc/a/copyright", "../b/copyright")]],
    ],
    [
      "of a hard link",
      "a MIT",
      [
        [
          packages("a"),
          doc("b", "MIT"),
          { kind: "hardlink", path: "usr/share/doc/a/copyright", target: "usr/share/doc/b/copyright" },
        ],
      ],
    ],
    ["of the highest layer", "a Zlib", [[packages("a"), doc("a", "MIT")], [doc("a", "Zlib")]]],
    ["none that a layer removed", "a", [[packages("a"), doc("a", "MIT")], [gone("usr/share/doc/a")]]],
    [
      "none by a link to elsewhere",
      "a",
      [[packages("a"), link("usr/share/doc/a", "../../lib/a"), file("usr/lib/a/copyright", "")]],
    ],
    [
      "none by a ring of links",
      "a",
      [[packages("a"), link("usr/share/doc/a", "b"), link("usr/share/doc/b", "a")]],
    ],
  ];

for (const [what, licences, layers] of rows)
  test(`withLicences() finds the licences ${what}`, () => {
    const found = image(layers).packages.map((pkg) => [pkg.name, ...pkg.licences].join(" "));
    assert.equal(found.join(", "), licences);
  });

test("withLicences() finds the licences that a removed package had", () => {
  const removed = [gone("usr/share/doc/a"), packages("b")];
  const { packages: visible, hiddenPackages } = image([
    [packages("a b"), doc("a", "MIT")],
    [],
    removed,
    [doc("a", "No")],
  ]);
  assert.deepEqual(
    visible.map(({ name, licences }) => [name, licences]),
    [["b", []]],
  );
  assert.deepEqual(
    hiddenPackages.map(({ name, licences }) => [name, licences]),
    [["a", ["MIT"]]],
  );
});
