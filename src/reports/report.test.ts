import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import {
  libssl as deb,
  emptyReport,
  sampleFinding as finding,
  fullReport,
  lodash,
  samplePackage as pkg,
} from "../../tests/support/sample-report.ts";
import { severities } from "../core/severity.ts";
import { jsonReport } from "./json.ts";
import { instruction } from "./layer-text.ts";
import { tableReport } from "./table.ts";
import { clean, columns, cut } from "./terminal.ts";

const schema: unknown = JSON.parse(
  readFileSync(new URL("../../schemas/report.schema.json", import.meta.url), "utf8"),
);
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
const validate = ajv.compile(typeof schema === "object" && schema !== null ? schema : false);

for (const [name, report] of [
  ["a full report", fullReport],
  ["an empty report", emptyReport],
] as const)
  test(`jsonReport() writes ${name} by the schema`, () => {
    const text = [...jsonReport(report)].join("");
    assert.ok(text.endsWith("}\n"));
    assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors, undefined, 1));
  });

test("the schema refuses a field that it does not know, and one that is missing", () => {
  const value = JSON.parse([...jsonReport(fullReport)].join(""));
  assert.equal(validate({ ...value, more: 1 }), false);
  assert.equal(validate({ ...value, verdict: undefined }), false);
});

test("jsonReport() writes full names, null for what is not there, and 'any'", () => {
  const scoped = { ...lodash, namespace: "@x" };
  const value = JSON.parse([...jsonReport({ ...fullReport, packages: [scoped, deb] })].join(""));
  assert.deepEqual(
    value.packages.map((one: { name: string; source: unknown; arch: unknown }) => [
      one.name,
      one.source,
      one.arch,
    ]),
    [
      ["@x/lodash", null, null],
      ["libssl3", { name: "openssl", version: "3.0.9-1" }, "amd64"],
    ],
  );
  assert.equal(value.policy.failOn, "any");
  assert.equal(value.image.platform, "linux/arm/v7");
});

describe("table", () => {
  const plain = { colour: false, width: 100, all: false };

  test("tableReport() shows layers, upgrades, what is hidden and unknown, and the verdict last", () => {
    const text = tableReport(fullReport, plain);
    const lines = text.trimEnd().split("\n");
    assert.match(text, /^layer 0 {2}ADD file:1 in \/ {2}base$/m);
    assert.match(text, /^layer 1 {2}RUN npm ci {2}Dockerfile:7 · application$/m);
    assert.match(text, /lodash +4\.17\.4 → 4\.17\.21 +critical CVE-2021-1 \(KEV\)/);
    assert.match(text, /libssl3 +3\.0\.9-1 +low +won't fix: CVE-2021-4/);
    assert.match(text, /shipped, not visible: 1 package/);
    assert.match(text, /undecided: 1 match\n/);
    assert.match(text, /landmark-database +few advisories/);
    assert.match(text, /note: Dockerfile does not fit\n/);
    assert.match(text, /note: 1 executable of no package: \/opt\/tool/);
    assert.match(
      lines.at(-1) ?? "",
      /^FAIL {2}1 critical, 1 high, 1 medium, 1 low \(3 fixable, 1 known to be exploited\)/,
    );
  });

  test("tableReport() tells of checks by line of the Dockerfile, and folds away what is negligible", () => {
    const check = fullReport.checks[0];
    assert.ok(check);
    const more = { ...check, layer: 1, paths: ["opt/apt\u001B[31m"], message: "apt can be run" };
    const reason = {
      code: "check-failed",
      message: "SW-IM-001 OS package manager in the image: medium (fail on low)",
    };
    const verdict = { ...fullReport.verdict, reasons: [{ ...reason, rule: "fail-on", findings: [] }] };
    const report = { ...fullReport, checks: [check, more, ...fullReport.checks.slice(1)], verdict };
    const text = tableReport(report, plain);
    assert.match(
      text,
      /^ {2}medium {5}SW-IM-001 {2}layer 0: a .* run: apt · 2 entries, 12 findings in apt$/m,
    );
    assert.match(text, /^ {24}Dockerfile:7: apt can be run/m);
    assert.match(text, /^ {2}… 1 negligible: SW-IM-015 \(--all shows them\)$/m);
    assert.match(text, /^FAIL .* · refused: SW-IM-001$/m);
    assert.doesNotMatch(text, /not known: check-failed/);
    const whole = tableReport(report, { ...plain, all: true });
    assert.match(whole, /^ {2}negligible SW-IM-015 {2}Documentation in the image$/m);
    assert.match(whole, /^ {24}→ Leave it out\.$/m);
    assert.match(whole, /documentation is in the image \(\/usr\/share\/doc …\) · 1234\s+entries, 12\.3 MB$/m);
  });

  test("tableReport() writes out what would steer a terminal", () => {
    const text = tableReport(fullReport, plain);
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    assert.doesNotMatch(text, /[\u0000-\u0009\u000B-\u001F\u007F\u202E]/u);
    assert.match(text, /e\\u\{1b\}\[31mvil\\u\{202e\}/);
  });

  test("tableReport() paints only with colours", () => {
    const painted = tableReport(fullReport, { ...plain, colour: true });
    assert.ok(painted.includes("\u001B[1;31mFAIL\u001B[0m"));
    // oxlint-disable-next-line no-control-regex -- takes the paint off again
    assert.equal(painted.replace(/\u001B\[[\d;]*m/g, ""), tableReport(fullReport, plain));
  });

  for (const width of [60, 80, 120])
    test(`tableReport() keeps within ${width} columns`, () => {
      const many = severities.flatMap((severity, at) =>
        Array.from({ length: 40 }, (_, index) => finding(lodash, `CVE-2021-${at}${1000 + index}`, severity)),
      );
      const long = { ...fullReport.image, reference: `example.org/${"x".repeat(200)}` };
      const text = tableReport(
        { ...fullReport, image: long, findings: [...fullReport.findings, ...many] },
        { ...plain, width },
      );
      const wide = text
        .split("\n")
        .filter((line) => columns(line) > width && !line.startsWith("FAIL") && !line.includes("sha256:"));
      assert.deepEqual(
        wide.filter((line) => !/file-unreadable|landmark-database/.test(line)),
        [],
      );
      assert.match(text, /critical +CVE-2021-1 \(KEV\).* \+\d+/);
    });

  test("tableReport() folds long lists unless all is wanted", () => {
    const packages = Array.from({ length: 40 }, (_, index) => pkg(`p${index}`, "1.0.0", 1));
    const findings = packages.map((one, index) => finding(one, `CVE-2021-${index + 100}`, "high"));
    const report = { ...fullReport, packages, findings, upgrades: [] };
    assert.match(tableReport(report, plain), /… 15 more packages with findings \(--all shows them\)/);
    const all = tableReport(report, { ...plain, all: true });
    assert.ok(packages.every(({ name }) => all.includes(` ${name} `)));
  });

  test("tableReport() joins packages of one source with the same findings", () => {
    const packages = ["b", "a", "c"].map((name) => ({ ...deb, name, purl: `pkg:deb/debian/${name}@1` }));
    const findings = packages.map((one) => finding(one, "CVE-2021-9", "high"));
    assert.match(
      tableReport({ ...fullReport, packages, findings, upgrades: [] }, plain),
      /^ {2}a, b, c +3\.0\.9-1 +high +CVE-2021-9$/m,
    );
  });

  test("tableReport() says so when there is nothing", () => {
    const lines = tableReport(emptyReport, plain).trimEnd().split("\n");
    assert.equal(lines.at(-1), "PASS  no findings");
  });
});

const steps: readonly [createdBy: string, shown: string][] = [
  ["/bin/sh -c #(nop) ADD file:ab in / ", "ADD file:ab in /"],
  [
    "/bin/sh -c apt-get update &&     apt-get install -y curl",
    "RUN apt-get update && apt-get install -y curl",
  ],
  ["RUN /bin/sh -c npm ci # buildkit", "RUN npm ci"],
  ["RUN |2 A=1 B=2 /bin/sh -c make # buildkit", "RUN make"],
  ["COPY . /app # buildkit", "COPY . /app"],
  ["bazel build ...", "bazel build ..."],
  ["", "(no history)"],
];

for (const [createdBy, shown] of steps)
  test(`instruction() shows ${JSON.stringify(createdBy)} as ${shown}`, () =>
    assert.equal(instruction(createdBy), shown));

test("cut() and columns() count wide characters", () => {
  assert.equal(columns("左a"), 3);
  assert.equal(cut("左左左", 5), "左左…");
  assert.equal(cut("abc", 3), "abc");
  assert.equal(clean("a\tb\u2028"), "a\\u{9}b\\u{2028}");
});
