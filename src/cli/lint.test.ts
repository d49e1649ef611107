import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { suite, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { needs } from "../../tests/support/needs.ts";
import { scratch } from "../../tests/support/scratch.ts";
import type { LintReport } from "../core/lint.ts";
import { main } from "./main.ts";

const validate = new Ajv2020().compile(
  JSON.parse(readFileSync(new URL("../../schemas/lint.schema.json", import.meta.url), "utf8")),
);

class Sink extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `seaworthy lint` in a directory, without ShellCheck unless PATH is handed in. */
async function run(
  cwd: string,
  args: readonly string[],
  more: {
    readonly stdin?: string | Buffer;
    readonly env?: Record<string, string>;
    readonly terminal?: boolean;
  } = {},
): Promise<Ran> {
  const stdout = Object.assign(new Sink(), { isTTY: more.terminal === true });
  const stderr = new Sink();
  const stdin = Readable.from(more.stdin === undefined ? [] : [Buffer.from(more.stdin)]);
  const env = { HOME: join(cwd, "home"), ...more.env };
  const code = await main(
    ["lint", ...args],
    { stdin, stdout, stderr, env, cwd, today: "2026-01-01" },
    "0.0.0",
  );
  return { code, out: stdout.text, err: stderr.text };
}

/** A directory with files. */
function project(files: Readonly<Record<string, string>>): string {
  const directory = scratch("lint");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, path, ".."), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

const clean = "FROM scratch\nCOPY a /a\n";
const flawed = "FROM debian:12.7\nRUN apk add a=1\nWORKDIR /a\nRUN sudo b\nUSER 1\n";

async function json(cwd: string, ...args: readonly string[]) {
  const { out, code } = await run(cwd, ["-f", "json", ...args]);
  assert.ok(validate(JSON.parse(out)), JSON.stringify(validate.errors));
  return { report: reportOf(out), code };
}

function reportOf(out: string): LintReport {
  return JSON.parse(out);
}

suite("seaworthy lint", () => {
  test("lint ends with 0, 1 or 3 for pass, fail and unknown", async () => {
    const rows: readonly (readonly [text: string, code: number, ...args: readonly string[]])[] = [
      [clean, 0],
      [flawed, 1],
      [flawed, 0, "--fail-on", "critical"],
      [flawed, 0, "--fail-on", "never"],
      ["FROM a:1\nLABEL A=b\n", 0],
      ["FROM a:1\nLABEL A=b\n", 1, "--fail-on", "negligible"],
      ["FROM a:1\nFOO b\n", 3],
      ["", 3],
      ["FROM a:1\nRUN sudo b\nFOO\n", 1],
      ["{\n".repeat(100), 3],
    ];
    for (const [text, code, ...args] of rows) {
      const ran = await run(project({ Dockerfile: text }), args);
      assert.equal(ran.code, code, `${text}: ${ran.out}${ran.err}`);
    }
  });

  test("lint ends with 2 and a line for what it cannot do", async () => {
    const directory = project({
      Dockerfile: clean,
      "empty/a": "",
      "bad.yaml": "ignored:\n  - DL3000\n  - {a: b}\n",
      "report.json": "{}",
    });
    const rows: readonly (readonly [args: readonly string[], message: RegExp])[] = [
      [["--what"], /usage: read arguments of "lint"/],
      [["--fail-on", "bad"], /--fail-on is/],
      [["--dry-run"], /goes with --fix/],
      [["none"], /usage: read "none": /],
      [["empty"], /there is no Dockerfile in it/],
      [["--config", "none.yaml"], /read configuration "none.yaml"/],
      [
        ["--config", "bad.yaml"],
        /malformed: read bad.yaml: line 3: expected a list of rules, each a text for "ignored", found keys with values/,
      ],
      [["--report", "none.json"], /read report "none.json"/],
      [["--report", "report.json"], /malformed: .*image/],
      [["-f", "pdf"], /--format is table, json/],
    ];
    for (const [args, message] of rows) {
      const { code, err } = await run(directory, args);
      assert.equal(code, 2, args.join(" "));
      assert.match(err, message);
    }
    const alone = await run(project({ x: "" }), []);
    assert.deepEqual([alone.code, /no Dockerfile and no Containerfile/.test(alone.err)], [2, true]);
  });

  test("lint finds Dockerfiles: the usual ones, those of a directory, several, the standard input", async () => {
    const directory = project({
      Containerfile: flawed,
      "a/Dockerfile": clean,
      "a/b/Dockerfile.dev": clean,
      "a/c/x.Dockerfile": clean,
      "a/node_modules/y/Dockerfile": flawed,
      "a/Dockerfile.dockerignore": "x",
      "a/README.md": "x",
      "a/Dockerfile.md": "x",
      "a/dockerfile_test.go": "x",
      "a/dockerfile.json": "x",
    });
    assert.deepEqual((await json(directory)).report.files, ["Containerfile"]);
    const { report, code } = await json(directory, "a", "Containerfile");
    assert.deepEqual(report.files, [
      "a/Dockerfile",
      "a/b/Dockerfile.dev",
      "a/c/x.Dockerfile",
      "Containerfile",
    ]);
    assert.equal(code, 1);
    const piped = await run(directory, ["-"], { stdin: flawed });
    assert.deepEqual([piped.code, /^-:2:5 /m.test(piped.out)], [1, true]);
  });

  test("lint --format json is by the schema, the same each time, and has everything", async () => {
    const directory = project({
      Dockerfile: `# hadolint global ignore=DL3004\n${flawed}# hadolint ignore=DL3000\n`,
      ".hadolint.yaml": "foo: 1\n",
    });
    const { report } = await json(directory);
    assert.deepEqual(
      report.findings.map((finding) => [
        finding.rule,
        finding.line,
        finding.column,
        finding.endLine,
        finding.endColumn,
      ]),
      [["SW-DF-019", 3, 5, 3, 16]],
    );
    assert.deepEqual(report.findings[0]?.fix, {
      description: "add --no-cache",
      edits: [{ line: 3, column: 12, endLine: 3, endColumn: 12, text: " --no-cache" }],
    });
    assert.deepEqual(
      report.suppressed.map((one) => [one.rule, one.by]),
      [["SW-DF-004", "Dockerfile:1"]],
    );
    assert.equal(report.notes.length, 3);
    assert.deepEqual((await json(directory)).report, report);
    for (const text of [clean, "", "FROM a:1\nFOO\n"]) await json(project({ Dockerfile: text }));
  });

  test("lint's table shows the place, the line, the finding and what mends it", async () => {
    const { out } = await run(project({ Dockerfile: flawed }), []);
    assert.match(
      out,
      /Dockerfile:2:5 {2}low {2}SW-DF-019 DL3019\n {2}Use --no-cache with apk add\n +2 \| RUN apk add a=1\n {12}\^{11}\n {2}fix: add --no-cache\n/,
    );
    assert.match(out, /fail: 2 findings, 1 mended by --fix\n/);
    const hostile = await run(project({ Dockerfile: "FROM a:1\nRUN sudo \u001B[2J\u202E\n" }), []);
    // oxlint-disable-next-line no-control-regex -- that is what must not come out
    assert.doesNotMatch(hostile.out, /[\u0000-\u0009\u000B-\u001F\u202E]/);
  });

  test("lint reads the configuration that Hadolint would, or the one that is named", async () => {
    const directory = project({
      Dockerfile: flawed,
      ".hadolint.yaml": "ignored: [DL3004]\noverride: {error: [DL3019]}\nfailure-threshold: error\n",
      "home/.config/hadolint.yaml": "no-fail: true\n",
      "other.yml": "ignored: [DL3019]\nfailure-threshold: style\n",
    });
    assert.deepEqual(
      (await json(directory)).report.findings.map((one) => [one.rule, one.severity]),
      [["SW-DF-019", "high"]],
    );
    const named = await json(directory, "-c", "other.yml", "--fail-on", "critical");
    assert.deepEqual([named.report.findings.length, named.report.suppressed.length, named.code], [1, 1, 0]);
    const elsewhere = project({ Dockerfile: flawed, "home/.config/hadolint.yaml": "no-fail: true\n" });
    assert.equal((await json(elsewhere)).code, 0);
  });

  test("lint reads Hadolint's variables of the environment; its own options come before them", async () => {
    const directory = project({ Dockerfile: flawed, ".hadolint.yaml": "override: {info: [DL3004]}\n" });
    const asked = (env: Record<string, string>, ...args: readonly string[]) =>
      run(directory, ["-f", "json", ...args], { env });
    const { out } = await asked({ HADOLINT_IGNORE: "DL3004" });
    assert.deepEqual(
      reportOf(out).suppressed.map(({ rule, by }) => `${rule} by ${by}`),
      ["SW-DF-004 by HADOLINT_IGNORE"],
    );
    assert.equal((await asked({ HADOLINT_FAILURE_THRESHOLD: "warning" })).code, 0);
    assert.equal((await asked({ HADOLINT_NOFAIL: "1" })).code, 0);
    assert.equal((await asked({ HADOLINT_NOFAIL: "1" }, "--fail-on", "low")).code, 1);
    const wrong = await asked({ HADOLINT_FAILURE_THRESHOLD: "bad" });
    assert.deepEqual([wrong.code, /malformed: .*HADOLINT_FAILURE_THRESHOLD/.test(wrong.err)], [2, true]);
  });

  test("lint --fix edits files in place, keeps mode and link, and tells what is left", async () => {
    const directory = project({ real: flawed, "b/Dockerfile": clean });
    chmodSync(join(directory, "real"), 0o640);
    symlinkSync("real", join(directory, "Dockerfile"));
    const { code, err, out } = await run(directory, ["--fix", "Dockerfile", "b"]);
    assert.deepEqual([code, err], [1, "Dockerfile: 1 finding mended\nb/Dockerfile: 0 findings mended\n"]);
    assert.doesNotMatch(out, /SW-DF-019/);
    assert.equal(
      readFileSync(join(directory, "real"), "utf8"),
      flawed.replace("apk add", "apk add --no-cache"),
    );
    assert.equal(statSync(join(directory, "real")).mode & 0o777, 0o640);
    assert.ok(lstatSync(join(directory, "Dockerfile")).isSymbolicLink());
    assert.deepEqual(readdirSync(directory).toSorted(), ["Dockerfile", "b", "real"]);
    const again = await run(directory, ["--fix", "Dockerfile"]);
    assert.equal(again.err, "Dockerfile: 0 findings mended\n");
  });

  test("lint --fix prints what it makes of the standard input; --dry-run prints a difference that patch takes", async () => {
    const fixed = flawed.replace("apk add", "apk add --no-cache");
    const piped = await run(project({}), ["--fix", "-"], { stdin: flawed });
    assert.deepEqual([piped.code, piped.out], [0, fixed]);
    const directory = project({ Dockerfile: flawed });
    const dry = await run(directory, ["--fix", "--dry-run"]);
    assert.equal(readFileSync(join(directory, "Dockerfile"), "utf8"), flawed);
    assert.equal(
      dry.out,
      "--- Dockerfile\n+++ Dockerfile\n@@ -1,5 +1,5 @@\n FROM debian:12.7\n-RUN apk add a=1\n+RUN apk add --no-cache a=1\n WORKDIR /a\n RUN sudo b\n USER 1\n",
    );
  });

  test("lint --fix lets no text of a file steer the terminal, and prints it as it is elsewhere", async () => {
    const hostile = "FROM a:1\nRUN apk add \u001B[2J\ta=1\n";
    const directory = project({ "\u001B[31mDockerfile": hostile });
    for (const args of [
      ["--fix", "--dry-run", "\u001B[31mDockerfile"],
      ["--fix", "-"],
    ]) {
      const shown = await run(directory, args, { stdin: hostile, terminal: true });
      assert.match(shown.out, /RUN apk add --no-cache \\u\{1b\}\[2J\ta=1\n/);
      const piped = await run(directory, args, { stdin: hostile });
      assert.ok(piped.out.includes("RUN apk add --no-cache \u001B[2J\ta=1\n"));
      assert.equal(`${shown.out}${shown.err}${piped.err}`.includes("\u001B"), false);
    }
    const { err } = await run(directory, ["--fix", "\u001B[31mDockerfile"]);
    assert.equal(err, "\\u{1b}[31mDockerfile: 1 finding mended\n");
  });

  test("lint reads each file once, however often it is named, and no device without end", async () => {
    const directory = project({ Dockerfile: flawed });
    const { report } = await json(directory, "Dockerfile", "./Dockerfile", ".");
    assert.deepEqual([report.files, report.findings.length], [["Dockerfile"], 2]);
    const twice = await run(directory, ["-f", "json", "-", "-"], { stdin: flawed });
    assert.deepEqual([twice.code, reportOf(twice.out).files], [1, ["-"]]);
    const endless = await run(directory, ["/dev/zero"]);
    assert.deepEqual([endless.code, /more than \d+ bytes/.test(endless.err)], [2, true]);
  });

  test("lint --fix prints no report in the place of a standard input that it cannot read", async () => {
    const { code, out, err } = await run(project({}), ["--fix", "-"], { stdin: Buffer.from([0xff, 0x0a]) });
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /malformed: mend "-": it is not UTF-8 text/);
  });

  test("lint leaves a file that is not UTF-8 alone, and does not take it for clean", async () => {
    const directory = project({});
    const bytes = Buffer.from([...Buffer.from("FROM a:1\nRUN apk add a="), 0xff, 0x0a]);
    writeFileSync(join(directory, "Dockerfile"), bytes);
    const { code, out } = await run(directory, ["--fix"]);
    assert.deepEqual([code, /not UTF-8/.test(out)], [3, true]);
    assert.deepEqual(readFileSync(join(directory, "Dockerfile")), bytes);
  });

  test("lint --report joins a scan's findings to lines", async () => {
    const origin = (line: number) => ({ file: "Dockerfile", line, stage: "0" });
    const finding = (layer: number, state: string) => ({ layer, fix: { state, versions: [] } });
    const report = {
      image: {
        layers: [
          { index: 0, dockerfile: null },
          { index: 1, dockerfile: origin(2) },
        ],
      },
      findings: [finding(0, "fixed"), finding(1, "fixed"), finding(1, "not-fixed")],
    };
    const directory = project({ Dockerfile: flawed, "report.json": JSON.stringify(report) });
    assert.deepEqual((await json(directory, "--report", "report.json")).report.lines, [
      { file: "Dockerfile", line: 2, instruction: "RUN apk add a=1", findings: 2, fixable: 1 },
    ]);
    const { out } = await run(directory, ["--report", "report.json"]);
    assert.match(out, /^Dockerfile: line 2 brings 2 findings, 1 fixable: RUN apk add a=1$/m);
  });

  test("lint does not know where ShellCheck breaks, and takes it from no relative directory", async () => {
    const directory = project({
      Dockerfile: "FROM a:1\nRUN b\n",
      "bin/shellcheck": "#!/bin/sh\necho oops\nexit 3\n",
      "junk/shellcheck": "#!/bin/sh\necho oops\n",
    });
    for (const name of ["bin", "junk"]) chmodSync(join(directory, name, "shellcheck"), 0o755);
    for (const [name, message] of [
      ["bin", /run shellcheck: it ended with code 3/],
      ["junk", /ShellCheck's answer: not valid JSON/],
    ] as const) {
      const { code, out } = await run(directory, [], { env: { PATH: join(directory, name) } });
      assert.equal(code, 3, out);
      assert.match(out, message);
    }
    const { code, out } = await run(directory, [], { env: { PATH: "bin:" } });
    assert.deepEqual([code, /shellcheck is not on PATH/.test(out)], [0, true]);
  });

  test("lint tells rules of the configuration that there are not", async () => {
    const directory = project({
      Dockerfile: clean,
      ".hadolint.yaml": "ignored: [DL3005, DL3008, SC1000]\noverride: {error: [DL3008, SW-DF-999]}\n",
    });
    const { report } = await json(directory, "--no-shellcheck");
    assert.deepEqual(
      report.notes.map(({ file, message }) => `${file}: ${message}`),
      ['.hadolint.yaml: there is no rule "DL3005"', '.hadolint.yaml: there is no rule "SW-DF-999"'],
    );
  });

  test("lint says once that ShellCheck is not there, and does not where it is not wanted", async () => {
    const directory = project({ Dockerfile: clean, b: clean });
    const { report } = await json(directory, "Dockerfile", "b");
    assert.deepEqual(report.notes.filter(({ message }) => message.includes("shellcheck")).length, 1);
    assert.deepEqual((await json(directory, "--no-shellcheck")).report.notes, []);
  });
});

suite("seaworthy lint with ShellCheck", { skip: needs("shellcheck") }, () => {
  const env = { PATH: process.env["PATH"] ?? "" };

  /** `line:column-endLine:endColumn rule` of ShellCheck's findings. */
  async function checked(text: string): Promise<readonly string[]> {
    const { out } = await run(project({ Dockerfile: text }), ["-f", "json"], { env });
    const { findings } = reportOf(out);
    return findings
      .filter(({ rule }) => rule.startsWith("SC"))
      .map((one) => `${one.line}:${one.column}-${one.endLine}:${one.endColumn} ${one.rule}`);
  }

  test("lint maps ShellCheck's places back into the Dockerfile", async () => {
    const rows: readonly (readonly [text: string, ...expected: readonly string[]])[] = [
      ["FROM a:1\nRUN b $c\n", "2:7-2:9 SC2154", "2:7-2:9 SC2086"],
      ["FROM a:1\nENV C='d e'\nRUN b $C\n", "3:7-3:9 SC2086"],
      ["FROM a:1\nARG C=*\nRUN b && \\\n  # e\n  d $C\n", "5:5-5:7 SC2086"],
      ["FROM a:1\nENV C=d\nARG D\nRUN b $C $D\n"],
      ["FROM a:1 AS x\nENV C='d e'\nFROM x\nRUN b $C\n", "4:7-4:9 SC2086"],
      ["FROM a:1\nENV C='d e'\nRUN <<E\nb\n\te é\u{1F600} $C\nE\n", "5:8-5:10 SC2086"],
      ["FROM a:1\nENV C='d e'\nRUN <<-E\n\tb $C\n\tE\n", "4:4-4:6 SC2086"],
      ["FROM a:1\nENV C='d e'\nRUN <<E\n#!/bin/bash\nb $C\nE\n", "5:3-5:5 SC2086"],
      ["FROM a:1\nRUN [[ b == c ]]\n", "2:5-2:17 SC3010"],
      ['FROM a:1\nSHELL ["/bin/bash", "-c"]\nRUN b |& c\n'],
      ['FROM a:1\nSHELL ["pwsh", "-c"]\nRUN b $C\n'],
      ['FROM a:1\nRUN ["b", "$C"]\n'],
      ["FROM a:1\nRUN . /etc/profile && b\n"],
    ];
    for (const [text, ...expected] of rows)
      assert.deepEqual(
        (await checked(text)).toSorted().filter((one) => !one.endsWith("SC2050")),
        expected.toSorted(),
        text,
      );
  });

  test("lint's comments and configuration hold for ShellCheck's findings", async () => {
    assert.deepEqual(await checked("FROM a:1\nENV C='d e'\n# hadolint ignore=SC2086\nRUN b $C\n"), []);
    const directory = project({
      Dockerfile: "FROM a:1\nENV C='d e'\n# hadolint ignore=SC2046\nRUN b $C\n",
      ".hadolint.yaml": "override: {error: [SC2086]}\n",
    });
    const { out } = await run(directory, ["-f", "json"], { env });
    const { findings, notes } = reportOf(out);
    assert.deepEqual(
      findings.map(({ rule, severity }) => [rule, severity]),
      [["SC2086", "high"]],
    );
    assert.match(notes[0]?.message ?? "", /"SC2046" is to be passed over, but matches nothing/);
  });
});
