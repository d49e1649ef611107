import assert from "node:assert/strict";
import { test } from "node:test";
import { openvexErrors } from "../../tests/support/openvex-schema.ts";
import { emptyReport, fullReport, libssl, lodash, sampleFinding } from "../../tests/support/sample-report.ts";
import type { Report } from "../core/report.ts";
import type { Suppression } from "../core/suppression.ts";
import { openvexReport } from "./openvex.ts";

const options = { author: "Example <sec@example.org>" };
const digest = "ab".repeat(32);

function written(report: Report): { readonly statements: readonly Readonly<Record<string, unknown>>[] } {
  const document = JSON.parse(openvexReport(report, options));
  assert.deepEqual(openvexErrors(document), []);
  return document;
}

test("openvexReport() keeps to the specification, whatever is in the report", () => {
  assert.equal(written(fullReport).statements.length, 7);
  assert.deepEqual(written(emptyReport).statements, []);
});

test("openvexReport() writes the same bytes for the same report, and another id for another one", () => {
  assert.equal(openvexReport(fullReport, options), openvexReport(fullReport, options));
  const id = (report: Report): string => JSON.parse(openvexReport(report, options))["@id"];
  assert.match(id(fullReport), /^https:\/\/openvex\.dev\/docs\/public\/vex-[0-9a-f]{64}$/);
  assert.notEqual(id(fullReport), id(emptyReport));
  assert.notEqual(
    id(fullReport),
    id({ ...fullReport, currency: { ...fullReport.currency, today: "2026-01-02" } }),
  );
});

test("openvexReport() names the image by its digest, with the packages as subcomponents", () => {
  const [first] = written({
    ...emptyReport,
    image: fullReport.image,
    findings: [sampleFinding(libssl, "CVE-1", "low")],
  }).statements;
  const purl = `pkg:oci/app@sha256:${digest}?arch=arm&repository_url=example.org/app`;
  assert.deepEqual(first?.["products"], [
    {
      "@id": purl,
      identifiers: { purl },
      hashes: { "sha-256": digest },
      subcomponents: [{ "@id": libssl.purl, identifiers: { purl: libssl.purl } }],
    },
  ]);
});

const names: readonly (readonly [reference: string, digest: string | null, product: string])[] = [
  ["nginx:1.25", null, "pkg:oci/nginx?arch=arm&repository_url=docker.io/library/nginx&tag=1.25"],
  ["docker://ghcr.io/team/app", null, "pkg:oci/app?arch=arm&repository_url=ghcr.io/team/app&tag=latest"],
  ["docker-archive:app.tar", `sha256:${digest}`, `pkg:oci/image@sha256:${digest}?arch=arm`],
  ["dir:/srv", null, lodash.purl],
];
for (const [reference, known, product] of names)
  test(`openvexReport() calls the product of ${reference} ${product}`, () => {
    const image = { ...fullReport.image, reference, digest: known };
    const [first] = written({
      ...emptyReport,
      image,
      findings: [sampleFinding(lodash, "CVE-1", "low")],
    }).statements;
    assert.match(JSON.stringify(first?.["products"]), new RegExp(`^\\[\\{"@id":"${RegExp.escape(product)}"`));
  });

const exception = {
  kind: "exception",
  place: { file: "e.yaml", line: 1, column: 1 },
  reason: "a reason",
  owner: "team",
  expires: "2026-02-01",
} as const;
const vex = {
  kind: "vex",
  source: "v.json",
  document: "https://example.org/1",
  author: "Supplier",
  statement: "words",
} as const;
const suppressions: readonly (readonly [suppression: Suppression, words: object])[] = [
  [
    { ...exception, justification: "risk_accepted" },
    {
      status: "affected",
      status_notes: "a reason (exception of team, until 2026-02-01: risk_accepted)",
      action_statement: "Upgrade to 9.9.9.",
    },
  ],
  [
    { ...exception, justification: "false_positive" },
    {
      status: "not_affected",
      status_notes: "exception of team, until 2026-02-01",
      impact_statement: "a reason",
    },
  ],
  [
    { ...exception, justification: "component_not_present", expires: null },
    {
      status: "not_affected",
      status_notes: "a reason (exception of team)",
      justification: "component_not_present",
    },
  ],
  [
    { ...vex, status: "not_affected", justification: "vulnerable_code_not_present" },
    {
      status: "not_affected",
      status_notes: "words (said by Supplier in https://example.org/1)",
      justification: "vulnerable_code_not_present",
    },
  ],
  [
    { ...vex, status: "not_affected", justification: "code_not_reachable", author: "", document: "" },
    {
      status: "not_affected",
      status_notes: "words (said by an unnamed author)",
      justification: "vulnerable_code_not_in_execute_path",
    },
  ],
  [
    { ...vex, status: "not_affected", justification: "requires_environment", statement: "" },
    {
      status: "not_affected",
      status_notes: "said by Supplier in https://example.org/1",
      impact_statement: "requires_environment",
    },
  ],
  [
    { ...vex, status: "fixed", justification: null },
    { status: "fixed", status_notes: "words (said by Supplier in https://example.org/1)" },
  ],
];
for (const [suppression, words] of suppressions)
  test(`openvexReport() writes ${suppression.kind} ${suppression.justification} as it may be told to others`, () => {
    const [first] = written({
      ...emptyReport,
      suppressed: [{ ...sampleFinding(lodash, "CVE-1", "low"), suppression }],
    }).statements;
    const { vulnerability: _, products: _products, ...found } = first ?? {};
    assert.deepEqual(found, words);
  });

test("openvexReport() says one thing of several packages once", () => {
  const findings = [
    sampleFinding(libssl, "CVE-1", "low"),
    sampleFinding(lodash, "CVE-1", "high"),
    sampleFinding(lodash, "CVE-1", "high"),
  ];
  const [first, ...more] = written({ ...emptyReport, image: fullReport.image, findings }).statements;
  assert.equal(more.length, 0);
  assert.equal(JSON.stringify(first).split('"@id":"pkg:npm').length, 2);
});
