import assert from "node:assert/strict";
import { test } from "node:test";
import { fullReport, lodash, sampleFinding, samplePackage } from "../../tests/support/sample-report.ts";
import type { Report } from "../core/report.ts";
import { compareWithBase, compareWithBaseline } from "./baseline.ts";

const left = samplePackage("left", "1.0.0", 1);
const leftNext = samplePackage("left", "1.0.1", 1);
const before: Report = {
  ...fullReport,
  packages: [left, lodash],
  findings: [sampleFinding(left, "CVE-1", "high"), sampleFinding(lodash, "CVE-5", "high")],
  suppressed: [],
};

const rows: readonly (readonly [
  what: string,
  now: Pick<Report, "packages" | "findings">,
  since: readonly string[],
  mended: number,
])[] = [
  ["the same", before, ["known", "known"], 0],
  [
    "an upgrade that does not mend, and another finding of the old package",
    {
      packages: [leftNext, lodash],
      findings: [sampleFinding(leftNext, "CVE-1", "high"), sampleFinding(lodash, "CVE-6", "high")],
    },
    ["known", "new-advisory"],
    1,
  ],
  [
    "an upgrade that brings a finding, and a new package",
    {
      packages: [leftNext, samplePackage("more", "1.0.0", 1)],
      findings: [
        sampleFinding(leftNext, "CVE-2", "high"),
        sampleFinding(samplePackage("more", "1.0.0", 1), "CVE-1", "high"),
      ],
    },
    ["changed", "changed"],
    2,
  ],
];
for (const [what, now, since, mended] of rows)
  test(`compareWithBaseline() judges ${what}`, () => {
    const answer = compareWithBaseline({ ...now, checks: fullReport.checks.slice(0, 1) }, before);
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
    { packages: fullReport.packages, findings: [accepted], checks: [{ ...check, paths: ["opt/apt"] }] },
    fullReport,
  );
  assert.deepEqual([answer.findings[0]?.since, answer.checks[0]?.since], ["known", "changed"]);
});

test("compareWithBase() takes the base's layers for known, and answers nothing where there is none", () => {
  const answer = compareWithBase(fullReport);
  assert.deepEqual(
    answer?.findings.map(({ layer, since }) => [layer, since]),
    fullReport.findings.map(({ layer }) => [layer, layer === 0 ? "known" : "changed"]),
  );
  const layers = fullReport.image.layers.map((layer) => ({ ...layer, fromBase: null }));
  assert.equal(compareWithBase({ ...fullReport, image: { ...fullReport.image, layers } }), undefined);
});
