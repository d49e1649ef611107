import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyReport, fullReport, lodash, sampleFinding } from "../../tests/support/sample-report.ts";
import type { Report } from "../core/report.ts";
import { githubAnnotations } from "./github.ts";
import { scanIssues } from "./scan-issues.ts";

function commands(report: Report): readonly string[] {
  return githubAnnotations(scanIssues(report)).trimEnd().split("\n");
}

test("githubAnnotations() puts what one line brings into one annotation, refused findings first", () => {
  const [verdict, refused, warning] = commands(fullReport);
  assert.match(
    verdict ?? "",
    /^::error title=Seaworthy%3A fail::example\.org\/app:1%0Afinding-refused: 1 critical finding/,
  );
  assert.match(
    refused ?? "",
    /^::error file=Dockerfile,line=7,title=CVE-2021-1 lodash 4\.17\.4::critical CVE-2021-1: lodash 4\.17\.4: words/,
  );
  assert.match(
    warning ?? "",
    /^::warning file=Dockerfile,line=7,title=2 findings%2C worst high::high CVE-2021-2: .*%0Amedium CVE-2021-3/,
  );
});

test("githubAnnotations() writes at most ten of a level, and counts the others", () => {
  const dockerfile = (line: number) => ({ file: "a:b,c%/Dockerfile", line, stage: "app" });
  const layers = Array.from({ length: 15 }, (_, index) => ({
    index,
    digest: "",
    diffId: "",
    createdBy: "RUN",
    fromBase: null,
    dockerfile: dockerfile(index + 1),
  }));
  const packages = layers.map(({ index }) => ({ ...lodash, layer: index }));
  const findings = packages.map((pkg) => sampleFinding(pkg, "CVE-2021-1", "medium"));
  const lines = commands({ ...emptyReport, image: { ...emptyReport.image, layers }, packages, findings });
  assert.deepEqual(
    lines.map((line) => line.split(" ")[0]),
    [...Array.from({ length: 10 }, () => "::warning"), "::notice"],
  );
  assert.match(lines[0] ?? "", /^::warning file=a%3Ab%2Cc%25\/Dockerfile,line=1,/);
  assert.match(lines[9] ?? "", /^::warning title=6 more::6 more places are not shown/);
});

test("githubAnnotations() of text with line ends and commands stays one command", () => {
  const finding = sampleFinding(lodash, "CVE-2021-1", "high", { summary: "a\r\n::set-output name=x::y%0A" });
  const lines = commands({ ...emptyReport, packages: [lodash], findings: [finding] });
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? "", /^::warning title=CVE-2021-1 lodash 4\.17\.4::/);
  assert.match(lines[0] ?? "", /y%250A/);
});
