import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fullReport } from "../../tests/support/sample-report.ts";
import { scratch, seaworthy } from "../../tests/support/scratch.ts";
import { jsonReport } from "../reports/json.ts";

const saved = [...jsonReport(fullReport)].join("");

function file(name: string, text: string): string {
  const path = join(scratch("report"), name);
  writeFileSync(path, text);
  return path;
}

test("report convert writes several formats of one saved report, from a file or the standard input", async () => {
  const path = file("r.json", saved);
  const out = scratch("out");
  const sarif = join(out, "r.sarif");
  const { code, stdout, stderr } = await seaworthy([
    "report",
    "convert",
    path,
    "-f",
    "json",
    "-f",
    `sarif=${sarif}`,
  ]);
  assert.deepEqual([code, stdout, stderr], [0, saved, ""]);
  assert.equal(JSON.parse(readFileSync(sarif, "utf8")).version, "2.1.0");
  const piped = await seaworthy(["report", "convert", "-", "-f", "sarif"], { stdin: saved });
  assert.equal(piped.stdout, readFileSync(sarif, "utf8"));
});

test("report show is the table", async () => {
  const { code, stdout } = await seaworthy(["report", "show", file("r.json", saved)]);
  assert.equal(code, 0);
  assert.match(stdout, /^FAIL {2}1 critical/m);
});

test("report convert fills a template, and says on which line one is broken", async () => {
  const path = file("r.json", saved);
  const good = await seaworthy([
    "report",
    "convert",
    path,
    "-f",
    "template",
    "--template",
    file("t.md", "{{image.reference}}\n"),
  ]);
  assert.deepEqual([good.code, good.stdout], [0, "example.org/app:1\n"]);
  const bad = await seaworthy([
    "report",
    "convert",
    path,
    "-f",
    "template",
    "--template",
    file("t.md", "\n{{#a}}"),
  ]);
  assert.equal(bad.code, 2);
  assert.match(
    bad.stderr,
    /^seaworthy: malformed: read template ".*t\.md": line 2, column 1: Unclosed section "a"/,
  );
});

const wrong: readonly [args: readonly string[], stderr: RegExp][] = [
  [["report"], /usage: .*"" is not convert or show/],
  [["report", "convert"], /usage: .*takes one saved report/],
  [["report", "convert", "-"], /usage: .*convert needs --format/],
  [["report", "convert", "-", "-f", "pdf"], /usage: .*--format is table, json, sarif/],
  [["report", "convert", "-", "-f", "template"], /usage: .*needs --template FILE/],
  [
    ["report", "convert", "-", "-f", "sarif", "--template", "x"],
    /usage: .*--template goes with --format template/,
  ],
  [["report", "convert", "/nowhere.json", "-f", "sarif"], /usage: read report "\/nowhere\.json"/],
  [["report", "convert", "-", "-f", "sarif"], /report-invalid: read report "-"/],
];

for (const [args, stderr] of wrong)
  test(`seaworthy ${args.join(" ")} ends with 2`, async () => {
    const outcome = await seaworthy(args, { stdin: "{}" });
    assert.equal(outcome.code, 2);
    assert.match(outcome.stderr, stderr);
  });
