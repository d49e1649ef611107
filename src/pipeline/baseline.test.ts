import assert from "node:assert/strict";
import { test } from "node:test";
import { fullReport, lodash, sampleFinding, samplePackage } from "../../tests/support/sample-report.ts";
import type { Report } from "../core/report.ts";
import { baselineNote, compareWithBase, compareWithBaseline } from "./baseline.ts";

const left = samplePackage("left", "1.0.0", 1);
const leftNext = samplePackage("left", "1.0.1", 1);
const before: Report = {
  ...fullReport,
  packages: [left, lodash],
  findings: [sampleFinding(left, "CVE-1", "high"), sampleFinding(lodash, "CVE-5", "high")],
  suppressed: [],
};

const nothing = { suppressed: [], suppressedChecks: [] };
const more = samplePackage("more", "1.0.0", 1);

const rows: readonly (readonly [
  what: string,
  now: Pick<Report, "packages" | "findings">,
  since: readonly string[],
  mended: number,
  brought: readonly string[],
])[] = [
  ["the same", before, ["known", "known"], 0, []],
  [
    "an upgrade that does not mend, and another finding of the old package",
    {
      packages: [leftNext, lodash],
      findings: [sampleFinding(leftNext, "CVE-1", "high"), sampleFinding(lodash, "CVE-6", "high")],
    },
    ["known", "new-advisory"],
    1,
    [leftNext.purl],
  ],
  [
    "an upgrade that brings a finding, and a new package",
    {
      packages: [more, leftNext],
      findings: [sampleFinding(leftNext, "CVE-2", "high"), sampleFinding(more, "CVE-1", "high")],
    },
    ["changed", "changed"],
    2,
    [leftNext.purl, more.purl],
  ],
];
for (const [what, now, since, mended, packages] of rows)
  test(`compareWithBaseline() judges ${what}`, () => {
    const checks = fullReport.checks.slice(0, 1);
    const answer = compareWithBaseline({ ...now, ...nothing, checks }, before);
    assert.deepEqual(
      answer.findings.map((finding) => finding.since),
      since,
    );
    const of = (word: string): number => since.filter((one) => one === word).length;
    assert.deepEqual(answer.baseline, {
      reference: fullReport.image.reference,
      digest: fullReport.image.digest,
      changed: of("changed"),
      newAdvisories: of("new-advisory"),
      known: of("known"),
      mended,
      packages,
    });
    assert.deepEqual(
      answer.checks.map((check) => check.since),
      ["known"],
    );
  });

test("compareWithBaseline() takes what was suppressed for known, and a check in another place for new", () => {
  const [accepted] = fullReport.suppressed;
  const [check] = fullReport.checks;
  assert.ok(accepted && check);
  const answer = compareWithBaseline(
    {
      ...nothing,
      packages: fullReport.packages,
      findings: [accepted],
      checks: [{ ...check, paths: ["opt/apt"] }],
    },
    fullReport,
  );
  assert.deepEqual([answer.findings[0]?.since, answer.checks[0]?.since], ["known", "changed"]);
});

test("compareWithBaseline() takes nothing for mended that is suppressed, and no finding for new beside one that is", () => {
  const twice = { ...left, version: "2.0.0", purl: "pkg:npm/left@2.0.0" };
  const packages = [left, twice];
  const [open, other] = packages.map((pkg) => sampleFinding(pkg, "CVE-1", "high"));
  const [{ suppression } = { suppression: undefined }] = fullReport.suppressed;
  assert.ok(open && other && suppression);
  const answer = compareWithBaseline(
    { packages, findings: [open], suppressed: [{ ...other, suppression }], checks: [], suppressedChecks: [] },
    { ...before, packages, findings: [open, other] },
  );
  assert.deepEqual([answer.findings[0]?.since, answer.baseline.mended], ["known", 0]);
});

const noted: readonly (readonly [reference: string, before: string, layers: number, note: boolean])[] = [
  ["example.org/app:2", "example.org/app:1", 9, false],
  ["docker.io/library/app:2", "docker://app:1", 9, false],
  ["example.org/app:2", "example.org/other:1", 9, true],
  ["example.org/app:2", "debian:12", 1, false],
  ["dir:/app", "debian:12", 9, false],
];
for (const [reference, other, layers, note] of noted)
  test(`baselineNote() ${note ? "notes" : "is silent on"} ${other} beside ${reference}`, () => {
    const [first] = fullReport.image.layers;
    assert.ok(first);
    const apart = layers === 1 ? [first] : [{ ...first, diffId: "sha256:other" }];
    const own = { ...fullReport.image, reference };
    assert.equal(baselineNote(own, { reference: other, layers: apart }) !== undefined, note);
  });

test("compareWithBase() takes the base's layers for known, and answers nothing where there is none", () => {
  const answer = compareWithBase(fullReport);
  assert.deepEqual(
    answer?.findings.map(({ layer, since }) => [layer, since]),
    fullReport.findings.map(({ layer }) => [layer, layer === 0 ? "known" : "changed"]),
  );
  const own = fullReport.packages.filter(({ layer }) => layer !== 0).map(({ purl }) => purl);
  assert.deepEqual(answer?.baseline.packages, own.toSorted());
  const layers = fullReport.image.layers.map((layer) => ({ ...layer, fromBase: null }));
  assert.equal(compareWithBase({ ...fullReport, image: { ...fullReport.image, layers } }), undefined);
});
