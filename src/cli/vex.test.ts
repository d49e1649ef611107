import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { emptyReport, fullReport, libssl, sampleFinding } from "../../tests/support/sample-report.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { writeZip } from "../../tests/support/zip-write.ts";
import { writeTar } from "../formats/tar-write.ts";
import { jsonReport } from "../reports/json.ts";
import { main } from "./main.ts";

async function run(
  cwd: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const said = { out: "", err: "" };
  const sink = (to: "out" | "err"): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[to] += chunk.toString();
        done();
      },
    });
  const io = {
    stdin: Readable.from([]),
    stdout: sink("out"),
    stderr: sink("err"),
    env: {},
    cwd,
    today: "2026-01-01",
  };
  const code = await main(["vex", ...args], io, "0.0.0");
  return { code, ...said };
}

const report = {
  ...emptyReport,
  image: fullReport.image,
  packages: [libssl],
  findings: [sampleFinding(libssl, "CVE-2099-1", "high"), sampleFinding(libssl, "CVE-2099-2", "high")],
};

function says(product: string, vulnerability = "CVE-2099-1"): object {
  return {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.org/vex/1",
    author: "Example\u001B[31m",
    timestamp: "2025-01-01T00:00:00Z",
    version: 1,
    statements: [
      {
        vulnerability: { name: vulnerability },
        products: [{ "@id": product }],
        status: "not_affected",
        impact_statement: "not \u001B[31mbuilt in",
      },
    ],
  };
}

function place(files: Readonly<Record<string, object | string>>): string {
  const dir = scratch("vex");
  writeFileSync(join(dir, "report.json"), [...jsonReport(report)].join(""));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(dir, name, ".."), { recursive: true });
    writeFileSync(join(dir, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return dir;
}

const checks: readonly (readonly [
  what: string,
  product: string,
  vulnerability: string,
  code: number,
  line: RegExp,
])[] = [
  [
    "matches",
    "pkg:deb/debian/openssl",
    "CVE-2099-1",
    0,
    /^matched {4}CVE-2099-1 {2}not_affected {2}suppresses 1 {2}a\.json\n/,
  ],
  [
    "nearly matches",
    "pkg:deb/debian/openssl@1",
    "CVE-2099-1",
    1,
    /^near {7}CVE-2099-1 {2}not_affected {2}a\.json\n {11}pkg:deb\/debian\/openssl@1 is here as 3\.0\.9-1 \(of the source openssl\)\n/,
  ],
  [
    "does not match",
    "pkg:deb/debian/bash",
    "CVE-2099-1",
    1,
    /^unmatched {2}CVE-2099-1 .*\n {11}pkg:deb\/debian\/bash is not in this image\n/,
  ],
  [
    "speaks of another flaw",
    "pkg:deb/debian/openssl",
    "CVE-2099-3",
    1,
    /^0 matched, 0 near, 0 unmatched; 1 of flaws that were not found; 0 of 2 findings suppressed\n$/,
  ],
];
for (const [what, product, vulnerability, wanted, line] of checks)
  test(`vex check answers ${wanted} for a statement that ${what}`, async () => {
    const cwd = place({ "a.json": says(product, vulnerability) });
    const { code, out } = await run(cwd, "check", "a.json", "--report", "report.json");
    assert.equal(code, wanted);
    assert.match(out, line);
    assert.ok(!out.includes("\u001B"));
  });

test("vex check tells all as JSON, and writes it where it is asked to", async () => {
  const cwd = place({
    "docs/b.json": says("pkg:deb/debian/openssl", "CVE-2099-2"),
    "docs/a.json": says("pkg:deb/debian/openssl"),
  });
  const { code, out } = await run(cwd, "check", "docs", "--report", "report.json", "-f", "json");
  const told = JSON.parse(out);
  assert.equal(code, 0);
  assert.deepEqual(
    told.statements.map((one: { source: string; state: string }) => [one.source, one.state]),
    [
      ["docs/a.json", "matched"],
      ["docs/b.json", "matched"],
    ],
  );
  assert.deepEqual([told.suppressed, told.findings, told.elsewhere, told.notes], [2, 2, 0, []]);
});

const wrong: readonly (readonly [what: string, args: readonly string[], code: string])[] = [
  ["without an action", [], "usage"],
  ["with another action", ["mend"], "usage"],
  ["check without a document", ["check", "--report", "report.json"], "usage"],
  ["check without a report", ["check", "good.json"], "usage"],
  ["check with a report that is none", ["check", "good.json", "--report", "good.json"], "report-invalid"],
  ["check with a file that is not there", ["check", "none.json", "--report", "report.json"], "usage"],
  [
    "check with a broken file",
    ["check", "good.json", "broken.json", "--report", "report.json"],
    "vex-invalid",
  ],
  [
    "check with a directory that has a broken file",
    ["check", "mixed", "--report", "report.json"],
    "vex-invalid",
  ],
  ["check with an empty directory", ["check", "empty", "--report", "report.json"], "usage"],
  ["check with a repository that is not called one", ["check", "repo", "--report", "report.json"], "usage"],
  ["check with a repository that is none", ["check", "repo:mixed", "--report", "report.json"], "usage"],
  [
    "check with a broken document of a repository",
    ["check", "repo:repo", "--report", "report.json"],
    "vex-invalid",
  ],
  ["show with a repository", ["show", "repo:repo"], "usage"],
  ["write without an author", ["write", "--report", "report.json"], "usage"],
];
for (const [what, args, code] of wrong)
  test(`vex ${what} ends with ${code}`, async () => {
    const cwd = place({
      "good.json": says("pkg:deb/debian/openssl"),
      "broken.json": "{",
      "mixed/a.json": says("pkg:deb/debian/openssl"),
      "mixed/b.json": "[]",
      "empty/a.txt": "",
      "repo/vex-repository.json": "{}",
      "repo/index.json": { packages: [{ id: "pkg:deb/debian/openssl", location: "a.json" }] },
      "repo/a.json": "{}",
    });
    const found = await run(cwd, ...args);
    assert.equal(found.code, 2);
    assert.match(found.err, new RegExp(`^seaworthy: ${code}: `));
  });

test("vex check says line and column of what is wrong", async () => {
  const cwd = place({ "a.json": `{\n  "@context": "https://openvex.dev/ns",\n  "statements": 7\n}` });
  const { err } = await run(cwd, "check", "a.json", "--report", "report.json");
  assert.match(
    err,
    /^seaworthy: vex-invalid: read VEX "a\.json": line 3, column 17: statements: expected a list, found 7 \(/,
  );
});

const listed = {
  "index.json": {
    updated_at: "2025-01-01T00:00:00Z",
    packages: [
      { id: "pkg:deb/debian/openssl", location: "pkg/deb/debian/openssl/vex.json" },
      { id: "pkg:deb/debian/libssl3", location: "pkg/gone.json" },
      { id: "pkg:deb/debian/bash", location: "pkg/broken.json" },
    ],
  },
  "pkg/deb/debian/openssl/vex.json": says("pkg:deb/debian/openssl"),
  "pkg/broken.json": "{",
};
const items = Object.entries(listed).map(([path, content]) => ({
  kind: "file" as const,
  path: `hub-main/${path}`,
  data: Buffer.from(typeof content === "string" ? content : JSON.stringify(content)),
  mode: 0o644,
}));
const tar = writeTar([
  ...items,
  { ...items[1], kind: "file", path: "hub-main/pkg/index.json", data: Buffer.from("{}"), mode: 0o644 },
]);
const archives: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ["hub.tar", tar],
  ["hub.tar.gz", gzipSync(tar)],
  ["hub.tar.zst", zstdCompressSync(tar)],
  ["hub.zip", writeZip(Object.fromEntries(items.map(({ path, data }) => [path, data])))],
];
for (const [name, bytes] of [["hub", undefined], ...archives] as const)
  test(`vex check reads of the repository ${name} what speaks of the image, and tells what is not there`, async () => {
    const cwd = place(
      Object.fromEntries(Object.entries(listed).map(([path, content]) => [`hub/${path}`, content])),
    );
    if (bytes !== undefined) writeFileSync(join(cwd, name), bytes);
    const { code, out } = await run(cwd, "check", `repo:${name}`, "--report", "report.json");
    assert.equal(code, 0);
    assert.equal(
      out,
      [
        `matched    CVE-2099-1  not_affected  suppresses 1  repo:${name}/pkg/deb/debian/openssl/vex.json`,
        `note: repo:${name}: index.json names pkg/gone.json, which is not there`,
        "1 matched, 0 near, 0 unmatched; 0 of flaws that were not found; 1 of 2 findings suppressed",
        "",
      ].join("\n"),
    );
  });

test("vex check follows no link out of a repository", async () => {
  const cwd = place({
    "out.json": says("pkg:deb/debian/openssl"),
    "hub/index.json": { packages: [{ id: "pkg:deb/debian/openssl", location: "in.json" }] },
  });
  symlinkSync(join(cwd, "out.json"), join(cwd, "hub/in.json"));
  const { out } = await run(cwd, "check", "repo:hub", "--report", "report.json");
  assert.match(out, /^note: repo:hub: index\.json names in\.json, which is not there\n/);
});

test("vex show says how a document is read", async () => {
  const cwd = place({ "a.json": says("pkg:deb/debian/openssl") });
  const { code, out } = await run(cwd, "show", "a.json");
  assert.equal(code, 0);
  assert.equal(
    out,
    "CVE-2099-1  not_affected  2025-01-01T00:00:00Z\n  not \\u{1b}[31mbuilt in\n  pkg:deb/debian/openssl\n1 statements\n",
  );
  const json = JSON.parse((await run(cwd, "show", "a.json", "-f", "json")).out);
  assert.deepEqual(Object.keys(json.statements[0]), [
    "source",
    "format",
    "document",
    "author",
    "vulnerability",
    "aliases",
    "products",
    "status",
    "justification",
    "statement",
    "timestamp",
  ]);
});

test("vex write writes what vex check finds matched, every statement of it", async () => {
  const cwd = place({});
  writeFileSync(join(cwd, "full.json"), [...jsonReport(fullReport)].join(""));
  const { code } = await run(cwd, "write", "--report", "full.json", "--author", "Example", "-o", "out.json");
  assert.equal(code, 0);
  const { out } = await run(cwd, "check", "out.json", "--report", "full.json", "-f", "json");
  const { statements, elsewhere } = JSON.parse(out);
  assert.deepEqual([...new Set(statements.map((one: { state: string }) => one.state))], ["matched"]);
  // What is undecided is no finding.
  assert.equal(elsewhere, 1);
});
