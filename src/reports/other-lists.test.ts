import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { SaxesParser } from "saxes";
import { type GithubLog, githubErrors } from "../../tests/support/github-rules.ts";
import { sarifErrors } from "../../tests/support/official-schemas.ts";
import { fullReport } from "../../tests/support/sample-report.ts";
import { countFindings } from "../core/finding.ts";
import type { ImageSetReport, SetImage } from "../core/image-set.ts";
import type { LintFinding, LintReport } from "../core/lint.ts";
import { type FormatOptions, type Formats, lintFormats, setFormats } from "./formats.ts";

// The formats of CI systems, for the linter's report and that of a set of images.

const options: FormatOptions = {
  table: { colour: false, width: 100, all: true },
  version: "1.2.3",
  template: { name: "t.txt", text: "{{verdict.decision}}" },
  sources: new Map(),
};

async function written<R>(report: R, formats: Formats<R>, format: string): Promise<string> {
  const load = formats[format];
  assert.ok(load);
  const text = (await load())(report, options);
  return typeof text === "string" ? text : [...text].join("");
}

const finding: LintFinding = {
  file: "app/Dockerfile",
  rule: "SW-DF-008",
  aliases: ["DL3008"],
  severity: "medium",
  message: 'pin "a" & <b>',
  line: 3,
  column: 5,
  endLine: 3,
  endColumn: 9,
  fix: { description: "add =1", edits: [] },
};

const lint: LintReport = {
  schemaVersion: "1.0",
  files: ["app/Dockerfile"],
  findings: [
    finding,
    { ...finding, line: 7, endLine: 7 },
    { ...finding, rule: "SC2086", aliases: [], severity: "low", fix: null },
  ],
  suppressed: [{ ...finding, rule: "SW-DF-002", by: "app/Dockerfile:1" }],
  notes: [{ file: null, line: null, message: "no shellcheck" }],
  lines: [],
  verdict: {
    decision: "fail",
    reasons: [
      { code: "finding-refused", message: "2 medium findings (fail on medium)" },
      { code: "file-unreadable", message: "app/Dockerfile:9: no such instruction" },
    ],
  },
};

suite("lint", () => {
  test("sarif has the ranges, one rule for two findings, and what comments suppress", async () => {
    const text = await written(lint, lintFormats, "sarif");
    assert.deepEqual(sarifErrors(JSON.parse(text)), []);
    assert.deepEqual(githubErrors(text), []);
    const log: GithubLog = JSON.parse(text);
    const [run] = log.runs;
    assert.deepEqual(
      run?.tool.driver.rules.map(({ id }) => id),
      ["SW-DF-008", "SC2086", "SW-DF-002"],
    );
    assert.deepEqual(run?.results[1]?.locations[0]?.physicalLocation, {
      artifactLocation: { uri: "app/Dockerfile" },
      region: { startLine: 7, startColumn: 5, endLine: 7, endColumn: 9 },
    });
    assert.equal(run?.results[3]?.suppressions?.length, 1);
  });

  test("checkstyle is Hadolint's XML", async () => {
    const parser = new SaxesParser();
    const elements: unknown[] = [];
    parser.on("error", (error) => assert.fail(error.message));
    parser.on("opentag", ({ name, attributes }) => elements.push([name, { ...attributes }]));
    parser.write(await written(lint, lintFormats, "checkstyle")).close();
    assert.deepEqual(elements.slice(0, 3), [
      ["checkstyle", { version: "4.3" }],
      ["file", { name: "app/Dockerfile" }],
      [
        "error",
        { line: "3", column: "5", severity: "warning", message: 'pin "a" & <b>', source: "SW-DF-008" },
      ],
    ]);
    assert.equal(elements.length, 7);
  });

  test("codeclimate ends each issue with NUL, gitlab_codeclimate is one list; both have what could not be read", async () => {
    const list: readonly Record<string, unknown>[] = JSON.parse(
      await written(lint, lintFormats, "gitlab_codeclimate"),
    );
    const parts = (await written(lint, lintFormats, "codeclimate")).split("\0");
    assert.equal(parts.pop(), "");
    assert.deepEqual(
      parts.map((part): unknown => JSON.parse(part)),
      list,
    );
    assert.deepEqual(
      list.map(({ check_name: name, severity }) => [name, severity]),
      [
        ["SW-DF-008", "major"],
        ["SW-DF-008", "major"],
        ["SC2086", "minor"],
        ["file-unreadable", "critical"],
      ],
    );
    assert.equal(new Set(list.map(({ fingerprint }) => fingerprint)).size, list.length);
    assert.deepEqual(list[0]?.["location"], { path: "app/Dockerfile", lines: { begin: 3 } });
  });

  test("junit fails the severities that the verdict refuses, and only these", async () => {
    const text = await written(lint, lintFormats, "junit");
    assert.match(text, /<testsuite name="lint" tests="4" failures="2" errors="0" skipped="1">/);
    assert.match(text, /<testsuite name="coverage" tests="1" failures="0" errors="1" skipped="0">/);
  });

  test("github points at the line", async () =>
    assert.match(
      await written(lint, lintFormats, "github"),
      /^::error file=app\/Dockerfile,line=3,title=SW-DF-008::medium SW-DF-008: pin/m,
    ));
});

const use = {
  file: "deploy/app.yaml",
  document: 0,
  line: 12,
  column: 9,
  kind: "Deployment",
  namespace: null,
  name: "app",
  container: "c",
  written: "example.org/app:1",
  via: null,
};
const image: SetImage = {
  reference: "example.org/app:1",
  uses: [use],
  pinned: "tag",
  checks: fullReport.checks
    .slice(0, 1)
    .map((check) => ({ ...check, id: "SW-IM-080", severity: "low", message: "it has no digest" })),
  outcome: {
    kind: "scanned",
    digest: "sha256:aa",
    report: fullReport,
    summary: { counts: countFindings(fullReport.findings), verdict: fullReport.verdict },
  },
};
const set: ImageSetReport = {
  schemaVersion: "1.0",
  files: 1,
  gaps: [],
  notes: [],
  database: null,
  policy: fullReport.policy,
  images: [
    image,
    { ...image, reference: "example.org/app:2" },
    {
      ...image,
      reference: "example.org/gone:1",
      checks: [],
      outcome: { kind: "error", code: "image-not-found", message: "gone", hint: undefined },
    },
  ],
  verdict: {
    decision: "fail",
    reasons: [
      { code: "image-refused", message: "example.org/app:1" },
      { code: "image-unavailable", message: "gone" },
    ],
  },
};

suite("a set of images", () => {
  test("sarif has the issues of all images, each at the line that names its image", async () => {
    const text = await written(set, setFormats, "sarif");
    assert.deepEqual(sarifErrors(JSON.parse(text)), []);
    assert.deepEqual(githubErrors(text), []);
    const log: GithubLog = JSON.parse(text);
    const [run] = log.runs;
    assert.equal(run?.results.length, 2 * (1 + 4 + 2 + 2 + 1));
    assert.ok(
      run?.results.every(({ locations }) => {
        const { artifactLocation, region } = locations[0]?.physicalLocation ?? {};
        return artifactLocation?.uri === "deploy/app.yaml" && region?.startLine === 12;
      }),
    );
  });

  test("junit has suites for each image, and an error for one that could not be had", async () => {
    const text = await written(set, setFormats, "junit");
    for (const suiteName of ["example.org/app:1 findings", "example.org/app:2 checks", "coverage"])
      assert.ok(text.includes(`<testsuite name="${suiteName}"`), suiteName);
    assert.match(
      text,
      /<testcase name="image-unavailable deploy\/app\.yaml:12" [^>]*>\n +<error message="example\.org\/gone:1: gone">/,
    );
  });

  for (const format of ["markdown", "github", "csv", "template", "gitlab_codeclimate", "json", "table"])
    test(`${format} is written`, async () =>
      assert.match(await written(set, setFormats, format), /fail|app:1/i));
});
