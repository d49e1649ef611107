import assert from "node:assert/strict";
import { test } from "node:test";
import type { Advisory, Affected } from "../core/advisory.ts";
import type { Package } from "../core/package.ts";
import { memoryDatabase } from "../store/advisory-memory.ts";
import { schemes } from "../versions/list.ts";
import { matchPackage } from "./match-package.ts";
import { mergeMatches } from "./merge.ts";

const key = { ecosystem: "rocky:9", name: "webkit2gtk3" };

function fixedIn(fixed: string): Affected {
  return { ...key, ranges: [{ introduced: "0", fixed }], versions: [] };
}

// One notice, rebuilt for each minor release: an entry for each build.
const notice: Advisory = {
  id: "RLSA-2022:8054",
  source: "osv",
  aliases: [],
  bundles: ["CVE-2022-22624"],
  summary: "",
  cvss: [],
  affected: [fixedIn("2.36.7-1.el9_0"), fixedIn("2.36.7-1.el9_1.1")],
};
const source = { name: "osv", url: "", newest: "", fetched: "", advisories: 1, covers: ["rocky:9"] };

function databaseOf(advisories: readonly Advisory[]) {
  const info = { kind: "full", schema: 1, built: "", digest: "", sources: [source] } as const;
  return memoryDatabase({ info, advisories });
}

const webkit: Omit<Package, "version"> = {
  type: "rpm",
  name: "webkit2gtk3",
  licences: [],
  purl: "pkg:rpm/rocky/webkit2gtk3",
  layer: 0,
  locations: [],
  distro: { id: "rocky", version: "9.0", idLike: [], prettyName: "" },
};

const rows: readonly [version: string, fix: string | undefined][] = [
  ["2.36.0-1.el9", "2.36.7-1.el9_1.1"],
  ["2.36.7-1.el9_0.1", "2.36.7-1.el9_1.1"],
  ["2.36.7-1.el9_1.1", undefined],
];
for (const [version, fix] of rows)
  test(`matchPackage() ${fix === undefined ? "finds nothing" : `names a fix outside of all entries`} for ${version}`, () => {
    const database = databaseOf([notice]);
    const pkg: Package = { ...webkit, version };
    const flaws = mergeMatches(matchPackage(pkg, database), schemes.rpm, database);
    const fixes = flaws.flatMap((flaw) => (flaw.kind === "affected" ? flaw.fix.versions : []));
    assert.deepEqual(fixes, fix === undefined ? [] : [fix]);
  });

test("mergeMatches() leaves a notice out of the aliases that only may apply", () => {
  const pkg: Package = { ...webkit, version: "1-1.module+el9.1", module: "m:1" };
  const told = (id: string, module: string | undefined): Advisory => ({
    ...notice,
    id,
    affected: [{ ...fixedIn("2-1.module+el9.1"), module }],
  });
  const both = databaseOf([told("RLSA-2022:1", "m:1"), told("RLSA-2022:2", undefined)]);
  const flaws = mergeMatches(matchPackage(pkg, both), schemes.rpm, both);
  assert.deepEqual(
    flaws.map(({ id, kind, aliases }) => [id, kind, ...aliases]),
    [["CVE-2022-22624", "affected", "RLSA-2022:1"]],
  );
});
