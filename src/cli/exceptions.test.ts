import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { test } from "node:test";
import { fullReport, libssl, lodash, sampleFinding } from "../../tests/support/sample-report.ts";
import { scratch } from "../../tests/support/scratch.ts";
import type { Report } from "../core/report.ts";
import { jsonReport } from "../reports/json.ts";
import { main } from "./main.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

class Sink extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function run(cwd: string, ...args: readonly string[]): Promise<Ran> {
  const [stdout, stderr] = [new Sink(), new Sink()];
  const io = { stdin: Readable.from([]), stdout, stderr, env: {}, cwd, today: "2026-01-15" };
  const code = await main(["exceptions", ...args], io, "0");
  return { code, out: stdout.text, err: stderr.text };
}

function project(): string {
  const dir = scratch("exceptions");
  save(dir, "report.json", {
    ...fullReport,
    findings: [
      sampleFinding(lodash, "CVE-2021-1", "critical", { kev: true, aliases: ["GHSA-1"], epss: 0.5 }),
      sampleFinding(libssl, "CVE-2021-4", "low", { fix: { state: "wont-fix", versions: [] } }),
      sampleFinding(libssl, "CVE-2021-6", "low"),
      sampleFinding(lodash, "CVE-2021-6", "high"),
    ],
  });
  return dir;
}

function save(dir: string, name: string, report: Report): void {
  writeFileSync(join(dir, name), [...jsonReport(report)].join(""));
}

const own = (dir: string) => readFileSync(join(dir, ".seaworthy/exceptions.yaml"), "utf8");
const who = ["--reason", "internal", "--justification", "risk_accepted", "--owner", "team-a"];

test("exceptions add writes what the report knows, list and check tell of it", async () => {
  const dir = project();
  const added = await run(
    dir,
    "add",
    "--report",
    "report.json",
    "--finding",
    "GHSA-1",
    ...who,
    "--expires",
    "90d",
  );
  assert.deepEqual(added, {
    code: 0,
    out: "",
    err: ".seaworthy/exceptions.yaml: GHSA-1 in pkg:npm/lodash until 2026-04-15\n",
  });
  assert.equal(
    own(dir),
    `# Findings that may stand, for now and for a reason: docs/exceptions.md.
exceptions:
  - id: GHSA-1
    package: pkg:npm/lodash
    justification: risk_accepted
    reason: internal
    owner: team-a
    created: 2026-01-15
    expires: 2026-04-15
    seen:
      severity: critical
      epss: 0.5
      kev: true
      fixable: true
`,
  );
  const listed = await run(dir, "list");
  assert.equal(
    listed.out,
    "GHSA-1 in pkg:npm/lodash\n  expires on 2026-04-15 (90 days left) · risk_accepted · team-a: internal\n  .seaworthy/exceptions.yaml:3:5\n",
  );
  const checked = await run(dir, "check", "--report", "report.json");
  assert.deepEqual([checked.code, checked.err], [0, ""]);
  assert.equal(
    checked.out,
    ".seaworthy/exceptions.yaml:3:5  used (1)  GHSA-1 in pkg:npm/lodash\n1 exception, 0 to be looked at\n",
  );
  const json: unknown = JSON.parse((await run(dir, "check", "report.json", "--format", "json")).out);
  assert.deepEqual(
    Object.entries(json ?? {}).map(([key, value]) => [key, Array.isArray(value) ? value.length : value]),
    [["exceptions", 1]],
  );
});

test("exceptions add refuses what matches nothing, is of no use or is wrong, and writes nothing", async () => {
  const dir = project();
  const add = (...args: readonly string[]) => run(dir, "add", ...who, "--expires", "2026-02-01", ...args);
  const rows: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [
      ["--report", "report.json", "--finding", "CVE-2021-4", "--package", "pkg:deb/debian/libssl3@3.0.11-1"],
      /exception-invalid: add exception "CVE-2021-4": it matches nothing: it would match libssl3 3\.0\.9-1 in layer 0 if the version were 3\.0\.9-1, not 3\.0\.11-1 \(nothing was written\)/u,
    ],
    [
      ["--report", "report.json", "--finding", "CVE-2021-4", "--image", "other:*"],
      /its scope leaves out "example\.org\/app:1"/u,
    ],
    [
      ["--report", "report.json", "--finding", "CVE-2020-9"],
      /it is of no use: a VEX statement says so already/u,
    ],
    [["--finding", "CVE-2021-4", "--layer", "top"], /expected base, application/u],
    [["--finding", "*"], /expected the key package/u],
    [["--finding", "CVE-1", "--expires", "2026-02-30"], /usage: .*--expires is a day/u],
    [["--finding", "CVE-1", "--expires", "2026-01-14"], /--expires 2026-01-14 is over/u],
    [["--finding", "CVE-1", "--reopens", "fixed"], /--reopens is never, or some of fix,kev,epss,severity/u],
    [["--finding", "CVE-1", "--justification", "accepted"], /the nearest is risk_accepted/u],
    [["--finding", "CVE-1", "--label", "team"], /--label is NAME=PATTERN/u],
    [[], /say --finding/u],
    [["--finding", "CVE-1", "--report", "none.json"], /usage: read report "none\.json"/u],
  ];
  for (const [args, message] of rows) {
    const { code, err } = await add(...args);
    assert.equal(code, 2, err);
    assert.match(err, message);
  }
  assert.ok(!existsSync(join(dir, ".seaworthy")));
  assert.equal(
    (await add("--report", "report.json", "--finding", "CVE-2021-4", "--path", "/var/lib/**", "--dry-run"))
      .code,
    2,
  );
});

test("exceptions add says so where it is over-broad or unproved, and knows what is there", async () => {
  const dir = project();
  const add = (...args: readonly string[]) => run(dir, "add", ...who, "--expires", "2026-02-01", ...args);
  const broad = await add("--report", "report.json", "--finding", "CVE-2021-6");
  assert.equal(broad.code, 0);
  assert.match(broad.err, /^note: over-broad: it suppresses findings of deb openssl, npm lodash and names/u);
  const again = await add("--report", "report.json", "--finding", "CVE-2021-6", "--package", "lodash");
  assert.match(again.err, /it is of no use: \.seaworthy\/exceptions\.yaml:3:5 \(CVE-2021-6\) takes all/u);
  const blind = await add(
    "--finding",
    "CVE-9",
    "--path",
    "/app/**",
    "--reopens",
    "kev",
    "--namespace",
    "prod",
  );
  assert.match(blind.err, /^note: no --report was given/u);
  assert.match(
    own(dir),
    /path: app\/\*\*\n {4}scope:\n {6}namespaces:\n {8}- prod\n[^]*reopens:\n {6}- kev\n$/u,
  );
  const dry = await add("--finding", "CVE-10", "--dry-run");
  assert.match(dry.out, /^--- \.seaworthy\/exceptions\.yaml\n\+\+\+ [^]*\+ {2}- id: CVE-10\n/u);
  assert.ok(!own(dir).includes("CVE-10"));
});

const file = `# ours
exceptions:
  # mended long ago
  - id: CVE-2021-4 # libssl
    justification: risk_accepted
    reason: a
    owner: a
    created: 2025-01-01
    expires: 2026-01-14
  - id: CVE-2021-6
    package: pkg:deb/debian/libssl3@3.0.11-1
    justification: risk_accepted
    reason: b
    owner: b
    created: 2026-01-01
    expires: 2026-03-01
  # stays
  - id: CVE-2021-1
    justification: risk_accepted
    reason: c
    owner: c
    created: 2026-01-01
    expires: 2026-03-01
  - id: CVE-2021-1
    justification: risk_accepted
    reason: d
    owner: d
    created: 2026-01-01
    expires: 2026-03-01
    scope: { images: other }
`;

test("exceptions check fails on what rots, and prune takes it out", async () => {
  const dir = project();
  writeFileSync(join(dir, "e.yaml"), file);
  const checked = await run(dir, "check", "--report", "report.json", "--file", "e.yaml");
  assert.equal(checked.code, 1);
  assert.equal(
    checked.out,
    `e.yaml:4:5  expired  CVE-2021-4
  it expired on 2026-01-14; it speaks of 1 finding here
e.yaml:10:5  matches nothing  CVE-2021-6 in pkg:deb/debian/libssl3@3.0.11-1
  it would match libssl3 3.0.9-1 in layer 0 if the version were 3.0.9-1, not 3.0.11-1
e.yaml:18:5  reopened  CVE-2021-1
  it is known to be exploited (KEV)
e.yaml:24:5  of other images  CVE-2021-1
  the image is example.org/app:1, not other
4 exceptions, 3 to be looked at
`,
  );
  const dry = await run(dir, "prune", "--file", "e.yaml", "--dry-run");
  assert.equal(dry.code, 0);
  assert.match(dry.out, /^--- e\.yaml\n\+\+\+ e\.yaml\n@@ -1,15 \+1,9 @@\n/u);
  assert.equal(readFileSync(join(dir, "e.yaml"), "utf8"), file);
  const pruned = await run(dir, "prune", "--file", "e.yaml", "--report", "report.json");
  assert.equal(
    pruned.err,
    "e.yaml:4:5: CVE-2021-4: expired\ne.yaml:10:5: CVE-2021-6 in pkg:deb/debian/libssl3@3.0.11-1: matches nothing\n2 of 4 exceptions taken out\n",
  );
  const lines = file.split("\n");
  assert.equal(
    readFileSync(join(dir, "e.yaml"), "utf8"),
    [...lines.slice(0, 3), ...lines.slice(16)].join("\n"),
  );
});

test("exceptions check takes several reports together", async () => {
  const dir = project();
  save(dir, "other.json", {
    ...fullReport,
    findings: [],
    suppressed: [],
    image: { ...fullReport.image, reference: "other" },
  });
  writeFileSync(join(dir, "e.yaml"), file.replace("2026-01-14", "2026-01-31").replace("3.0.11-1", "3.0.9-1"));
  const { code, out } = await run(dir, "check", "report.json", "other.json", "--file", "e.yaml");
  assert.equal(code, 1);
  assert.deepEqual(
    out
      .split("\n")
      .filter((line) => line.startsWith("e.yaml"))
      .map((line) => line.split("  ")[1]),
    ["too long", "used (1)", "reopened", "matches nothing"],
  );
  assert.equal((await run(dir, "check", "--file", "e.yaml")).code, 2);
});

test("exceptions import writes other tools' files as ours, and lists what it cannot", async () => {
  const dir = project();
  writeFileSync(
    join(dir, ".trivyignore"),
    "CVE-2021-4 exp:2026-03-01 # not reachable\nCVE-1\nCVE-2 exp:2025-01-01\n",
  );
  writeFileSync(
    join(dir, ".grype.yaml"),
    "ignore:\n  - vulnerability: CVE-3\n    fix-state: unknown\n  - vulnerability: CVE-1\n",
  );
  const first = await run(dir, "import", ".trivyignore", ".grype.yaml", "--owner", "team-a");
  assert.equal(first.code, 1);
  assert.equal(
    first.err,
    `left out: .trivyignore:2:1: CVE-1: it never expires: give --expires
left out: .trivyignore:3:1: CVE-2: it expired on 2024-12-31
left out: .grype.yaml:2:5: fix-state has no counterpart here
left out: .grype.yaml:4:5: CVE-1: it never expires: give --expires
1 exception written to .seaworthy/exceptions.yaml, 4 entries left out
`,
  );
  assert.match(
    own(dir),
    /- id: CVE-2021-4\n {4}justification: risk_accepted\n {4}reason: not reachable\n {4}owner: team-a\n {4}created: 2026-01-15\n {4}expires: 2026-02-28\n$/u,
  );
  const second = await run(dir, "import", ".trivyignore", "--owner", "b", "--expires", "30d");
  assert.match(second.err, /\n1 exception written to/u);
  assert.match(
    own(dir),
    /- id: CVE-1\n[^]*reason: taken over from \.trivyignore, which tells no reason\n {4}owner: b\n[^]*expires: 2026-02-14\n$/u,
  );
  assert.equal((await run(dir, "import")).code, 2);
});

test("exceptions check takes another tool's file as it is", async () => {
  const dir = project();
  writeFileSync(join(dir, ".trivyignore"), "CVE-2021-4\n");
  const { code, out, err } = await run(dir, "check", "report.json", "--file", ".trivyignore");
  // The report's policy has a longest time, and this one never ends.
  assert.deepEqual(
    [code, out.split("\n")[0], err],
    [1, ".trivyignore:1:1  too long  CVE-2021-4", "note: .trivyignore:1:1: CVE-2021-4 never expires\n"],
  );
});

test("exceptions cleans what it prints, and refuses other actions", async () => {
  const dir = project();
  writeFileSync(join(dir, ".trivyignore"), "CVE-\u001B[31m1\n");
  assert.equal((await run(dir, "list", "--file", ".trivyignore")).out.split("\n")[0], "CVE-\\u{1b}[31m1");
  assert.match(
    (await run(dir, "add-all")).err,
    /usage: read arguments of "exceptions": "add-all" is none of/u,
  );
  assert.match((await run(dir)).err, /say add, list, check, prune, import/u);
  assert.match((await run(dir, "list")).err, /usage: read exceptions "\.seaworthy\/exceptions\.yaml"/u);
});

test("exceptions reads no device, and reads nothing out of a file that is none of its own", async () => {
  const dir = project();
  const device = await run(dir, "list", "--file", "/dev/zero");
  assert.deepEqual(
    [device.code, device.err],
    [2, 'seaworthy: usage: read exceptions "/dev/zero": it is a device\n'],
  );
  writeFileSync(join(dir, "env.yaml"), "TOKEN=of somebody\n");
  const other = await run(dir, "list", "--file", "env.yaml");
  assert.equal(other.code, 2);
  assert.match(other.err, /line 1, column 1: expected the file as keys with values, found a text/u);
  assert.ok(!other.err.includes("TOKEN"));
});
