import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";
import { SeaworthyError } from "../core/errors.ts";
import type { Io } from "./command.ts";
import { command } from "./explain.ts";

async function explain(args: readonly string[], stdin = ""): Promise<readonly string[]> {
  const stdout = new PassThrough();
  const answered = stdout.toArray();
  const io: Io = {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr: new PassThrough(),
    env: {},
    cwd: "/",
    today: "2024-01-01",
  };
  assert.equal(await command.run(args, io), 0);
  stdout.end();
  const text = Buffer.concat(await answered).toString();
  assert.ok(text === "" || text.endsWith("\n"));
  return text.split("\n").slice(0, -1);
}

test("explain version answers a relation a line", async () => {
  const input = "1.0\t2.0\r\n2\t1\n1\t1.0\n1:1\t2\nx y\t1";
  assert.deepEqual(await explain(["version", "deb"], input), ["<", ">", "<", ">", "undecided"]);
  assert.deepEqual(await explain(["version", "PyPI"], "1\t1.0\n1.0rc1\t1.0\n"), ["=", "<"]);
  assert.deepEqual(await explain(["version", "crates"], "\t\n"), ["undecided"]);
});

test("explain version takes pairs as arguments", async () => {
  assert.deepEqual(await explain(["version", "rpm", "1.0~rc1", "1.0", "2", "1"]), ["<", ">"]);
  assert.deepEqual(await explain(["version", "rpm", "1\t2"]), ["<"]);
});

test("explain version answers an error for what is no pair, and goes on", async () => {
  const answers = await explain(["version", "npm"], "1.0.0\n\n1.0.0\t2.0.0\t3.0.0\n1.0.0\t2.0.0\n");
  assert.equal(answers.length, 4);
  for (const answer of answers.slice(0, 3)) assert.equal(codeIn(answer), "version-invalid");
  assert.equal(answers[3], "<");
});

test("explain purl answers the components and the canonical text, null for what is absent", async () => {
  const [full, bare, bad] = await explain(
    ["purl"],
    "pkg:npm/%40Angular/core@1.0.0?B=2&a=1#/x/\npkg:npm/left-pad\nnpm:left-pad\n",
  );
  assert.deepEqual(JSON.parse(full ?? ""), {
    type: "npm",
    namespace: "@angular",
    name: "core",
    version: "1.0.0",
    qualifiers: { a: "1", b: "2" },
    subpath: "x",
    canonical: "pkg:npm/%40angular/core@1.0.0?a=1&b=2#x",
  });
  assert.deepEqual(JSON.parse(bare ?? ""), {
    type: "npm",
    namespace: null,
    name: "left-pad",
    version: null,
    qualifiers: null,
    subpath: null,
    canonical: "pkg:npm/left-pad",
  });
  assert.equal(codeIn(bad), "purl-invalid");
});

test("explain reference answers distribution's reading", async () => {
  const [named, bad] = await explain(["reference"], "ubuntu\nUPPER\n");
  assert.deepEqual(JSON.parse(named ?? ""), {
    domain: "docker.io",
    path: "library/ubuntu",
    tag: "latest",
    digest: null,
    canonical: "docker.io/library/ubuntu:latest",
  });
  assert.equal(codeIn(bad), "reference-invalid");
});

test("explain cvss answers version, score and severity", async () => {
  const [good, bad] = await explain(
    ["cvss"],
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\nCVSS:3.1/AV:N\n",
  );
  assert.deepEqual(JSON.parse(good ?? ""), { version: "3.1", score: 9.8, severity: "critical" });
  assert.equal(codeIn(bad), "cvss-invalid");
});

test("explain refuses a line that is too long or not UTF-8, one answer for each", async () => {
  const answers = await explain(["purl"], `${"a".repeat(70_000)}\npkg:npm/x\n`);
  assert.equal(codeIn(answers[0]), "limit-exceeded");
  assert.equal(answers.length, 2);
});

test("explain answers nothing to nothing", async () => {
  assert.deepEqual(await explain(["cvss"], ""), []);
});

test("explain refuses a wrong command line", async () => {
  const rows = [
    [],
    ["nonsense"],
    ["version"],
    ["version", "cobol"],
    ["version", "deb", "1"],
    ["purl", "--wrong"],
  ];
  for (const args of rows) {
    const refused = (thrown: unknown) => thrown instanceof SeaworthyError && thrown.code === "usage";
    await assert.rejects(explain(args), refused, args.join(" "));
  }
});

test("explain waits for a slow reader and holds little", async () => {
  const stdout = new PassThrough({ highWaterMark: 1024 });
  let given = 0;
  const stdin = Readable.from(
    (function* () {
      for (; given < 2000; given += 1) yield Buffer.from("1.0\t2.0\n".repeat(128));
    })(),
  );
  const io: Io = { stdin, stdout, stderr: new PassThrough(), env: {}, cwd: "/", today: "2024-01-01" };
  const done = command.run(["version", "deb"], io);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(given < 400, `read ${given} chunks ahead of a reader that has read nothing`);
  let bytes = 0;
  stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  assert.equal(await done, 0);
  stdout.end();
  assert.ok(bytes > 0);
});

function codeIn(line: string | undefined): unknown {
  const answer: { readonly error?: { readonly code?: unknown } } = JSON.parse(line ?? "{}");
  return answer.error?.code;
}
