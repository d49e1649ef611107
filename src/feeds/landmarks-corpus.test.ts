import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { needsShared, sharedDirectory } from "../../tests/support/needs.ts";
import type { AffectedRange } from "../core/advisory.ts";
import { accessBytes } from "../formats/random-access.ts";
import { openZip, readEntry, type ZipArchive } from "../formats/zip.ts";
import { type Landmark, landmarks } from "../store/landmarks.ts";
import { osvAdvisory } from "./osv-record.ts";
import { osvRecord } from "./osv-schema.ts";

// The landmarks are facts that we wrote: every range is held against the publisher's own record, where it is at hand.

const feeds = join(sharedDirectory, "feeds");
const skip = needsShared("feeds/osv/npm/all.zip");

function ofFamily(family: string): readonly Landmark[] {
  return landmarks.filter(({ ecosystem }) => ecosystem.split(":")[0] === family);
}

function rangeText({ introduced, fixed, lastAffected }: AffectedRange): string {
  return `>=${introduced} ${fixed === undefined ? (lastAffected === undefined ? "" : `<=${lastAffected}`) : `<${fixed}`}`;
}

/** The landmark's ranges must all be among what records with one of its ids say of the package. */
function assertTold(landmark: Landmark, told: ReadonlySet<string>): void {
  for (const range of landmark.ranges)
    assert.ok(
      told.has(rangeText(range)),
      `${landmark.id} ${landmark.package} ${rangeText(range)}: told is ${[...told].join(", ")}`,
    );
}

/** Ranges by `id package`, of all records of an export that bear an id of a landmark. */
function toldByExport(
  archive: ZipArchive,
  name: string,
  wanted: ReadonlySet<string>,
): Map<string, Set<string>> {
  const told = new Map<string, Set<string>>();
  for (const entry of archive.entries()) {
    const access = readEntry(archive, entry, 1 << 26);
    const text = Buffer.from(access.read(0, access.size)).toString("utf8");
    if (
      ![...text.matchAll(/"((?:CVE|GHSA|PYSEC|GO|RUSTSEC)-[\w-]+)"/g)].some(([, id = ""]) => wanted.has(id))
    )
      continue;
    const advisory = osvAdvisory(osvRecord.parse(JSON.parse(text)), [name]);
    for (const affected of advisory?.affected ?? [])
      for (const id of [advisory?.id ?? "", ...(advisory?.aliases ?? [])]) {
        const key = `${id} ${affected.name}`;
        const ranges = told.get(key) ?? new Set();
        told.set(key, ranges);
        for (const range of affected.ranges) ranges.add(rangeText(range));
        for (const version of affected.versions)
          ranges.add(rangeText({ introduced: version, lastAffected: version }));
      }
  }
  return told;
}

describe("landmarks agree with the corpus", { skip }, () => {
  for (const [family, name] of [
    ["npm", "npm"],
    ["pypi", "PyPI"],
    ["maven", "Maven"],
    ["golang", "Go"],
    ["cargo", "crates.io"],
  ] as const)
    it(name, () => {
      const rows = ofFamily(family);
      const wanted = new Set(rows.flatMap(({ id, aliases }) => [id, ...aliases]));
      const archive = openZip(accessBytes(readFileSync(join(feeds, "osv", name, "all.zip"))));
      const told = toldByExport(archive, name, wanted);
      for (const row of rows)
        assertTold(
          row,
          new Set([row.id, ...row.aliases].flatMap((id) => [...(told.get(`${id} ${row.package}`) ?? [])])),
        );
    });

  it("Debian", () => {
    const packed = readFileSync(join(feeds, "debian-derived/tracker-from-osv.json.zst"));
    const tracker = JSON.parse(zstdDecompressSync(packed).toString("utf8"));
    const codenames: Readonly<Record<string, string>> = {
      "debian:11": "bullseye",
      "debian:12": "bookworm",
      "debian:13": "trixie",
    };
    for (const row of ofFamily("debian")) {
      const fixed = tracker[row.package]?.[row.id]?.releases?.[codenames[row.ecosystem] ?? ""]?.fixed_version;
      // Older releases stand in DSA and DLA only.
      if (codenames[row.ecosystem] === undefined) continue;
      assertTold(row, new Set([`>=0 <${fixed}`]));
    }
  });

  it("Alpine", () => {
    for (const row of ofFamily("alpine")) {
      const release = `v${row.ecosystem.split(":")[1]}`;
      const documents = ["main", "community"].map((name) =>
        JSON.parse(readFileSync(join(feeds, "alpine", release, `${name}.json`), "utf8")),
      );
      const packages = documents
        .flatMap(({ packages }) => packages)
        .filter(({ pkg }) => pkg.name === row.package);
      const fixes = packages.flatMap(({ pkg }) => Object.entries<readonly string[]>(pkg.secfixes));
      const told = fixes
        .filter(([, ids]) => ids.some((id) => id.split(" ").includes(row.id)))
        .map(([version]) => `>=0 <${version}`);
      assertTold(row, new Set(told));
    }
  });

  it("Red Hat", () => {
    const archive = openZip(accessBytes(readFileSync(join(feeds, "osv/Red Hat/all.zip"))));
    const entries = new Map([...archive.entries()].map((entry) => [entry.name, entry]));
    for (const row of ofFamily("rhel")) {
      const entry = entries.get(`${row.reference.split("/").at(-1)}.json`);
      assert.ok(entry !== undefined, row.reference);
      const access = readEntry(archive, entry, 1 << 26);
      const advisory = osvAdvisory(
        osvRecord.parse(JSON.parse(Buffer.from(access.read(0, access.size)).toString("utf8"))),
        ["Red Hat"],
      );
      assert.ok(advisory?.bundles.includes(row.id) === true, `${row.reference} mends ${row.id}`);
      const told = advisory.affected.filter(
        ({ ecosystem, name }) => ecosystem === row.ecosystem && name === row.package,
      );
      assertTold(
        row,
        new Set(told.flatMap(({ ranges }) => ranges.map((range) => rangeText(range).replace("<0:", "<")))),
      );
    }
  });
});
