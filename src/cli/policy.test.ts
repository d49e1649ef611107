import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";
import { fullReport } from "../../tests/support/sample-report.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { jsonReport } from "../reports/json.ts";
import { main } from "./main.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(cwd: string, ...args: readonly string[]): Promise<Ran> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const io = { stdin: Readable.from([]), stdout, stderr, env: {}, cwd, today: "2026-01-01" };
  const code = await main(["policy", ...args], io, "1");
  stdout.end();
  stderr.end();
  const [out, err] = await Promise.all([stdout.toArray(), stderr.toArray()]);
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

function project(files: Readonly<Record<string, string>>): string {
  const dir = scratch("policy");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const saved = { ...fullReport, policy: { ...fullReport.policy, checks: { "SW-IM-004": { off: true } } } };
const report = [...jsonReport(saved)].join("");
const manual = readFileSync(new URL("../../docs/policy.md", import.meta.url), "utf8");
const examples = [...manual.matchAll(/^```yaml\n([^]*?)^```$/gmu)].map(([, text = ""]) => text);

test("every example of docs/policy.md is valid, and its cases hold", async () => {
  const policies = examples.filter((text) => !text.includes("cases:"));
  const cases = examples.filter((text) => text.includes("cases:"));
  assert.deepEqual([policies.length, cases.length], [2, 1]);
  for (const text of policies) {
    const { code, out } = await run(project({ "seaworthy.yaml": text }), "check");
    assert.equal(code, 0, out);
  }
  const dir = project({ "seaworthy.yaml": policies[0] ?? "", "seaworthy.test.yaml": cases[0] ?? "" });
  const { code, out } = await run(dir, "test");
  assert.equal(code, 0, out);
  assert.match(out, /^5 of 5 cases hold$/mu);
});

test("policy check tells a document that nests too deep once, and reads no directory and no device", async () => {
  const deep = await run(project({ "p.yaml": `version: 1\nrules: ${"[".repeat(5000)}` }), "check", "p.yaml");
  assert.deepEqual([deep.code, deep.out.split("\n").length], [2, 2]);
  assert.match(deep.out, /^p\.yaml:2:\d+: expected valid YAML: it is nested too deep$/mu);
  for (const path of ["./", "/dev/zero"]) {
    const { code, out } = await run(
      project({ "p.yaml": `version: 1\nextends: ${path}\n` }),
      "check",
      "p.yaml",
    );
    assert.deepEqual(
      [code, out],
      [2, `p.yaml:2:10: expected a file that is there, found none at "${path}"\n`],
    );
  }
});

test("policy check tells all that is wrong, a line each, and ends with 2", async () => {
  const dir = project({
    ".seaworthy/policy.yaml": "version: 1\nfailOn: x\nextends: ../team.yaml\n",
    "team.yaml": "version: 1\nrule: []\n",
  });
  const { code, out } = await run(dir, "check");
  assert.equal(code, 2);
  assert.deepEqual(
    out.split("\n").map((line) => line.split(" ", 1)[0]),
    [".seaworthy/policy.yaml:2:9:", "team.yaml:2:1:", ""],
  );
  assert.match(
    (await run(dir, "check", "strict")).out,
    /^strict: valid, 4 rules, made of recommended, strict$/mu,
  );
  assert.equal((await run(dir, "check", "nope")).code, 2);
});

test("policy check cleans what it quotes", async () => {
  const { code, out } = await run(project({ "seaworthy.yaml": 'version: 1\n"\\e[31m": 1\n' }), "check");
  assert.equal(code, 2);
  assert.ok(!out.includes("\u001B"), JSON.stringify(out));
});

test("policy show writes the resolved policy, which is the same when it is read again", async () => {
  const dir = project({ "seaworthy.yaml": examples[0] ?? "" });
  const shown = await run(dir, "show");
  writeFileSync(join(dir, "again.yaml"), shown.out);
  assert.equal((await run(dir, "show", "again.yaml")).out, shown.out);
  assert.match((await run(project({}), "show")).out, /^failOn: high$/mu);
});

test("policy explain says each rule in words, and with a report what it says of it", async () => {
  const dir = project({
    "seaworthy.yaml": `version: 1
rules:
  - {id: exploited, finding: {kev: true}}
  - {id: old, action: warn, image: {olderThan: 30d}}
  - {id: prod, scope: {namespaces: [prod]}, finding: {}}
  - {id: likely, finding: {when: finding.epss > 0.5}}
  - {id: copyleft, package: {licences: {deny: ["GPL-*"]}}}
`,
    "r.json": report,
  });
  const alone = await run(dir, "explain");
  assert.match(alone.out, /^exploited {2}fails on a finding that is known to be exploited$/mu);
  assert.match(alone.out, /^old {2}warns of an image that is older than 30 days$/mu);
  assert.ok(!alone.out.includes("→"));
  const { code, out } = await run(dir, "explain", "--report", "r.json");
  assert.equal(code, 0);
  const said = (id: string): string => new RegExp(`^${id} .*\\n {2}→ (.*)$`, "mu").exec(out)?.[1] ?? "";
  assert.equal(said("fail-on"), "1 critical finding (fail on high)");
  assert.equal(said("exploited"), "CVE-2021-1 (critical) in pkg:npm/lodash@4.17.4");
  assert.equal(said("old"), "the image is 31 days old (made 2025-12-01)");
  assert.equal(said("prod"), "it does not speak of this image");
  assert.match(said("likely"), /^cannot be decided: the advisory database has no EPSS/u);
  assert.equal(said("copyleft"), "nothing violates it");
  assert.match(out, /^example\.org\/app:1: fail$/mu);
  assert.match(out, /^ {2}upgrade npm\/lodash@4\.17\.4 in layer 1 to 4\.17\.21 \(1 finding\)$/mu);
});

test("policy test says which case does not hold, and why, and ends with 1", async () => {
  const cases = `version: 1
cases:
  - name: good
    report: reports/r.json
    expect: {decision: fail, rules: [fail-on]}
  - name: bad
    findings: [{id: C, severity: high, package: "pkg:npm/a@1"}]
    expect: {decision: pass, rules: [exploited]}
  - name: checks
    checks: [SW-IM-004]
    expect: {decision: fail, rules: [fail-on-checks]}
  - name: signed
    expect: {decision: pass}
  - name: badly signed
    signatures: invalid
    expect: {decision: fail}
  - name: not signed
    signatures: absent
    expect: {decision: fail}
  - name: not checked
    signatures: unchecked
    expect: {decision: fail}
`;
  const files = {
    "p/a.yaml":
      "version: 1\nchecks: {SW-IM-004: critical}\nunknown: {default: pass}\nsignatures: {absent: fail, demand: [signature, verdict]}\n",
    "p/a.test.yaml": cases,
    "p/reports/r.json": report,
  };
  const { code, out } = await run(project(files), "test", "p/a.yaml");
  assert.equal(code, 1);
  assert.deepEqual(out.trim().split("\n"), [
    "ok      good",
    "FAILED  bad",
    "        expected pass, the verdict is fail",
    "          finding-refused: 1 high finding (fail on high)",
    "        rules that were expected and say nothing: exploited",
    "        rules that were not expected: fail-on",
    "ok      checks",
    "ok      signed",
    "ok      badly signed",
    "ok      not signed",
    "ok      not checked",
    "6 of 7 cases hold",
  ]);
});

test("policy test refuses cases that are not right, by place", async () => {
  const files = {
    "seaworthy.yaml": "version: 1\n",
    "seaworthy.test.yaml": "version: 1\ncases:\n  - name: a\n    checks: [SW-IM-999]\n    expect: {}\n",
  };
  const { code, err } = await run(project(files), "test");
  assert.equal(code, 2);
  assert.match(err, /seaworthy\.test\.yaml:5:13: expected the key "decision"/u);
  assert.match(err, /seaworthy\.test\.yaml:4:14: expected the id or an alias of a check, found "SW-IM-999"/u);
  assert.equal((await run(project({ "seaworthy.yaml": "version: 1\n" }), "test")).code, 2);
});

test("policy diff says which reports are decided otherwise, by which rules, and what it cannot know", async () => {
  const dir = project({
    "old.yaml": "version: 1\nfailOn: never\nunknown: {default: pass}\n",
    "new.yaml": "version: 1\nextends: old.yaml\nrules: [{id: exploited, finding: {kev: true}}]\n",
    "r.json": report,
  });
  const { code, out } = await run(dir, "diff", "old.yaml", "new.yaml", "r.json");
  assert.equal(code, 1);
  assert.deepEqual(out.trim().split("\n"), [
    "r.json  example.org/app:1: pass → fail",
    "  + rule-violated: rule exploited: CVE-2021-1 (critical) in pkg:npm/lodash@4.17.4 [CVE-2021-1 npm/lodash app/node_modules/lodash/package.json]",
    "  ? the report was made without SW-IM-004: scan again to know",
    "1 of 1 report decided otherwise",
  ]);
  assert.equal((await run(dir, "diff", "new.yaml", "new.yaml", "r.json", "r.json")).code, 0);
  assert.equal((await run(dir, "diff", "new.yaml", "new.yaml")).code, 2);
  assert.equal((await run(dir, "diff", "new.yaml", "new.yaml", "nope.json")).code, 2);
});

for (const [why, args] of [
  ["no action", []],
  ["an action that is none", ["lint"]],
  ["an option of another action", ["check", "--report", "r.json"]],
  ["cases for another action", ["show", "--cases", "x"]],
  ["an argument too many", ["check", "a", "b"]],
] as const)
  test(`policy refuses ${why}`, async () => {
    const { code, err } = await run(project({}), ...args);
    assert.equal(code, 2);
    assert.match(err, /^seaworthy: usage: /u);
  });

test("policy diff, explain and test ask a report's exceptions again, by the policy's own limits", async () => {
  const limited = "version: 1\nfailOn: never\nrules: [{id: old, finding: {ids: [CVE-2020-8]}}]\n";
  const cases = "version: 1\ncases: [{name: a, report: r.json, expect: {decision: fail, rules: [old]}}]\n";
  const quiet = `${limited}unknown: {default: pass}\n`;
  const strict = `${quiet}exceptions: {longest: 30d}\n`;
  // What was there before a baseline would not count.
  const suppressed = saved.suppressed.map((one) => ({ ...one, since: undefined }));
  const text = [...jsonReport({ ...saved, suppressed })].join("");
  const dir = project({ "r.json": text, "a.yaml": quiet, "b.yaml": strict, "b.test.yaml": cases });
  const { code, out } = await run(dir, "diff", "a.yaml", "b.yaml", "r.json");
  assert.equal(code, 1, out);
  assert.match(out, /pass → fail\n {2}\+ rule-violated: rule old: CVE-2020-8 /u);
  assert.match(
    (await run(dir, "explain", "b.yaml", "--report", "r.json")).out,
    /^example\.org\/app:1: fail$/mu,
  );
  assert.match((await run(dir, "test", "b.yaml")).out, /^1 of 1 cases hold$/mu);
  assert.match((await run(dir, "diff", "a.yaml", "a.yaml", "r.json")).out, /pass, as before/u);
});
