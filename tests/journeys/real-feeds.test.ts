import assert from "node:assert/strict";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { makeSampleImage } from "../../src/pipeline/sample.ts";
import { needs, needsShared, sharedDirectory } from "../support/needs.ts";
import { isAffected, osvFacts, type RawFact, trackerFacts } from "../support/raw-advisories.ts";
import { type AskTool, byDpkg, byPip, byRpm, bySemver, orderOf } from "../support/real-orders.ts";
import type { Scanned } from "../support/scan.ts";
import { scratch, seaworthy, tool } from "../support/scratch.ts";

// A database of real advisories (../shared/feeds, as upstream publishes them) against the sample image: the landmarks that the
// project wrote itself must be among what upstream says.

const skip = needsShared("feeds/mirror.sh") || needs("zstd", "unzip");
let mirror = "";
let db = "";
let full: Scanned["report"];
let landmark: Scanned["report"];

suite("real advisories", () => {
  before(
    async () => {
      if (skip !== false) return;
      const dir = scratch("feeds");
      [mirror, db] = [join(dir, "mirror"), join(dir, "advisories.db")];
      await tool("bash", [join(sharedDirectory, "feeds/mirror.sh"), mirror]);
      const updated = await seaworthy(["db", "update", "--from", mirror, "--db", db]);
      assert.equal(updated.code, 0, updated.stderr);
      const image = await makeSampleImage(join(dir, "sample"));
      const json = async (...args: readonly string[]) =>
        JSON.parse(
          (await seaworthy(["scan", "--offline", "--format", "json", ...args, `oci:${image}`])).stdout,
        );
      [full, landmark] = [await json("--db", db), await json()];
    },
    { timeout: 900_000 },
  );

  test("db update takes every record of the npm export", { skip }, async () => {
    const zip = join(mirror, "osv-vulnerabilities.storage.googleapis.com/npm/all.zip");
    const records = (await tool("unzip", ["-Z1", zip])).trim().split("\n").length;
    const status = await seaworthy(["db", "status", "--db", db]);
    const row = /^osv npm +(\d+) +(\d+)/mu.exec(status.stdout);
    assert.equal(Number(row?.[1]) + Number(row?.[2]), records, status.stdout);
    assert.equal(Number(row?.[2]), 0, "rejected records");
  });

  test("scan finds by the full database what it finds by the landmarks", { skip }, () => {
    const key = (each: Scanned["report"]["findings"][number]) => `${each.package} ${each.id}`;
    const found = new Set(
      full.findings.flatMap((each) => [key(each), ...each.aliases.map((id) => `${each.package} ${id}`)]),
    );
    assert.ok(landmark.findings.length > 15, `${landmark.findings.length} findings`);
    assert.deepEqual(
      landmark.findings.map(key).filter((each) => !found.has(each)),
      [],
    );
    assert.ok(full.findings.length > landmark.findings.length);
  });

  test("scan is fully covered by the full database", { skip }, () => {
    assert.deepEqual(full.coverage.gaps, []);
    assert.deepEqual(full.undecided, []);
    assert.equal(landmark.coverage.gaps[0]?.code, "landmark-database");
  });

  const families: readonly Family[] = [
    { why: "npm", facts: () => osvFacts(mirror, "npm", "npm"), ask: bySemver, purl: npmPurl },
    {
      why: "crates.io",
      facts: () => osvFacts(mirror, "crates.io", "crates.io"),
      ask: bySemver,
      purl: (name, version) => `pkg:cargo/${name}@${encodeURIComponent(version)}`,
    },
    {
      why: "PyPI",
      facts: () => osvFacts(mirror, "PyPI", "PyPI"),
      ask: byPip,
      purl: (name, version) => `pkg:pypi/${name}@${encodeURIComponent(version)}`,
    },
    {
      why: "AlmaLinux 9",
      facts: () => osvFacts(mirror, "AlmaLinux", "AlmaLinux:9"),
      ask: byRpm,
      // Modules are told apart by a label that the raw rows do not have.
      takes: (version) => !version.includes(".module"),
      purl: (name, version) =>
        `pkg:rpm/almalinux/${name}@${encodeURIComponent(version)}?distro=almalinux-9.4`,
    },
    {
      why: "Debian 12",
      facts: () => trackerFacts(mirror, "bookworm"),
      ask: byDpkg,
      purl: (name, version) =>
        `pkg:deb/debian/x@1?distro=debian-12.5&upstream=${encodeURIComponent(`${name}@${version}`)}`,
    },
  ];
  for (const { why, facts, ask, purl, takes } of families)
    test(`query finds of ${why} what upstream's documents say, no more and no less`, { skip }, async () => {
      const questions = sampled(await facts()).filter(({ bounds }) => bounds.every(takes ?? (() => true)));
      const order = await orderOf(ask, questions.flatMap(pairsOf));
      const stdin = questions.map(({ name, version }) => `${purl(name, version)}\n`).join("");
      const answered = await seaworthy(["query", "--offline", "--db", db], { stdin });
      const lines = answered.stdout.trimEnd().split("\n");
      assert.equal(lines.length, questions.length, answered.stderr);
      let found = 0;
      const differences = questions.flatMap(({ name, version, about }, at) => {
        const expected = new Set<string>();
        for (const fact of about) {
          const told = isAffected(version, fact, order);
          if (told === undefined) return [];
          if (told) for (const id of fact.ids) expected.add(id);
        }
        found += expected.size;
        const reported = idsOf(JSON.parse(lines[at] ?? ""));
        const missing = [...expected].filter((id) => !reported.has(id));
        // Of the others, only what stands in a record that does not speak of this version is wrong.
        const outside = new Set(about.flatMap(({ ids }) => ids).filter((id) => !expected.has(id)));
        const extra = [...reported].filter((id) => outside.has(id));
        return missing.length + extra.length === 0 ? [] : [{ name, version, missing, extra }];
      });
      assert.deepEqual(differences.slice(0, 5), []);
      assert.ok(questions.length > 100 && found > 200, `${questions.length} questions, ${found} ids`);
    });
});

interface Family {
  readonly why: string;
  readonly facts: () => Promise<ReadonlyMap<string, readonly RawFact[]>>;
  readonly ask: AskTool;
  readonly purl: (name: string, version: string) => string;
  readonly takes?: (version: string) => boolean;
}

interface RawQuestion {
  readonly name: string;
  readonly version: string;
  readonly about: readonly RawFact[];
  readonly bounds: readonly string[];
}

function npmPurl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${encodeURIComponent(version)}`;
}

// Every n-th package with few flaws, at some of the versions that its records name: each is the bound of one and beside others'.
function sampled(facts: ReadonlyMap<string, readonly RawFact[]>): readonly RawQuestion[] {
  const names = [...facts.keys()].filter((name) => (facts.get(name)?.length ?? 0) <= 30).sort();
  const step = Math.max(1, Math.floor(names.length / 200));
  return names
    .filter((_, at) => at % step === 0)
    .flatMap((name) => {
      const about = facts.get(name) ?? [];
      const told = about.flatMap(({ ranges }) => ranges.flat().map(([, version]) => version));
      const bounds = [...new Set(told)].filter((version) => version !== "0").sort();
      return bounds.slice(0, 4).map((version) => ({ name, version, about, bounds }));
    });
}

function pairsOf({ version, about }: RawQuestion): readonly (readonly [string, string])[] {
  return about.flatMap(({ ranges, versions }) => [
    ...versions.map((one) => [version, one] as const),
    ...ranges.flatMap((range) =>
      range.flatMap(([, bound]) => [
        [version, bound] as const,
        ...range.filter(([, other]) => other !== bound).map(([, other]) => [bound, other] as const),
      ]),
    ),
  ]);
}

function idsOf(answer: {
  readonly findings: readonly { readonly id: string; readonly aliases: readonly string[] }[];
}): ReadonlySet<string> {
  return new Set(answer.findings.flatMap(({ id, aliases }) => [id, ...aliases]));
}
