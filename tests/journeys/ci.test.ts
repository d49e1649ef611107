import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import type { TarItem } from "../../src/formats/tar-write.ts";
import { githubOutputs, logCommands } from "../support/ci-runners.ts";
import { type Pipeline, pipeline } from "../support/ci-templates.ts";
import { dpkgRoot, npmPackage, osRelease } from "../support/distro-files.ts";
import { writeLayout } from "../support/image.ts";
import { writeMirror } from "../support/mirror.ts";
import { repository } from "../support/needs.ts";
import { type Outcome, run, scratch } from "../support/scratch.ts";
import { serve } from "../support/serve.ts";

let flawed = "";
let clean = "";
let unknown = "";

suite("seaworthy ci", () => {
  before(() => {
    const debian = [osRelease("debian", "12"), ...dpkgRoot()];
    const image = (...items: readonly TarItem[]): string =>
      `oci:${writeLayout(scratch("image"), { layers: [{ items }], config: { User: "1000" } })}`;
    flawed = image(...debian, npmPackage("lodash", "4.17.4"));
    clean = image(...debian);
    unknown = image(osRelease("plan9", "4"), ...dpkgRoot());
  });

  function ci(job: Pipeline, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const command = [join(repository, "src/cli/entry.ts"), "ci", ...args];
    return run(process.execPath, command, { cwd: job.workspace, env: { ...job.env, ...env } });
  }

  test("ends with the verdict's code", async () => {
    const job = await pipeline({ CI: "true" });
    assert.equal((await ci(job, [clean])).code, 0);
    assert.equal((await ci(job, [flawed])).code, 1);
    assert.equal((await ci(job, [unknown])).code, 3);
    assert.equal((await ci(job, ["--fail-on", "never", flawed])).code, 0);
    assert.equal((await ci(job, ["--what", clean])).code, 2);
  });

  test("fails for what lint finds only where that is asked for", async () => {
    const job = await pipeline({ CI: "true" });
    writeFileSync(join(job.workspace, "Dockerfile"), "FROM debian\nRUN sudo ls\n");
    const args = ["--dockerfile", "Dockerfile", clean];
    assert.equal((await ci(job, args)).code, 0);
    assert.equal((await ci(job, ["--lint-fail-on=medium", ...args])).code, 1);
    assert.doesNotMatch((await ci(job, ["--no-lint", ...args])).stdout, /SW-DF-/u);
    writeFileSync(join(job.workspace, "Dockerfile"), "FROM debian\nRUN if true; then\n");
    assert.equal((await ci(job, args)).code, 3);
  });

  test("leaves no report of an earlier run where there is an error", async () => {
    const job = await pipeline({ CI: "true" });
    await ci(job, [flawed, "--output-dir", "out/"]);
    const report = join(job.workspace, "out/report.json");
    assert.equal(JSON.parse(readFileSync(report, "utf8")).verdict.decision, "fail");
    const { code, stderr } = await ci(job, ["oci:/no/such/##[group]image", "--output-dir=out"]);
    assert.equal(code, 2);
    assert.deepEqual(logCommands(stderr), []);
    assert.equal(JSON.parse(readFileSync(report, "utf8")).error.code, "image-not-found");
    assert.match(
      readFileSync(join(job.workspace, "out/junit.xml"), "utf8"),
      /<error type="image-not-found"/u,
    );
    assert.match(
      readFileSync(join(job.workspace, "out/outputs.env"), "utf8"),
      /^SEAWORTHY_DECISION=error\n/u,
    );
  });

  test("refuses what it cannot read, and touches nothing then", async () => {
    const job = await pipeline({ CI: "true" });
    for (const args of [
      ["--system=nowhere", clean],
      ["--output-dir"],
      ["--output-dir", "--fail-on", "low", clean],
      ["--output-dir=a\nb", clean],
      ["--no-alert=1", clean],
      ["cache-key", "more"],
      ["--offline"],
    ]) {
      const { code, stderr } = await ci(job, args);
      assert.deepEqual([code, /seaworthy: usage: /u.test(stderr)], [2, true], stderr);
    }
    assert.ok(!existsSync(join(job.workspace, "seaworthy-report")));
  });

  test("scans the images of manifests, too", async () => {
    const job = await pipeline({ GITLAB_CI: "true" });
    writeFileSync(
      join(job.workspace, "pod.yaml"),
      "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: 'x:1'}]}\n",
    );
    const { code, stdout, stderr } = await ci(job, ["k8s", "--no-scan", "--fail-on=low", "pod.yaml"]);
    assert.equal(code, 1, stdout + stderr);
    const set = JSON.parse(readFileSync(join(job.workspace, "seaworthy-report/report.json"), "utf8"));
    assert.equal(set.images.length, 1);
    assert.ok(!existsSync(join(job.workspace, "seaworthy-report/gl-container-scanning-report.json")));
  });

  test("tells later steps whether a pull request is a stranger's", async () => {
    const job = await pipeline({
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_REF: "refs/pull/4/merge",
    });
    const event = join(job.workspace, "event.json");
    const repo = (name: string) => ({ repo: { full_name: name } });
    writeFileSync(
      event,
      JSON.stringify({ pull_request: { number: 4, head: repo("you/r"), base: repo("o/r") } }),
    );
    const output = join(job.workspace, "output");
    const base = "main\nsecret<<X";
    await ci(job, [clean], { GITHUB_EVENT_PATH: event, GITHUB_OUTPUT: output, GITHUB_BASE_REF: base });
    const told = githubOutputs(readFileSync(output, "utf8"));
    assert.deepEqual(
      ["pull-request", "fork", "base"].map((name) => told.get(name)),
      ["4", "true", base],
    );
  });

  test("alerts where receivers are set up, but not for pull requests and not on somebody's own machine", async () => {
    const bodies: string[] = [];
    const server = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        bodies.push(body);
        response.end();
      });
    });
    try {
      const job = await pipeline({});
      mkdirSync(join(job.workspace, ".seaworthy"));
      const config = `version: 1\nreceivers: {team: {webhook: {url: "${server.url}", insecure: true}}}\n`;
      writeFileSync(join(job.workspace, ".seaworthy/alerts.yaml"), config);
      const args = ["--cache-dir=cache", flawed];
      for (const env of [{}, { GITLAB_CI: "true", CI_MERGE_REQUEST_IID: "3" }]) await ci(job, args, env);
      await ci(job, ["--no-alert", ...args], { CI: "true" });
      assert.deepEqual(bodies, []);
      const told = await ci(job, args, { CI: "true" });
      assert.equal(told.code, 1, told.stderr);
      assert.match(bodies.join(""), /CVE-2099-0001/u);
      assert.ok(existsSync(join(job.workspace, "cache/alerts-state.json")));
      writeFileSync(join(job.workspace, ".seaworthy/alerts.yaml"), "version: 2\n");
      assert.equal((await ci(job, args, { CI: "true" })).code, 2);
    } finally {
      await server.close();
    }
  });

  test("builds its database once a day in the cache directory, and goes on with the old one where that cannot be", async () => {
    const mirror = scratch("mirror");
    await writeMirror(mirror);
    const job = await pipeline({ CI: "true", SEAWORTHY_DB: "" });
    const on = async (day: string, from: string): Promise<string> => {
      const epoch = String(Date.parse(day) / 1000);
      const { code, stderr } = await ci(job, ["--cache-dir", "cache", flawed], {
        SEAWORTHY_DB_FROM: from,
        SOURCE_DATE_EPOCH: epoch,
      });
      assert.equal(code, 1, stderr);
      assert.match(stderr, from === mirror ? /^/u : /^seaworthy: the advisory database stays as it is: /mu);
      const report = JSON.parse(readFileSync(join(job.workspace, "seaworthy-report/report.json"), "utf8"));
      return report.coverage.database.built.slice(0, 10);
    };
    assert.equal(await on("2026-03-01", mirror), "2026-03-01");
    assert.equal(await on("2026-03-02", mirror), "2026-03-02");
    assert.equal(await on("2026-03-03", join(mirror, "no")), "2026-03-02");
    assert.ok(existsSync(join(job.workspace, "cache/seaworthy/advisories.db")));
  });

  test("has a key for the cache that changes with the day and the version alone", async () => {
    const job = await pipeline({ SOURCE_DATE_EPOCH: "1767225600" });
    const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
    assert.equal((await ci(job, ["cache-key"])).stdout, `seaworthy-${version}-2026-01-01\n`);
  });

  test("speaks to Azure and TeamCity in their own words", async () => {
    const azure = await ci(await pipeline({ TF_BUILD: "True" }), [flawed]);
    assert.match(azure.stdout, /^##vso\[task\.uploadsummary\]\/.*summary\.md$/mu);
    assert.match(
      azure.stdout,
      /^##vso\[task\.setvariable variable=SEAWORTHY_DECISION;isOutput=true\]fail$/mu,
    );
    const teamcity = await ci(await pipeline({ TEAMCITY_VERSION: "1" }), [flawed]);
    assert.match(teamcity.stdout, /^##teamcity\[importData type='junit' path='\/.*junit\.xml'\]$/mu);
  });
});
