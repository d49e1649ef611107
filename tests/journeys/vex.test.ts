import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openRepository } from "../../src/cli/vex-repository.ts";
import type { Finding } from "../../src/core/finding.ts";
import type { FoundPackage, Package } from "../../src/core/package.ts";
import { packagePurl } from "../../src/core/purl.ts";
import type { Report } from "../../src/core/report.ts";
import { applyVex } from "../../src/policy/vex/apply.ts";
import { readVex } from "../../src/policy/vex/read.ts";
import { readRepositoryIndex } from "../../src/policy/vex/repository.ts";
import { jsonReport } from "../../src/reports/json.ts";
import { needs, needsShared, sharedDirectory } from "../support/needs.ts";
import { emptyReport, sampleFinding } from "../support/sample-report.ts";
import { scratch, seaworthy, tool } from "../support/scratch.ts";

// Documents that others wrote: the VEX repositories of Rancher and Aqua, and what Red Hat publishes as CSAF (../shared/feeds/vex).

const vex = join(sharedDirectory, "feeds/vex");
const rancher = join(vex, "rancher-vexhub.tar.zst");
const aqua = join(vex, "aquasecurity-vexhub.tar.zst");

/** Of each repository: the documents that index.json names, those of them that are there, and their statements by `jq`. */
const repositories: readonly (readonly [
  archive: string,
  named: number,
  there: number,
  statements: number,
])[] = [
  [rancher, 1118, 1117, 296_659],
  [aqua, 57, 57, 15_302],
];
for (const [archive, named, there, statements] of repositories)
  test(`every document of ${archive.split("/").at(-1)} is read`, {
    skip: needsShared("feeds/vex"),
    timeout: 120_000,
  }, async () => {
    const files = await openRepository(archive, archive);
    const locations = new Set(readRepositoryIndex(files.index, "index.json").map(({ location }) => location));
    const texts = await files.read(locations);
    assert.deepEqual([locations.size, texts.size], [named, there]);
    let sum = 0;
    for (const [location, text] of texts) {
      const reading = readVex(text, location);
      assert.deepEqual(reading.notes, []);
      sum += reading.statements.length;
    }
    assert.equal(sum, statements);
  });

function found(
  type: Package["type"],
  name: string,
  version: string,
  path: string,
  more: Partial<Package> = {},
): Package {
  const pkg: FoundPackage = { type, name, version, licences: [], ...more };
  return { ...pkg, purl: packagePurl(pkg, more.distro), layer: 0, locations: [{ path, layer: 0 }], ...more };
}

const alpine = { id: "alpine", version: "3.19.1", idLike: [], prettyName: "Alpine Linux v3.19" };
const trivy = found("golang", "github.com/aquasecurity/trivy", "v0.51.1", "usr/local/bin/trivy", {
  main: true,
});
const helm = found("golang", "helm.sh/helm/v3", "v3.13.0", "usr/local/bin/trivy");
const busybox = found("apk", "busybox", "1.36.1-r15", "lib/apk/db/installed", {
  distro: alpine,
  arch: "x86_64",
});

function reportOf(reference: string, packages: readonly Package[], findings: readonly Finding[]): string {
  const report: Report = {
    ...emptyReport,
    packages,
    findings,
    image: { ...emptyReport.image, reference, layers: [] },
  };
  const file = join(scratch("vex"), "report.json");
  writeFileSync(file, [...jsonReport(report)].join(""));
  return file;
}

const images: readonly (readonly [reference: string, told: readonly string[]])[] = [
  ["aquasec/trivy:0.51.1", ["CVE-2023-42363 matched", "GO-2024-2575 matched"]],
  ["ghcr.io/aquasecurity/trivy:0.51.1", ["CVE-2023-42363 matched", "GO-2024-2575 matched"]],
  // In another registry the image's own statements are none; those on the program hold wherever it lies.
  ["registry.example.org/mirror/trivy:0.51.1", ["GO-2024-2575 matched"]],
];
for (const [reference, told] of images)
  test(`Aqua's own statements on ${reference} match`, { skip: needsShared("feeds/vex") }, async () => {
    const findings = [
      sampleFinding(busybox, "CVE-2023-42363", "medium"),
      sampleFinding(helm, "CVE-2024-26147", "high", { aliases: ["GHSA-r53h-jv2g-vpx6", "GO-2024-2575"] }),
    ];
    const report = reportOf(reference, [trivy, helm, busybox], findings);
    const { code, stdout } = await seaworthy([
      "vex",
      "check",
      `repo:${aqua}`,
      "--report",
      report,
      "-f",
      "json",
    ]);
    const { statements } = JSON.parse(stdout);
    assert.deepEqual(
      statements
        .map((one: { vulnerability: string; state: string }) => `${one.vulnerability} ${one.state}`)
        .toSorted(),
      told,
    );
    assert.equal(code, 0);
  });

test("every product status of Red Hat's documents is read", {
  skip: needsShared("feeds/vex") || needs("tar", "zstd"),
}, async () => {
  const dir = await csafSamples();
  const files = readdirSync(dir).filter((name) => name.endsWith(".json"));
  assert.equal(files.length, 8);
  for (const name of files) {
    const text = readFileSync(join(dir, name), "utf8");
    const flaws: readonly { readonly product_status: Readonly<Record<string, readonly string[]>> }[] =
      JSON.parse(text).vulnerabilities;
    const raw = flaws.flatMap(({ product_status: statuses }) => Object.values(statuses).flat()).length;
    const { statements, notes } = readVex(text, name);
    assert.equal(statements.flatMap(({ products }) => products).length, raw, name);
    assert.deepEqual(notes, []);
  }
});

async function csafSamples(): Promise<string> {
  const dir = scratch("csaf");
  await tool("tar", ["--zstd", "-xf", join(vex, "csaf-vex-samples.tar.zst"), "-C", dir]);
  return join(dir, "csaf-redhat-vex");
}

// CVE-2023-38545 (curl): RHEL 8's curl does not have it, RHEL 9's was mended in 7.76.1-26.el9_3.2. "pkg:rpm/redhat/libcurl" is named in
// both; who does not look at the release that it is a component of calls RHEL 9's not affected.
const releases: readonly (readonly [release: string, version: string, told: RegExp])[] = [
  ["8.8", "7.61.1-34.el8", /^fixed unmatched .*\nnot_affected matched /],
  [
    "9.3",
    "7.76.1-26.el9",
    /^fixed near pkg:rpm\/redhat\/libcurl@\S+ is here as 7\.76\.1-26\.el9\nnot_affected unmatched .*is another release than 9\.3$/,
  ],
  ["9.3", "7.76.1-26.el9_3.2", /^fixed matched /],
  ["10.0", "8.9.1-5.el10", /^fixed unmatched .*\nnot_affected unmatched /],
];
for (const [release, version, told] of releases)
  test(`Red Hat's CVE-2023-38545 for libcurl ${version} of RHEL ${release}`, {
    skip: needsShared("feeds/vex") || needs("tar", "zstd"),
  }, async () => {
    const distro = {
      id: "rhel",
      version: release,
      idLike: ["fedora"],
      prettyName: `Red Hat Enterprise Linux ${release}`,
    };
    const source = { name: "curl", version };
    const libcurl = found("rpm", "libcurl", version, "var/lib/rpm/rpmdb.sqlite", {
      distro,
      source,
      arch: "x86_64",
    });
    const { statements } = readVex(
      readFileSync(join(await csafSamples(), "cve-2023-38545.json"), "utf8"),
      "c.json",
    );
    const image = { references: ["ubi:1"], digests: [], platform: { os: "linux", architecture: "amd64" } };
    const findings = [sampleFinding(libcurl, "CVE-2023-38545", "high")];
    const { states } = applyVex({ image, packages: [libcurl], findings }, statements);
    assert.match(
      states.map(({ statement, state, message }) => `${statement.status} ${state} ${message}`).join("\n"),
      told,
    );
  });
