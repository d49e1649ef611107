import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyReport, fullReport, lodash, samplePackage } from "../../tests/support/sample-report.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import { jsonReport } from "./json.ts";
import { readReport } from "./read-json.ts";
import { tableReport } from "./table.ts";

const written = (report: Report): string => [...jsonReport(report)].join("");
const named: Report = {
  ...fullReport,
  packages: [
    { ...lodash, namespace: "@x", purl: "pkg:npm/%40x/lodash@1", name: "lodash" },
    samplePackage("b", "1", 0, { type: "maven", namespace: "org.a", purl: "pkg:maven/org.a/b@1" }),
    samplePackage("B_C", "1", 0, { type: "pypi", purl: "pkg:pypi/b-c@1" }),
    samplePackage("c", "v1", 0, {
      type: "golang",
      namespace: "example.org/A",
      purl: "pkg:golang/example.org/a/c@v1",
    }),
  ],
};
for (const [what, report] of [
  ["full", fullReport],
  ["empty", emptyReport],
  ["with namespaces", named],
] as const)
  test(`readReport() reads a report that is ${what} as it was written`, () => {
    const read = readReport(written(report), "r.json");
    assert.equal(written(read), written(report));
    const options = { colour: false, width: 100, all: true };
    assert.equal(tableReport(read, options), tableReport(report, options));
    assert.deepEqual(
      read.packages.map(({ namespace, name }) => [namespace, name]),
      report.packages.map(({ namespace, name }) => [namespace, name]),
    );
  });

const change = (edit: (value: { readonly [key: string]: unknown }) => object): string =>
  JSON.stringify(edit(JSON.parse(written(fullReport))));
const rows: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["no JSON", "{", /^read report "r\.json": .*JSON/],
  ["another document", "[1]", /it is no report of Seaworthy/],
  ["another version", change((value) => ({ ...value, schemaVersion: "0.9" })), /its schemaVersion is "0\.9"/],
  ["a missing list", change((value) => ({ ...value, findings: undefined })), /: findings: /],
  ["a wrong item", change((value) => ({ ...value, findings: [{}] })), /: findings\.0\.id: /],
  [
    "a broken purl",
    change((value) => ({
      ...value,
      packages: [{ ...JSON.parse(written(fullReport)).packages[1], purl: "x" }],
    })),
    /package URL/,
  ],
];
for (const [what, text, message] of rows)
  test(`readReport() refuses ${what} and says where`, () => {
    assert.throws(
      () => readReport(text, "r.json"),
      (thrown) =>
        thrown instanceof SeaworthyError && thrown.code === "report-invalid" && message.test(thrown.message),
    );
  });
