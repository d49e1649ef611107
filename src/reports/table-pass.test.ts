import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyReport, fullReport } from "../../tests/support/sample-report.ts";
import type { Change, Report } from "../core/report.ts";
import { tableReport } from "./table.ts";

const options = { width: 100, colour: false, all: false };
const changes: readonly Change[] = [
  ...Array.from(
    { length: 7 },
    (_, at): Change => ({
      kind: "upgrade",
      package: `pkg:npm/p${at}@1?arch=x`,
      layer: 1,
      version: "2",
      findings: at + 1,
    }),
  ),
  { kind: "no-fix", package: "pkg:deb/debian/a@1", layer: 0, ids: ["CVE-1", "CVE-2"] },
  { kind: "no-fix", package: "pkg:deb/debian/b@1", layer: 0, ids: ["CVE-1"] },
  { kind: "edit", check: "SW-IM-001", layer: 0, text: "Use a \u001B[31msmaller\u202E base image." },
  { kind: "other", text: "make known: few advisories (landmark-database)" },
];

function lines(report: Report, all = false): readonly string[] {
  return tableReport(report, { ...options, all })
    .trimEnd()
    .split("\n");
}

const refused: Report = { ...fullReport, verdict: { ...fullReport.verdict, toPass: changes } };

test("tableReport() says what would pass, in short, before the verdict", () => {
  const shown = lines(refused);
  const at = shown.indexOf("to pass");
  assert.deepEqual(shown.slice(at, -2), [
    "to pass",
    "  upgrade npm/p0@1 in layer 1 to 2 (1 finding)",
    "  upgrade npm/p1@1 in layer 1 to 2 (2 findings)",
    "  upgrade npm/p2@1 in layer 1 to 2 (3 findings)",
    "  upgrade npm/p3@1 in layer 1 to 2 (4 findings)",
    "  upgrade npm/p4@1 in layer 1 to 2 (5 findings)",
    "  no version mends 2 flaws of 2 packages: an exception with a reason, or another component",
    "  … 3 more (--all shows them)",
  ]);
  assert.match(shown.at(-1) ?? "", /^FAIL /u);
});

test("tableReport() says all of it with --all, cleaned", () => {
  const shown = lines(refused, true);
  const edit = shown.find((line) => line.includes("SW-IM-001 (layer 0):")) ?? "";
  assert.match(edit, /Use a .*smaller.* base image\.$/u);
  assert.ok(!edit.includes("\u001B") && !edit.includes("\u202E"), JSON.stringify(edit));
});

test("tableReport() tells warnings, names the rules that refuse, and has no steps for what passes", () => {
  const violated = {
    code: "rule-violated",
    message: "rule old: made 100 days ago",
    rule: "old",
    findings: [],
  };
  const shown = lines({ ...fullReport, verdict: { ...fullReport.verdict, reasons: [violated] } });
  assert.deepEqual(shown.slice(shown.indexOf("warnings")).slice(0, 2), ["warnings", "  made 100 days ago"]);
  assert.match(shown.at(-1) ?? "", / · refused: old$/u);
  const long = {
    ...violated,
    message: `exception that matches nothing: ${"it would match if ".repeat(9)}this`,
  };
  const folded = lines({ ...fullReport, verdict: { ...fullReport.verdict, warnings: [long] } });
  const own = folded.slice(folded.indexOf("warnings") + 1, folded.indexOf("to pass") - 1);
  assert.equal(own.map((line) => line.trim()).join(" "), long.message);
  assert.ok(own.length === 3 && own.every((line) => line.length <= 100), own.join("\n"));
  const passed = lines(emptyReport);
  assert.ok(!passed.includes("to pass") && !passed.includes("warnings"));
});
