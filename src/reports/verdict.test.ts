import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyReport, fullReport } from "../../tests/support/sample-report.ts";
import { codeOf } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import {
  compareVerdicts,
  parseVerdictPredicate,
  verdictJson,
  verdictOf,
  writeVerdictPredicate,
} from "./verdict.ts";

const verdict = verdictOf(fullReport, "0.1.0");

test("writeVerdictPredicate() writes one text for one verdict", () => {
  const shuffled = Object.fromEntries(Object.entries(verdict).reverse());
  assert.equal(writeVerdictPredicate(verdict), JSON.stringify(verdict));
  assert.equal(writeVerdictPredicate(parseVerdictPredicate(shuffled)), JSON.stringify(verdict));
  assert.deepEqual(parseVerdictPredicate({ ...verdict, more: 1 }), verdict);
  assert.deepEqual(JSON.parse(verdictJson(fullReport, "0.1.0")), JSON.parse(JSON.stringify(verdict)));
});

test("parseVerdictPredicate() refuses what is no verdict", () => {
  const rows: readonly object[] = [
    { decision: "maybe" },
    { decision: undefined },
    { reference: 1 },
    { imageDigest: null },
    { imageDigest: "sha256:ab" },
    { policyDigest: "x" },
    { day: "2026-02-30" },
    { day: "today" },
    { toolVersion: 1 },
    { reasons: [{ code: "x" }] },
    { reasons: "none" },
    { warnings: [1] },
  ];
  for (const change of rows)
    assert.throws(
      () => parseVerdictPredicate({ ...verdict, ...change }),
      (thrown: unknown) => codeOf(thrown) === "malformed",
      JSON.stringify(change),
    );
});

test("verdictOf() refuses an image that nobody could find again", () => {
  assert.throws(() => verdictOf(emptyReport, "1"), { code: "unsupported" });
});

const { policy, coverage, currency } = fullReport;
const changes: readonly (readonly [what: string, change: Partial<Report>])[] = [
  ["image", { image: { ...fullReport.image, digest: `sha256:${"12".repeat(32)}` } }],
  ["packages", { packages: fullReport.packages.slice(1) }],
  [
    "advisory database",
    { coverage: { ...coverage, database: { ...coverage.database, digest: `sha256:${"34".repeat(32)}` } } },
  ],
  ["policy", { policy: { ...policy, onlyFixed: true } }],
  ["exceptions", { exceptions: [] }],
  ["VEX statements", { vex: [] }],
  ["baseline", { baseline: null }],
  ["signatures", { trust: null }],
  ["day", { currency: { ...currency, today: "2026-01-02" } }],
];
for (const [what, change] of changes)
  test(`compareVerdicts() names a changed ${what}, and it alone`, () => {
    const { inputs, same } = compareVerdicts(verdict, verdictOf({ ...fullReport, ...change }, "0.1.0"));
    assert.deepEqual(
      inputs.map((one) => one.what),
      [what],
    );
    assert.equal(same, false);
  });

test("verdictOf() leaves out attestations that nobody demands, and where and how often a good one hangs", () => {
  const { trust } = fullReport;
  assert.ok(trust !== null);
  const [good] = trust.items;
  assert.ok(good !== undefined);
  const more = { ...good, source: "referrer sha256:0" };
  const own = {
    ...good,
    kind: "attestation" as const,
    predicateType: "https://seaworthy.dev/attestation/verdict/v1",
  };
  const same = { ...fullReport, trust: { ...trust, subjects: [], items: [...trust.items, more, own] } };
  assert.deepEqual(compareVerdicts(verdict, verdictOf(same, "0.1.0")), { inputs: [], same: true });
  const rows: readonly NonNullable<Report["trust"]>[] = [
    { ...trust, items: trust.items.slice(1) },
    { ...trust, items: [{ ...good, payloadDigest: "sha256:0" }, ...trust.items.slice(1)] },
    {
      ...trust,
      items: [
        { ...good, signer: { kind: "key", fingerprint: "sha256:0", name: "ci.pub" } },
        ...trust.items.slice(1),
      ],
    },
    { ...trust, items: trust.items.slice(0, 1) },
    { ...trust, incomplete: [] },
  ];
  for (const changed of rows)
    assert.deepEqual(
      compareVerdicts(verdict, verdictOf({ ...fullReport, trust: changed }, "0.1.0")).inputs.map(
        (one) => one.what,
      ),
      ["signatures"],
    );
});

test("compareVerdicts() finds the same verdict the same, and another outcome of the same inputs not", () => {
  assert.deepEqual(compareVerdicts(verdict, verdictOf(fullReport, "0.1.0")), { inputs: [], same: true });
  const other = verdictOf({ ...fullReport, findings: fullReport.findings.slice(1) }, "0.1.0");
  assert.deepEqual(compareVerdicts(verdict, other), { inputs: [], same: false });
});
