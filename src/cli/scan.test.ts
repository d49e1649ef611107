import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { before, describe, suite, test } from "node:test";
import { promisify } from "node:util";
import { dpkgRoot, npmPackage, osRelease, program } from "../../tests/support/distro-files.ts";
import { gone, writeLayout } from "../../tests/support/image.ts";
import { writeMirror } from "../../tests/support/mirror.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { main } from "./main.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const home = scratch("cli");
const db = join(home, "advisories.db");
let flawed = "";
let clean = "";

suite("the command over a small image", () => {
  before(async () => {
    const mirror = join(home, "mirror");
    await writeMirror(mirror);
    const built = await run(["db", "update", "--from", mirror, "--db", db]);
    assert.equal(built.code, 0, built.err);
    const createdBy = "RUN /bin/sh -c npm ci # buildkit";
    flawed = `oci:${writeLayout(scratch("image"), {
      layers: [
        { items: [osRelease("debian", "12"), ...dpkgRoot()], createdBy: "ADD rootfs" },
        { items: [npmPackage("lodash", "4.17.4"), npmPackage("minimist", "1.0.0")], createdBy },
        {
          items: [
            npmPackage("lodash", "4.17.20", "srv"),
            gone("app/node_modules/minimist"),
            program("opt/tool"),
          ],
        },
      ],
    })}`;
    clean = `oci:${writeLayout(scratch("image"), { layers: [{ items: [npmPackage("left-pad", "1.3.0")] }] })}`;
  });

  class Sink extends Writable {
    text = "";
    readonly isTTY: boolean;
    readonly columns = 100;

    constructor(isTTY: boolean) {
      super();
      this.isTTY = isTTY;
    }

    override _write(chunk: Buffer, _encoding: string, done: () => void): void {
      this.text += chunk.toString();
      done();
    }
  }

  test("an error goes into the JSON file that was asked for, unless the command line is wrong", async () => {
    const file = join(scratch("errors"), "report.json");
    writeFileSync(file, "yesterday's");
    const wrong = await run(["scan", "--what", "--format", `json=${file}`, "/no/image.tar"]);
    assert.deepEqual([wrong.code, readFileSync(file, "utf8")], [2, "yesterday's"]);
    for (const format of [["-f", `json=${file}`], [`--format=json=${file}`], ["-fjson", "-o", file]]) {
      writeFileSync(file, "yesterday's");
      const { code, out } = await run(["scan", ...format, "/no/image.tar"]);
      assert.deepEqual([code, out], [2, ""]);
      assert.equal(JSON.parse(readFileSync(file, "utf8")).error.code, "image-not-found");
    }
  });

  const errors: readonly (readonly [format: string, written: RegExp])[] = [
    ["sarif", /^\{"error":\{"code":"image-not-found"/],
    ["sarif-github", /^\{"error":/],
    ["gitlab", /^\{"error":/],
    [
      "junit",
      /<testsuite name="verdict" tests="1" failures="0" errors="1" [^]*<error type="image-not-found" message="/,
    ],
    ["markdown", /^### ❌ ERROR `image-not-found`\n/],
    ["github", /^::error title=Seaworthy%3A error::image-not-found: /],
    ["csv", /^seaworthy: image-not-found: /],
  ];
  for (const [format, written] of errors)
    test(`an error takes the place of an earlier ${format}`, async () => {
      const file = join(scratch("errors"), "report");
      writeFileSync(file, "yesterday's");
      const { code, out } = await run(["scan", "-f", `${format}=${file}`, "/no/image.tar"]);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(readFileSync(file, "utf8"), written);
    });

  async function run(
    args: readonly string[],
    more: {
      readonly stdin?: string;
      readonly env?: Record<string, string>;
      readonly terminal?: boolean;
    } = {},
  ): Promise<Ran> {
    const stdout = new Sink(more.terminal === true);
    const stderr = new Sink(false);
    const env = {
      HOME: home,
      XDG_CACHE_HOME: join(home, "cache"),
      XDG_DATA_HOME: join(home, "data"),
      ...more.env,
    };
    const stdin = Readable.from(more.stdin === undefined ? [] : [Buffer.from(more.stdin)]);
    const code = await main(args, { stdin, stdout, stderr, env, cwd: home, today: "2025-01-01" }, "0.0.0");
    return { code, out: stdout.text, err: stderr.text };
  }

  const scan = (...args: readonly string[]) => run(["scan", "--db", db, ...args]);

  describe("scan", () => {
    test("scan says pass and 0 of a clean image", async () => {
      const { code, out, err } = await scan(clean);
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, /\nPASS {2}no findings\n$/);
    });

    test("scan says fail and 1, with layers, upgrades and KEV", async () => {
      const { code, out } = await scan(flawed);
      assert.equal(code, 1);
      assert.match(out, /layer 1 {2}RUN npm ci/);
      assert.match(out, /lodash +4\.17\.4 → 4\.17\.21 +critical CVE-2099-0001 \(KEV\)/);
      assert.match(out, /shipped, not visible: 1 package/);
      assert.match(out, /\nFAIL {2}2 critical, 1 negligible \(2 fixable, 2 known to be exploited\)\n$/);
    });

    test("a saved report tells lint which line of the Dockerfile brought what", async () => {
      const directory = scratch("join");
      const [dockerfile, saved] = [join(directory, "Dockerfile"), join(directory, "report.json")];
      writeFileSync(dockerfile, "FROM debian:12\n\nRUN npm ci\n");
      const layers = [
        { items: [osRelease("debian", "12"), ...dpkgRoot()], createdBy: "ADD rootfs" },
        { items: [npmPackage("lodash", "4.17.4")], createdBy: "RUN /bin/sh -c npm ci # buildkit" },
      ];
      const image = `oci:${writeLayout(scratch("image"), { layers })}`;
      await scan("--dockerfile", dockerfile, "--format", `json=${saved}`, image);
      const { out } = await run(["lint", "--report", saved, dockerfile]);
      assert.match(out, /Dockerfile: line 3 brings 1 finding, 1 fixable: RUN npm ci\n/);
    });

    const gates: readonly [args: readonly string[], code: number][] = [
      [["--fail-on", "never"], 0],
      [["--fail-on", "critical"], 1],
      [["--fail-on=any"], 1],
      [["--only-fixed"], 1],
      [["--fail-on", "never", "--require-owned-executables"], 3],
    ];
    for (const [args, expected] of gates)
      test(`scan ${args.join(" ")} ends with ${expected}`, async () => {
        const { code, out } = await scan(...args, flawed);
        assert.equal(code, expected, out);
      });

    test("scan is decided by the policy that is named, or that is there, and options go before it", async () => {
      const decision = async (...args: readonly string[]): Promise<string> => {
        const { out } = await scan("-f", "json", ...args, flawed);
        const { verdict, policy } = JSON.parse(out);
        return `${verdict.decision} ${policy.failOn} ${verdict.reasons.map(({ rule }: { rule: string }) => rule)}`;
      };
      writeFileSync(join(home, "other.yaml"), "version: 1\nfailOn: never\nrules: [{id: all, finding: {}}]\n");
      assert.match(await decision("--policy", "other.yaml"), /^fail never all/u);
      assert.match(await decision("--policy", "starter"), /^(?:fail|unknown) critical /u);
      assert.match(await decision("--policy", "starter", "--fail-on", "low"), /^fail low fail-on/u);
      mkdirSync(join(home, ".seaworthy"), { recursive: true });
      const own = [join(home, ".seaworthy/policy.yaml"), join(home, "seaworthy.yaml")];
      try {
        for (const [at, file] of own.entries()) {
          writeFileSync(
            file,
            `version: 1\nfailOn: never\nrules: [{id: rule-${at}, finding: {when: "!finding.kev"}}]\n`,
          );
          assert.match(await decision(), new RegExp(`^fail never rule-${at}`, "u"));
        }
        writeFileSync(join(home, "seaworthy.yaml"), "version: 1\nfailOn: hihg\n");
        const { code, err, out } = await scan(clean);
        assert.deepEqual([code, out], [2, ""]);
        assert.match(err, /^seaworthy: policy-invalid: .*seaworthy\.yaml:2:9: expected one of critical, /u);
      } finally {
        for (const file of own) rmSync(file);
      }
      assert.equal((await scan("--policy", "nope", clean)).code, 2);
    });

    test("scan fails on checks as the command says, and echoes that", async () => {
      const strict = await scan("-f", "json", "--check", "SW-IM-020=critical", clean);
      assert.equal(strict.code, 1);
      const report = JSON.parse(strict.out);
      assert.deepEqual(report.verdict.reasons, [
        {
          code: "check-failed",
          message: "SW-IM-020 Image runs as root: critical (fail on high)",
          rule: "fail-on-checks",
          findings: ["SW-IM-020 no USER is set: the process runs as root"],
        },
      ]);
      assert.deepEqual(report.policy.checks, {
        "SW-IM-020": { severity: "critical", off: false, options: {} },
      });
      const off = await scan("-f", "json", "--check=SW-IM-020=off", clean);
      assert.equal(off.code, 0);
      assert.deepEqual(JSON.parse(off.out).checks, []);
      assert.deepEqual(JSON.parse(off.out).policy.checks, {
        "SW-IM-020": { severity: null, off: true, options: {} },
      });
    });

    test("scan writes several formats at once, whole, and the same bytes every time", async () => {
      const dir = scratch("out");
      const [a, b] = [join(dir, "a.json"), join(dir, "b.json")];
      const first = await scan("--format", "table", "-f", `json=${a}`, flawed);
      assert.match(first.out, /FAIL/);
      const second = await scan("-f", "json", "--output", b, "--no-cache", flawed);
      assert.equal(second.out, "");
      assert.equal(readFileSync(a, "utf8"), readFileSync(b, "utf8"));
      assert.deepEqual(readdirSync(dir).sort(), ["a.json", "b.json"]);
      const third = await scan("-f", "json", flawed);
      assert.equal(third.out, readFileSync(a, "utf8"));
      const table = await scan("-f", "table", "-o", join(dir, "t.txt"), flawed);
      assert.equal(table.out, "");
      assert.match(readFileSync(join(dir, "t.txt"), "utf8"), /FAIL/);
    });

    test("scan tells the fields of its contract", async () => {
      const report = JSON.parse((await scan("-f", "json", flawed)).out);
      assert.equal(report.schemaVersion, "1.4");
      assert.deepEqual(report.image.os, { id: "debian", version: "12", name: "debian 12" });
      assert.equal(report.image.layers.length, 3);
      const found = report.findings.map((one: { id: string; layer: number; kev: boolean; fix: unknown }) => [
        one.id,
        one.layer,
        one.kev,
        one.fix,
      ]);
      const fix = { state: "fixed", versions: ["4.17.21"] };
      assert.deepEqual(found, [
        ["CVE-2099-0001", 2, true, fix],
        ["CVE-2099-0001", 1, true, fix],
        ["CVE-2099-0009", 0, false, { state: "not-fixed", versions: [] }],
      ]);
      assert.deepEqual(
        report.hiddenPackages.map((one: { name: string; removedIn: number }) => [one.name, one.removedIn]),
        [["minimist", 2]],
      );
      assert.deepEqual(report.coverage.notes, []);
      assert.deepEqual(report.coverage.unownedExecutables, [{ path: "opt/tool", layer: 2 }]);
    });

    test("scan paints only where a terminal is, NO_COLOR is not, or FORCE_COLOR is", async () => {
      const args = ["scan", "--db", db, flawed];
      const painted = async (env: Record<string, string>, terminal: boolean) =>
        (await run(args, { env, terminal })).out.includes("\u001B[");
      assert.deepEqual(
        [
          await painted({}, true),
          await painted({}, false),
          await painted({ NO_COLOR: "1" }, true),
          await painted({ NO_COLOR: "" }, true),
          await painted({ FORCE_COLOR: "1" }, false),
          await painted({ FORCE_COLOR: "0" }, true),
          await painted({ TERM: "dumb" }, true),
        ],
        [true, false, false, true, true, false, false],
      );
    });

    const wrong: readonly [why: string, args: readonly string[], message: RegExp][] = [
      ["a second image", ["a", "b"], /"b" is one argument too many/],
      ["an unknown option", ["--what"], /--what/],
      ["an unknown severity", ["--fail-on", "bad", "a"], /--fail-on is critical/],
      ["unknown as severity", ["--fail-on", "unknown", "a"], /--fail-on is critical/],
      ["an unknown format", ["-f", "xml", "a"], /--format is table, json, sarif/],
      ["a format without a file's name", ["-f", "json=", "a"], /NAME=FILE/],
      ["two formats for one stream", ["-f", "table", "-f", "table", "a"], /only one format/],
      ["two formats for one file", ["-f", "json=x", "-f", "table=x", "a"], /same file/],
      ["an output without a format", ["-f", "json=x", "-o", "y", "a"], /--output needs/],
      ["a day that is none", ["--today", "2025-02-30", "a"], /--today is a day/],
      ["a mirror without a URL", ["--registry-mirror", "docker.io", "a"], /DOMAIN=URL/],
    ];
    for (const [why, args, message] of wrong)
      test(`scan refuses ${why} with 2`, async () => {
        const { code, out, err } = await scan(...args);
        assert.deepEqual([code, out], [2, ""]);
        assert.match(err, /^seaworthy: usage: /);
        assert.match(err, message);
        assert.equal(err.split("\n").length, 2);
      });

    test("scan puts an error into JSON, too", async () => {
      const { code, out } = await scan("--format", "json", join(home, "nothing.tar"));
      assert.equal(code, 2);
      assert.equal(JSON.parse(out).error.code, "image-not-found");
      const short = await scan("-fjson", join(home, "nothing"), "more");
      assert.deepEqual(Object.keys(JSON.parse(short.out).error), ["code", "message", "hint"]);
    });

    test("scan writes through a link and into a pipe, and replaces neither", async () => {
      const dir = scratch("out");
      const [real, link, pipe] = ["real", "link", "pipe"].map((name) => join(dir, name));
      assert.ok(real !== undefined && link !== undefined && pipe !== undefined);
      writeFileSync(real, "old");
      symlinkSync("real", link);
      await scan("-f", "json", "-o", link, clean);
      assert.ok(lstatSync(link).isSymbolicLink());
      const written = readFileSync(real, "utf8");
      assert.equal(JSON.parse(written).verdict.decision, "pass");
      execFileSync("mkfifo", [pipe]);
      const read = promisify(execFile)("cat", [pipe]);
      await scan("-f", "json", "-o", pipe, clean);
      assert.equal((await read).stdout, written);
      assert.ok(lstatSync(pipe).isFIFO());
    });

    test("scan refuses a file that it cannot write, and leaves nothing behind", async () => {
      const dir = scratch("out");
      mkdirSync(join(dir, "taken"));
      const { code, err } = await scan("-o", join(dir, "taken"), clean);
      assert.equal(code, 2);
      assert.match(err, /disk-failed/);
      assert.deepEqual(readdirSync(dir), ["taken"]);
    });

    test("scan refuses a database that is not there", async () => {
      const { code, err } = await run(["scan", "--db", join(home, "no.db"), clean]);
      assert.equal(code, 2);
      assert.match(err, /database-missing/);
    });

    test("scan without a database and a network is unknown at best, and says why in one line", async () => {
      const { code, err, out } = await run(["scan", "--offline", clean], {
        env: { XDG_DATA_HOME: join(home, "none") },
      });
      assert.equal(code, 3, out);
      assert.match(err, /^seaworthy: .*landmark.*\n$/);
      assert.match(out, /landmark-database/);
      assert.ok(!existsSync(join(home, "none")));
    });

    test("scan judges the end of life by --today", async () => {
      const old = writeLayout(scratch("image"), {
        layers: [{ items: [osRelease("debian", "9"), ...dpkgRoot()] }],
      });
      const { out } = await scan("--today", "2030-01-01", `oci:${old}`);
      assert.match(out, /os-end-of-life +debian 9 reached its end of life on 2020-07-18/);
    });
  });

  describe("why and why-not", () => {
    const rows: readonly [command: string, id: string, code: number, says: RegExp][] = [
      [
        "why",
        "CVE-2099-0001",
        0,
        /because +osv GHSA-2099-aaaa-0001 on npm\/lodash: >= 0, < 4\.17\.21\n +4\.17\.20 < 4\.17\.21 \(semver\)/,
      ],
      ["why", "cve-2099-0001", 0, /files +\/app\/node_modules\/lodash\/package\.json/],
      ["why", "ghsa-2099-AAAA-0001", 0, /also +GHSA-2099-aaaa-0001/],
      ["why-not", "CVE-2099-0001", 1, /a finding/],
      [
        "why-not",
        "CVE-2099-0002",
        0,
        /minimist 1\.0\.0 is affected, but it is only in layer 1: layer 2 removed it/,
      ],
      ["why", "CVE-2099-0002", 1, /hidden-in-lower-layer/],
      ["why-not", "CVE-2099-0008", 0, /2\.0 = 2\.0 \(deb\)/],
      ["why-not", "CVE-2099-0003", 0, /none of the packages that the advisories name: pypi\/urllib3/],
      ["why-not", "CVE-1999-0001", 3, /no source of the database knows "CVE-1999-0001"/],
    ];
    for (const [command, id, code, says] of rows)
      test(`${command} ${id} ends with ${code}`, async () => {
        const ran = await run([command, id, flawed, "--db", db]);
        assert.equal(ran.code, code, ran.out);
        assert.match(ran.out, says);
      });

    test("why-not does not take an absence for an answer where a part was not read", async () => {
      const unread = writeLayout(scratch("image"), {
        layers: [{ items: [osRelease("plan9", "4"), npmPackage("left-pad", "1.3.0")] }],
      });
      const ran = await run(["why-not", "CVE-2099-0008", `oci:${unread}`, "--db", db]);
      assert.equal(ran.code, 3, ran.out);
      assert.match(ran.out, /not all is known of this image\n {2}os-unknown/);
    });

    test("why tells the same in JSON", async () => {
      const { out } = await run(["why", "CVE-2099-0001", flawed, "--db", db, "-f", "json"]);
      const value = JSON.parse(out);
      assert.deepEqual(Object.keys(value), [
        "id",
        "image",
        "answer",
        "advisories",
        "knownExploited",
        "findings",
        "undecided",
        "dismissals",
        "gaps",
      ]);
      assert.equal(value.findings.length, 2);
      assert.deepEqual(value.knownExploited, { added: "2099-01-01", due: "2099-02-01" });
      assert.equal(value.advisories[0].id, "GHSA-2099-aaaa-0001");
    });

    test("why refuses a missing id and a third argument", async () => {
      assert.equal((await run(["why"])).code, 2);
      assert.equal((await run(["why", "A", "b", "c"])).code, 2);
    });
  });

  describe("query", () => {
    const query = (stdin: string, ...args: readonly string[]) =>
      run(["query", "--db", db, ...args], { stdin });
    type Answer = {
      purl: string | null;
      findings?: { id: string }[];
      undecided?: unknown[];
      notes?: string[];
      error?: { code: string };
    };
    const answers = ({ out }: Ran): readonly Answer[] =>
      out
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line));
    const brief = (answer: Answer) =>
      answer.error?.code ?? answer.findings?.map(({ id }) => id).join(" ") ?? "";

    const rows: readonly [why: string, line: string, expected: string][] = [
      ["a flawed package", '{"purl":"pkg:npm/lodash@4.17.4"}', "CVE-2099-0001"],
      ["a bare purl", "pkg:npm/lodash@4.17.4", "CVE-2099-0001"],
      ["a fixed package", '{"purl":"pkg:npm/lodash@4.17.21"}', ""],
      ["a package that nobody names", '{"purl":"pkg:npm/left-pad@1.3.0"}', ""],
      [
        "an OS package by its distro",
        '{"purl":"pkg:deb/debian/seaworthy-probe@1.0","distro":"debian:12"}',
        "CVE-2099-0008 CVE-2099-0009",
      ],
      [
        "a point release",
        '{"purl":"pkg:deb/debian/seaworthy-probe@1.0","distro":"debian-12.5"}',
        "CVE-2099-0008 CVE-2099-0009",
      ],
      [
        "a codename",
        '{"purl":"pkg:deb/debian/seaworthy-probe@1.0?distro=bookworm"}',
        "CVE-2099-0008 CVE-2099-0009",
      ],
      [
        "a codename beside its distribution",
        '{"purl":"pkg:deb/debian/seaworthy-probe@1.0?distro=debian-bookworm"}',
        "CVE-2099-0008 CVE-2099-0009",
      ],
      [
        "an epoch beside a source",
        '{"purl":"pkg:deb/debian/libprobe@1.0?distro=debian-12&epoch=1&upstream=seaworthy-probe"}',
        "CVE-2099-0009",
      ],
      [
        "a binary by its source",
        '{"purl":"pkg:deb/debian/libprobe@9?upstream=seaworthy-probe%401.0&distro=debian-12"}',
        "CVE-2099-0008 CVE-2099-0009",
      ],
      ["an apk", '{"purl":"pkg:apk/alpine/seaworthy-probe@1.0-r0?distro=alpine-3.18.4"}', "CVE-2099-0010"],
      [
        "an rpm by its source",
        '{"purl":"pkg:rpm/rocky/libprobe@1.0-1?distro=rocky-9.3&upstream=seaworthy-probe-1.0-1.src.rpm"}',
        "CVE-2099-0007",
      ],
      ["go's case", '{"purl":"pkg:golang/golang.org/X/text@v0.3.7"}', "CVE-2099-0005"],
      ["maven", '{"purl":"pkg:maven/commons-io/commons-io@2.13.0"}', "CVE-2099-0004"],
      ["no release", '{"purl":"pkg:deb/debian/seaworthy-probe@1.0"}', "purl-invalid"],
      ["a release without advisories", '{"purl":"pkg:deb/debian/x@1.0","distro":"debian:19"}', "unsupported"],
      ["an OS without advisories", '{"purl":"pkg:deb/plan9/x@1.0","distro":"plan9:4"}', "unsupported"],
      ["a type without a matcher", '{"purl":"pkg:gem/rails@1.0"}', "unsupported"],
      ["no version", '{"purl":"pkg:npm/lodash"}', "purl-invalid"],
      ["a version that does not parse", '{"purl":"pkg:npm/left-pad@banana"}', "version-invalid"],
      ["no purl", '{"name":"x"}', "malformed"],
      ["no JSON", "hello", "malformed"],
      ["a list", "[1]", "malformed"],
      ["a distro that is no text", '{"purl":"pkg:npm/x@1.0.0","distro":1}', "malformed"],
      ["a purl that is none", '{"purl":"lodash"}', "purl-invalid"],
    ];
    for (const [why, line, expected] of rows)
      test(`query answers ${expected || "nothing"} for ${why}`, async () => {
        const ran = await query(`${line}\n`);
        assert.deepEqual([ran.code, ran.err], [0, ""]);
        assert.deepEqual(answers(ran).map(brief), [expected]);
      });

    const noted: readonly [why: string, line: string, notes: boolean][] = [
      ["a binary without its source", '{"purl":"pkg:deb/debian/libprobe@1.0","distro":"debian:12"}', true],
      ["an apk's", '{"purl":"pkg:apk/alpine/libprobe@1.0-r0","distro":"alpine:3.18"}', true],
      ["Rocky's", '{"purl":"pkg:rpm/rocky/libprobe@1.0-1","distro":"rocky:9"}', true],
      ["a told source", '{"purl":"pkg:deb/debian/libx@1.0?upstream=x","distro":"debian:12"}', false],
      ["a known source", '{"purl":"pkg:apk/alpine/seaworthy-probe@9-r0","distro":"alpine:3.18"}', false],
      ["a language's package", '{"purl":"pkg:npm/left-pad@1.3.0"}', false],
    ];
    for (const [why, line, notes] of noted)
      test(`query has ${notes ? "a note" : "no notes"} on ${why}`, async () => {
        const [answer] = answers(await query(`${line}\n`));
        assert.equal(answer?.error, undefined);
        assert.equal(answer?.notes?.length, notes ? 1 : undefined);
        if (notes) assert.match(answer?.notes?.[0] ?? "", /"libprobe".*\?upstream=NAME/);
      });

    test("query answers each line in order and skips empty ones", async () => {
      const ran = await query('{"purl":"pkg:npm/a@1.0.0"}\r\n\n?\n{"purl":"pkg:npm/lodash@4.0.0"}');
      assert.deepEqual(answers(ran).map(brief), ["", "malformed", "CVE-2099-0001"]);
    });

    test("query answers 2,000 lines, undecided ones among them", async () => {
      const line = (index: number) =>
        JSON.stringify({ purl: `pkg:npm/lodash@${index % 3 === 0 ? "banana" : `4.0.${index}`}` });
      const ran = await query(Array.from({ length: 2000 }, (_, index) => line(index)).join("\n"));
      const all = answers(ran);
      assert.equal(all.length, 2000);
      assert.deepEqual([all[0]?.undecided?.length, all[0]?.findings], [1, []]);
      assert.equal(all[1]?.findings?.length, 1);
    });

    test("query of arguments writes JSON lines to a pipe and a table to a terminal", async () => {
      const piped = await query("", "pkg:npm/lodash@4.17.4", "pkg:npm/left-pad@1.3.0");
      assert.deepEqual(answers(piped).map(brief), ["CVE-2099-0001", ""]);
      const shown = await run(["query", "--db", db, "pkg:npm/lodash@4.17.4"], {
        terminal: true,
        env: { NO_COLOR: "1" },
      });
      assert.match(shown.out, /critical {2}CVE-2099-0001 \(KEV\) {2}fixed in 4\.17\.21/);
      const table = await query("", "-f", "table", "pkg:npm/left-pad@1.3.0");
      assert.match(table.out, /^pkg:npm\/left-pad@1\.3\.0 {2}no findings\n$/);
    });

    test("query takes --distro for purls that tell none, and ends with 2 when it cannot answer", async () => {
      const told = await query("", "--distro", "debian:12", "pkg:deb/debian/seaworthy-probe@1.0");
      assert.deepEqual(answers(told).map(brief), ["CVE-2099-0008 CVE-2099-0009"]);
      const untold = await query("", "pkg:deb/debian/seaworthy-probe@1.0");
      assert.deepEqual([untold.code, answers(untold).map(brief)], [2, ["purl-invalid"]]);
    });
  });
});
