import assert from "node:assert/strict";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { makeSampleImage } from "../../src/pipeline/sample.ts";
import { needs, needsShared, sharedDirectory, skipFor } from "../support/needs.ts";
import { isAffected, osvFacts, type RawFact, secdbFacts, trackerFacts } from "../support/raw-advisories.ts";
import {
  type AskTool,
  byDpkg,
  byGo,
  byMaven,
  byNumbers,
  byPip,
  byRpm,
  bySemver,
  mavenJar,
  orderOf,
} from "../support/real-orders.ts";
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

  const exported = (folder: string, takes = (ecosystem: string) => ecosystem === folder) =>
    osvFacts(mirror, { folders: [folder], takes });
  // SUSE's notices stand in the export of the one or the other distribution, whichever they mend.
  const suse = (takes: (ecosystem: string) => boolean) =>
    osvFacts(mirror, { folders: ["SUSE", "openSUSE"], takes });
  // Modules are told apart by a label that the raw rows do not have.
  const plain = (version: string) => !version.includes(".module");
  const families: readonly Family[] = [
    { why: "npm", facts: () => exported("npm"), ask: bySemver, purl: npmPurl },
    {
      why: "crates.io",
      facts: () => exported("crates.io"),
      ask: bySemver,
      purl: (name, version) => `pkg:cargo/${name}@${encodeURIComponent(version)}`,
    },
    {
      why: "PyPI",
      // GitHub and Python's own advisories spell one package in several ways (PEP 503).
      facts: () =>
        osvFacts(mirror, {
          folders: ["PyPI"],
          takes: (ecosystem) => ecosystem === "PyPI",
          nameOf: (name) => name.toLowerCase().replace(/[-_.]+/g, "-"),
        }),
      ask: byPip,
      purl: (name, version) => `pkg:pypi/${encodeURIComponent(name)}@${encodeURIComponent(version)}`,
    },
    {
      why: "Maven",
      facts: () => exported("Maven"),
      ask: byMaven,
      purl: (name, version) => `pkg:maven/${name.replace(":", "/")}@${encodeURIComponent(version)}`,
      needs: () => needs("java") || skipFor(mavenJar === undefined ? ["maven"] : []),
    },
    {
      why: "Go",
      facts: () => exported("Go"),
      ask: byGo,
      purl: (name, version) =>
        `pkg:golang/${name.split("/").map(encodeURIComponent).join("/")}@${encodeURIComponent(version)}`,
      needs: () => needs("go"),
    },
    {
      why: "AlmaLinux 9",
      facts: () => exported("AlmaLinux", (ecosystem) => ecosystem === "AlmaLinux:9"),
      ask: byRpm,
      takes: plain,
      purl: rpmPurl("almalinux", "9.4"),
    },
    {
      why: "Rocky Linux 9",
      facts: () => exported("Rocky Linux", (ecosystem) => ecosystem === "Rocky Linux:9"),
      ask: byRpm,
      takes: plain,
      purl: rpmPurl("rocky", "9.4"),
    },
    {
      why: "Red Hat Enterprise Linux 9",
      facts: () => exported("Red Hat", (ecosystem) => /^Red Hat:enterprise_linux:9(?:::|$)/.test(ecosystem)),
      ask: byRpm,
      takes: plain,
      purl: rpmPurl("rhel", "9.4"),
    },
    {
      why: "SLES 15 SP5",
      facts: () => suse((ecosystem) => sles155.test(ecosystem)),
      ask: byRpm,
      purl: rpmPurl("sles", "15.5"),
    },
    {
      why: "openSUSE Leap 15.5",
      facts: () => suse((ecosystem) => ecosystem === "openSUSE:Leap 15.5"),
      ask: byRpm,
      purl: rpmPurl("opensuse-leap", "15.5"),
    },
    {
      why: "Alpine 3.20",
      facts: () => secdbFacts(mirror, "v3.20"),
      ask: byNumbers,
      purl: (name, version) => `pkg:apk/alpine/${name}@${encodeURIComponent(version)}?distro=alpine-3.20.1`,
    },
    {
      why: "Debian 12",
      facts: () => trackerFacts(mirror, "bookworm"),
      ask: byDpkg,
      purl: debPurl("debian", "12.5"),
    },
    {
      why: "Ubuntu 22.04",
      // What is told of Pro alone is true of the plain package, too; Pro's own builds are another question.
      facts: () =>
        osvFacts(mirror, {
          folders: ["Ubuntu"],
          takes: (ecosystem) => ecosystem === "Ubuntu:22.04:LTS",
          instead: (ecosystem) => ecosystem === "Ubuntu:Pro:22.04:LTS",
        }),
      ask: byDpkg,
      asks: (version) => !/[+~]esm/.test(version),
      purl: debPurl("ubuntu", "22.04"),
    },
  ];
  for (const { why, facts, ask, purl, takes, asks, needs: tools } of families) {
    const without = skip || (tools?.() ?? false);
    test(`query finds of ${why} what upstream's documents say`, { skip: without }, async () => {
      const questions = sampled(await facts())
        .filter(({ bounds }) => bounds.every(takes ?? (() => true)))
        .filter(({ version }) => asks?.(version) ?? true);
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
  }
});

interface Family {
  readonly why: string;
  readonly facts: () => Promise<ReadonlyMap<string, readonly RawFact[]>>;
  readonly ask: AskTool;
  readonly purl: (name: string, version: string) => string;
  /** Are packages asked for of which this is a bound? */
  readonly takes?: (bound: string) => boolean;
  /** Is this version asked for? */
  readonly asks?: (version: string) => boolean;
  /** What is missing on this machine. */
  readonly needs?: () => false | string;
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

function rpmPurl(distro: string, release: string): Family["purl"] {
  return (name, version) =>
    `pkg:rpm/${distro}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?distro=${distro}-${release}`;
}

function debPurl(distro: string, release: string): Family["purl"] {
  return (name, version) =>
    `pkg:deb/${distro}/x@1?distro=${distro}-${release}&upstream=${encodeURIComponent(`${name}@${version}`)}`;
}

// What a plain server can install: itself, its modules, the kit and the hub; not what is sold apart.
const sles155 =
  /^SUSE:(?:Linux Enterprise (?:Server|Software Development Kit|Module for (?!SAP).+)|Package Hub) 15 SP5$/;

// Every n-th package with few flaws, at some of the versions that its records name: each is the bound of one and beside others'.
function sampled(facts: ReadonlyMap<string, readonly RawFact[]>): readonly RawQuestion[] {
  const asked = [...facts]
    .filter(([, about]) => about.length <= 30)
    .map(([name, about]) => {
      const told = about.flatMap(({ ranges }) => ranges.flat().map(([, version]) => version));
      return { name, about, bounds: [...new Set(told)].filter((version) => version !== "0").sort() };
    })
    .filter(({ bounds }) => bounds.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const step = Math.max(1, Math.floor(asked.length / 200));
  return asked
    .filter((_, at) => at % step === 0)
    .flatMap(({ name, about, bounds }) =>
      bounds.slice(0, 4).map((version) => ({ name, version, about, bounds })),
    );
}

// What has to be compared; "0" is before every version.
function pairsOf({ version, about }: RawQuestion): readonly (readonly [string, string])[] {
  return about.flatMap(({ ranges, versions }) => [
    ...versions.map((one) => [version, one] as const),
    ...ranges
      .map((range) => range.map(([, bound]) => bound).filter((bound) => bound !== "0"))
      .flatMap((bounds) =>
        bounds.flatMap((bound) => [
          [version, bound] as const,
          ...bounds.filter((other) => other !== bound).map((other) => [bound, other] as const),
        ]),
      ),
  ]);
}

function idsOf(answer: {
  readonly findings: readonly { readonly id: string; readonly aliases: readonly string[] }[];
}): ReadonlySet<string> {
  return new Set(answer.findings.flatMap(({ id, aliases }) => [id, ...aliases]));
}
