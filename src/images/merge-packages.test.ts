import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sighting } from "./attribution.ts";
import { mergePackages } from "./merge-packages.ts";

const sighting = (path: string, main: boolean): Sighting => ({
  found: { type: "golang", name: "a.b/c", version: "v1.0.0", licences: [], ...(main ? { main: true } : {}) },
  plugin: "go-binary",
  path,
  layer: 0,
  origin: 0,
  removedIn: undefined,
});

const rows: readonly (readonly [what: string, sightings: readonly Sighting[], main: true | undefined])[] = [
  ["of the one program", [sighting("bin/c", true)], true],
  ["of all its programs", [sighting("bin/c", true), sighting("bin/d", true)], true],
  ["of one program, and a part of another", [sighting("bin/c", true), sighting("bin/d", false)], undefined],
];
for (const [what, sightings, main] of rows)
  test(`mergePackages() ${main === true ? "keeps" : "drops"} the mark of the main module ${what}`, () => {
    const { visible } = mergePackages(sightings, undefined, () => undefined);
    assert.deepEqual(
      visible.map((pkg) => pkg.main),
      [main],
    );
  });
