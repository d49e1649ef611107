import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import { githubOutputs } from "../../tests/support/ci-runners.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { type CiOutputs, dotenv, githubOutput, teamcityText, writeOutputs } from "./ci-outputs.ts";
import { type CiId, ciSystem } from "./ci-system.ts";

const hostile: CiOutputs = [
  ["base", "a\nsecret=1\nbase<<EOF\n"],
  ["directory", "$(id) 'x' \"y\"; ##vso[task.x]%0A|"],
  ["decision", "fail"],
];

test("githubOutput() gives back each value as it was", () =>
  assert.deepEqual([...githubOutputs(githubOutput(hostile, "0af"))], hostile));

test("dotenv() leaves out what a shell or GitLab would read in another way", () =>
  assert.equal(
    dotenv([...hostile, ["exit-code", "1"], ["fork", ""], ["report", "seaworthy-report/report.json"]]),
    "SEAWORTHY_DECISION=fail\nSEAWORTHY_EXIT_CODE=1\nSEAWORTHY_FORK=\nSEAWORTHY_REPORT=seaworthy-report/report.json\n",
  ));

test("teamcityText() escapes what ends a value", () =>
  assert.equal(teamcityText("a'b|c[d]\n"), "a|'b||c|[d|]|n"));

describe("writeOutputs()", () => {
  function written(id: CiId, env: Record<string, string>): { readonly dir: string; readonly log: string } {
    const dir = scratch("outputs");
    let log = "";
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done): void {
        log += chunk.toString();
        done();
      },
    });
    const io = { stdin: process.stdin, stdout, stderr: stdout, env, cwd: dir, today: "2026-01-01" };
    writeOutputs(ciSystem({}, id), hostile, dir, io);
    assert.ok(existsSync(join(dir, "outputs.env")));
    return { dir, log };
  }

  test("appends to GitHub's file", () => {
    const file = join(scratch("github"), "output");
    written("github", { GITHUB_OUTPUT: file });
    written("github", { GITHUB_OUTPUT: file });
    assert.deepEqual([...githubOutputs(readFileSync(file, "utf8"))], hostile);
  });
  test("writes a file for each of Tekton's results", () => {
    const results = join(scratch("tekton"), "results");
    written("tekton", { SEAWORTHY_CI_RESULTS: results });
    assert.deepEqual(readdirSync(results).sort(), ["base", "decision", "directory"]);
    assert.equal(readFileSync(join(results, "decision"), "utf8"), "fail");
  });
  test("tells Azure in one line for each", () => {
    const lines = written("azure", {}).log.trimEnd().split("\n");
    assert.equal(lines.length, hostile.length);
    assert.equal(lines[2], "##vso[task.setvariable variable=SEAWORTHY_DECISION;isOutput=true]fail");
  });
  test("tells TeamCity in one line for each", () =>
    assert.equal(written("teamcity", {}).log.trimEnd().split("\n").length, hostile.length));
  test("says nothing to others", () =>
    assert.equal(written("gitlab", { GITHUB_OUTPUT: "/no/such/file" }).log, ""));
});
