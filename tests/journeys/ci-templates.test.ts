import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, suite, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { copyCheckout, skipWithoutGit } from "../support/checkout.ts";
import { githubOutputs, logCommands } from "../support/ci-runners.ts";
import {
  jenkinsScripts,
  listAt,
  type Pipeline,
  pipeline,
  runAction,
  shell,
  template,
  templateText,
  textAt,
  textsAt,
} from "../support/ci-templates.ts";
import { dpkgRoot, npmPackage, osRelease } from "../support/distro-files.ts";
import { githubErrors } from "../support/github-rules.ts";
import { gitlabSchema } from "../support/gitlab-schema.ts";
import { file, writeDockerArchive } from "../support/image.ts";
import { needs, repository } from "../support/needs.ts";
import { sarifErrors } from "../support/official-schemas.ts";
import { type Outcome, run, scratch } from "../support/scratch.ts";
import { serve } from "../support/serve.ts";
import { checkFormats, junitErrors } from "../support/valid-formats.ts";

// The steps of every template in deploy/ci, run as they stand there on images that are made here.

/** A system's template: runs its steps on an image and answers what the step that scans did, and where reports are. */
interface System {
  readonly name: string;
  readonly run: (image: string, more?: Readonly<Record<string, string>>, policy?: string) => Promise<Ran>;
}

interface Ran extends Pick<Outcome, "code"> {
  readonly log: string;
  readonly workspace: string;
  readonly decision: string;
}

const dockerfile = "FROM debian\nRUN npm ci\n";
const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

const systems: readonly System[] = [
  {
    name: "GitHub",
    async run(image, more = {}, policy = "") {
      const job = await prepared({ CI: "true", GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: "push" }, policy);
      const inputs = {
        image,
        dockerfile: more["SEAWORTHY_DOCKERFILE"] ?? "",
        "fail-on": more["SEAWORTHY_FAIL_ON"] ?? "",
      };
      const { code, log, output } = await runAction(job, inputs);
      const decision = githubOutputs(output).get("decision") ?? "";
      return { code, log, workspace: job.workspace, decision };
    },
  },
  ...(["bash", "dash"] as const).map((shellName) => ({
    name: `GitLab by ${shellName}`,
    async run(image: string, more: Readonly<Record<string, string>> = {}, policy = ""): Promise<Ran> {
      const config = template("gitlab/seaworthy.gitlab-ci.yml");
      const job = await prepared(
        {
          CI: "true",
          GITLAB_CI: "true",
          ...textsAt(config, "variables"),
          SEAWORTHY_IMAGE: image,
          ...more,
        },
        policy,
      );
      const script = listAt(config, "seaworthy", "script").join("\n");
      return judged(job, await shell(job, [shellName, "-e"], script));
    },
  })),
  {
    name: "Jenkins",
    async run(image, more = {}, policy = "") {
      const text = templateText("jenkins/Jenkinsfile");
      const job = await prepared({ JENKINS_URL: "http://127.0.0.1/", BUILD_ID: "1" }, policy);
      const set = Object.fromEntries(
        [...text.matchAll(/^\s+(SEAWORTHY_\w+) = '([^']*)'$/gmu)].map(([, name, value]) => [
          name,
          value ?? "",
        ]),
      );
      const env = {
        ...set,
        WORKSPACE: job.workspace,
        WORKSPACE_TMP: `${job.workspace}@tmp`,
        SEAWORTHY_IMAGE: image,
      };
      const [script = ""] = jenkinsScripts(text);
      return judged(job, await shell(job, ["sh", "-xe"], script, { ...env, ...more }));
    },
  },
  {
    name: "CircleCI",
    async run(image, more = {}, policy = "") {
      const config = template("circleci/config.yml");
      const job = await prepared(
        {
          CIRCLECI: "true",
          ...textsAt(config, "jobs", "seaworthy", "environment"),
        },
        policy,
      );
      const parameters = new Map([
        ["image", image],
        ["dockerfile", more["SEAWORTHY_DOCKERFILE"] ?? ""],
      ]);
      const [key, scan] = listAt(config, "jobs", "seaworthy", "steps").filter(
        (step) => typeof step === "object" && step !== null && Object.hasOwn(step, "run"),
      );
      const bash = ["bash", "-eo", "pipefail"];
      assert.equal((await shell(job, bash, textAt(key, "run", "command"))).code, 0);
      assert.match(
        readFileSync(join(job.workspace, "seaworthy-cache-key"), "utf8"),
        /^seaworthy-[\d.]+-[\d-]{10}\n$/u,
      );
      const env = Object.fromEntries(
        Object.entries(textsAt(scan, "run", "environment")).map(([name, text]) => [
          name,
          text.replace(
            /<< pipeline\.parameters\.(\w+) >>/u,
            (_, parameter: string) => parameters.get(parameter) ?? "",
          ),
        ]),
      );
      return judged(job, await shell(job, bash, textAt(scan, "run", "command"), { ...env, ...more }));
    },
  },
  {
    name: "Tekton",
    async run(image, more = {}, policy = "") {
      const task = template("tekton/task.yaml");
      const job = await prepared({}, policy);
      const results = join(scratch("tekton"), "results");
      mkdirSync(results);
      const values = new Map([
        ["params.image", image],
        ["params.dockerfile", more["SEAWORTHY_DOCKERFILE"] ?? ""],
        ["params.fail-on", more["SEAWORTHY_FAIL_ON"] ?? ""],
        ["results.decision.path", join(results, "decision")],
        ["workspaces.source.path", job.workspace],
        ["workspaces.cache.path", join(job.workspace, ".cache")],
        ["workspaces.docker-config.path", ""],
      ]);
      for (const parameter of listAt(task, "spec", "params")) {
        const name = `params.${textAt(parameter, "name")}`;
        if (!values.has(name)) values.set(name, textAt(parameter, "default"));
      }
      const env: Record<string, string> = {};
      for (const one of listAt(task, "spec", "steps", 0, "env"))
        env[textAt(one, "name")] = textAt(one, "value").replace(/\$\(([\w.-]+)\)/u, (_, name: string) => {
          assert.ok(values.has(name), name);
          return values.get(name) ?? "";
        });
      const script = textAt(task, "spec", "steps", 0, "script");
      assert.ok(script.startsWith("#!/usr/bin/env bash\n") && !script.includes("$("));
      const home = join(job.workspace, "home");
      const ran = judged(job, await shell(job, ["bash"], script, { ...env, HOME: home }));
      assert.deepEqual(
        ["decision", "exit-code"].map((name) => readFileSync(join(results, name), "utf8")),
        [ran.decision, String(ran.code)],
      );
      return ran;
    },
  },
];

async function prepared(env: Readonly<Record<string, string>>, policy = ""): Promise<Pipeline> {
  const job = await pipeline(env);
  if (policy !== "") writeFileSync(join(job.workspace, "seaworthy.yaml"), policy);
  writeFileSync(join(job.workspace, "Dockerfile"), dockerfile);
  return job;
}

function judged({ workspace }: Pipeline, { code, stdout, stderr }: Outcome): Ran {
  const env = join(workspace, "seaworthy-report/outputs.env");
  assert.ok(existsSync(env), stdout + stderr);
  const decision = /^SEAWORTHY_DECISION=(\w+)$/mu.exec(readFileSync(env, "utf8"))?.[1] ?? "";
  return { code, log: stdout + stderr, workspace, decision };
}

let flawed = "";
let clean = "";
let hostile = "";

suite("templates of deploy/ci", () => {
  before(() => {
    const dir = scratch("images");
    const debian = [osRelease("debian", "12"), ...dpkgRoot()];
    const make = (name: string, items: Parameters<typeof writeDockerArchive>[1]["layers"]): string => {
      writeDockerArchive(join(dir, name), { layers: items, config: { User: "1000" } });
      return `docker-archive:${join(dir, name)}`;
    };
    flawed = make("flawed.tar", [
      { items: debian },
      { items: [npmPackage("lodash", "4.17.4")], createdBy: "RUN npm ci" },
    ]);
    clean = make("clean.tar", [{ items: [...debian, npmPackage("left-pad", "1.3.0")] }]);
    const orders = [
      "::set-output name=decision::pass",
      "##[add-path]/tmp",
      "##vso[task.setvariable variable=a]b",
    ];
    hostile = make("hostile.tar", [
      {
        items: [
          file("etc/os-release", `ID=debian\nVERSION_ID=12\nPRETTY_NAME="${orders[0]}"\n`),
          ...dpkgRoot({ name: "::add-mask::x", version: "1" }, { name: "a", version: "##[x]" }),
        ],
        createdBy: `${orders[0]}\n${orders[1]}\r${orders[2]}`,
      },
      ...orders.map((order) => ({
        items: [npmPackage(order, "1.0.0"), npmPackage("lodash", "4.17.4", order)],
        createdBy: order,
      })),
    ]);
  });

  for (const system of systems)
    describe(system.name, () => {
      test("fails an image with severe findings, and leaves reports that their readers accept", async () => {
        const { code, log, workspace, decision } = await system.run(flawed, {
          SEAWORTHY_DOCKERFILE: "Dockerfile",
        });
        assert.deepEqual([code, decision], [1, "fail"], log);
        assert.match(log, /lodash +4\.17\.4 → 4\.17\.21/u);
        assert.match(log, /^Dockerfile:1:6 .*SW-DF-/mu);
        await checkReports(join(workspace, "seaworthy-report"), system.name);
      });

      test("passes an image without", async () => {
        const { code, log, decision } = await system.run(clean);
        assert.deepEqual([code, decision], [0, "pass"], log);
      });

      test("judges by the repository's policy, and by a severity before that", async () => {
        const policy = "version: 1\nfailOn: never\n";
        const lenient = await system.run(flawed, {}, policy);
        assert.deepEqual([lenient.code, lenient.decision], [0, "pass"], lenient.log);
        const strict = await system.run(flawed, { SEAWORTHY_FAIL_ON: "low" }, policy);
        assert.deepEqual([strict.code, strict.decision], [1, "fail"], strict.log);
      });

      test("puts nothing of an image's reference into a shell, a log command or another output", async () => {
        const image =
          "docker-archive:$(touch PWNED)`touch PWNED`\"'; touch PWNED\n::set-output name=decision::pass\n##[add-path]x.tar";
        const { code, log, workspace, decision } = await system.run(image, {
          SEAWORTHY_DOCKERFILE: "Dockerfile",
        });
        assert.deepEqual([code, decision], [2, "error"], log);
        assert.ok(!existsSync(join(workspace, "PWNED")));
        // Jenkins' -x shows the script's own line; Jenkins obeys no log.
        if (system.name !== "Jenkins")
          assert.deepEqual(
            logCommands(log).filter((line) => !line.startsWith("::error title=")),
            [],
          );
      });

      test("obeys nothing that stands in an image", async () => {
        const { code, log, decision } = await system.run(hostile);
        assert.deepEqual([code, decision], [1, "fail"], log);
        const obeyed = logCommands(log).filter((line) => !/^::(?:error|warning|notice) /u.test(line));
        assert.deepEqual(obeyed, []);
      });
    });

  test("the action keeps its cache also where the verdict fails the job, once a day", async () => {
    const job = await prepared({ GITHUB_ACTIONS: "true" });
    const store = scratch("store");
    const first = await runAction(
      job,
      { image: flawed, options: "--format\nhtml=page.html\n\n--today=2026-02-01" },
      store,
    );
    assert.equal(first.code, 1, first.log);
    assert.ok(existsSync(join(job.workspace, "page.html")));
    assert.equal(first.saved.length, 1);
    assert.ok(readdirSync(join(store, first.saved[0] ?? "", "seaworthy")).includes("layers"));
    const second = await runAction(job, { image: flawed }, store);
    assert.deepEqual([second.code, second.saved], [1, []]);
    const without = await runAction(job, { image: clean, cache: "false" }, store);
    assert.deepEqual([without.code, without.saved], [0, []]);
  });

  test("the action tells an alert once, also in two runs of a day", async () => {
    let told = 0;
    const server = await serve((_, response) => {
      told++;
      response.end();
    });
    try {
      const job = await prepared({ CI: "true", GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: "push" });
      mkdirSync(join(job.workspace, ".seaworthy"));
      const config = `version: 1\nreceivers: {team: {webhook: {url: "${server.url}", insecure: true}}}\n`;
      writeFileSync(join(job.workspace, ".seaworthy/alerts.yaml"), config);
      const store = scratch("store");
      await runAction(job, { image: clean }, store);
      for (const expected of [1, 1]) {
        const { log } = await runAction(job, { image: flawed }, store);
        assert.equal(told, expected, log);
      }
    } finally {
      await server.close();
    }
  });

  test("the upload to code scanning hands over what the scan wrote", async () => {
    const job = await prepared({ GITHUB_ACTIONS: "true" });
    const { output } = await runAction(job, { image: flawed });
    const gh = join(job.workspace, "gh");
    writeFileSync(
      gh,
      '#!/bin/sh\nfor arg; do last=$arg; printf "%s\\n" "$arg"; done\ncat "${last#sarif=@}"\n',
      { mode: 0o755 },
    );
    const [step] = listAt(template("github/code-scanning.yml"), "jobs", "scan", "steps").slice(-1);
    const { code, stdout, stderr } = await shell(job, ["bash", "-e"], textAt(step, "run"), {
      PATH: `${job.workspace}:${job.env["PATH"]}`,
      RUNNER_TEMP: scratch("temp"),
      SARIF: githubOutputs(output).get("sarif") ?? "",
      GITHUB_REPOSITORY: "o/r",
      GITHUB_SHA: "abc",
      GITHUB_REF: "refs/heads/main",
    });
    assert.equal(code, 0, stderr);
    const lines = stdout.split("\n");
    assert.deepEqual(lines.slice(3, 9), [
      "POST",
      "repos/o/r/code-scanning/sarifs",
      "-f",
      "commit_sha=abc",
      "-f",
      "ref=refs/heads/main",
    ]);
    const sarif = gunzipSync(Buffer.from(lines.at(-1) ?? "", "base64")).toString();
    assert.deepEqual([sarifErrors(JSON.parse(sarif)), githubErrors(sarif)], [[], []]);
  });

  test("the action shows summary, annotations and outputs of the kinds that it promises", async () => {
    const job = await prepared({ GITHUB_ACTIONS: "true" });
    const { log, output, summary } = await runAction(job, { image: flawed, dockerfile: "Dockerfile" });
    const given = githubOutputs(output);
    const promised = Object.values(Object(template("github/action.yml")).outputs).map((one) =>
      textAt(one, "value").replace(/^\$\{\{ steps\.scan\.outputs\.([\w-]+) \}\}$/u, "$1"),
    );
    assert.deepEqual(
      promised.filter((name) => !given.has(name)),
      [],
    );
    assert.match(summary, /FAIL/u);
    assert.match(summary, /SW-DF-/u);
    assert.match(log, /^::error title=Seaworthy%3A fail::/mu);
    assert.match(log, /^::error .*file=Dockerfile.*line=2/mu);
    for (const name of ["report", "sarif", "junit", "summary"])
      assert.ok(existsSync(join(job.workspace, given.get(name) ?? "")), name);
  });
});

const gitlab = new Ajv({ strict: false, allErrors: true }).compile(gitlabSchema);

async function checkReports(directory: string, system: string): Promise<void> {
  const read = (name: string): string => readFileSync(join(directory, name), "utf8");
  await checkFormats(read("report.json"));
  for (const name of ["report.sarif", "lint.sarif"]) {
    assert.deepEqual(sarifErrors(JSON.parse(read(name))), []);
    assert.deepEqual(githubErrors(read(name)), []);
  }
  for (const name of ["junit.xml", "lint-junit.xml"]) assert.deepEqual(await junitErrors(read(name)), []);
  if (!system.startsWith("GitLab")) return;
  const paths = Object.values(
    Object(template("gitlab/seaworthy.gitlab-ci.yml")).seaworthy.artifacts.reports,
  ).flat();
  for (const path of paths) assert.ok(existsSync(join(directory, "..", String(path))), String(path));
  assert.ok(gitlab(JSON.parse(read("gl-container-scanning-report.json"))), JSON.stringify(gitlab.errors));
  assert.ok(JSON.parse(read("gl-code-quality-lint.json")).length > 0);
}

describe("what templates may hold", () => {
  const files = readdirSync(join(repository, "deploy/ci"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

  test("one version of Seaworthy, in one place, and it is this one", () => {
    const published = files.filter((path) => readFileSync(path, "utf8").includes("npm exec"));
    assert.equal(published.length, 4);
    for (const path of published) {
      const versions = readFileSync(path, "utf8").match(/(?<![\w.:-])\d+\.\d+\.\d+(?![\w.-])/gu) ?? [];
      assert.deepEqual(
        versions.filter((one) => one !== "0.50.0"),
        [version],
        path,
      );
    }
  });

  test("actions of GitHub's own alone, by commit; no secret; nothing put into scripts", () => {
    for (const name of ["github/action.yml", "github/workflow.yml", "github/code-scanning.yml"]) {
      const text = templateText(name);
      const uses = [...text.matchAll(/^\s*-? *uses: (.*)$/gmu)].map(([, one = ""]) => one);
      assert.ok(uses.length > 1);
      for (const one of uses)
        assert.match(one, /^(?:actions\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\.\/deploy\/ci\/github)$/u);
      assert.doesNotMatch(text, /secrets\.|pull_request_target/u);
      // The job's own token: in the one example whose purpose is to upload.
      assert.equal(/github\.token/u.test(text), name.endsWith("code-scanning.yml"));
      const scripts = text.match(/"?run"?: *(?:\||>)?.*(?:\n {8,}.*|\n *$)*/gmu) ?? [];
      assert.doesNotMatch(scripts.join("\n"), /\$\{\{/u);
    }
    assert.deepEqual(textsAt(template("github/workflow.yml"), "permissions"), { contents: "read" });
  });

  test("the hook's files are those that lint takes for Dockerfiles", () => {
    const [hook] = parse(readFileSync(join(repository, ".pre-commit-hooks.yaml"), "utf8"));
    const wanted = (path: string): boolean =>
      new RegExp(hook.files, "u").test(path) && !new RegExp(hook.exclude, "u").test(path);
    const rows = [
      "Dockerfile",
      "a/Containerfile",
      "Dockerfile.dev",
      "web.dockerfile",
      "x/y.Dockerfile",
      "dockerfile",
    ];
    assert.deepEqual(
      rows.filter((path) => !wanted(path)),
      [],
    );
    const others = [
      "Dockerfile.md",
      "dockerfile.go",
      "MyDockerfile",
      "docker-compose.yml",
      "Dockerfile.json",
    ];
    assert.deepEqual(others.filter(wanted), []);
  });
});

describe("templates beside real tools", { skip: needs("go", "pip", "git") || skipWithoutGit() }, () => {
  const home = scratch("ci-tools");
  const env = { ...process.env, PYTHONPATH: join(home, "lib"), PRE_COMMIT_HOME: join(home, "pre-commit") };
  const tool = (name: string, args: readonly string[], cwd = repository): Promise<Outcome> =>
    run("python3", ["-m", name, ...args], { cwd, env });
  before(
    () => {
      const packages = ["check-jsonschema==0.39.0", "pre-commit==4.7.0"];
      execFileSync("pip", ["install", "--quiet", "--target", join(home, "lib"), ...packages], {
        stdio: "pipe",
      });
    },
    { timeout: 300_000 },
  );

  const schemas = [
    ["vendor.github-actions", "github/action.yml"],
    ["vendor.github-workflows", "github/workflow.yml"],
    ["vendor.github-workflows", "github/code-scanning.yml"],
    ["vendor.gitlab-ci", "gitlab/seaworthy.gitlab-ci.yml"],
    ["vendor.circle-ci", "circleci/config.yml"],
  ] as const;
  for (const [schema, path] of schemas)
    test(`${path} is what ${schema} asks for`, async () => {
      const file = join(repository, "deploy/ci", path);
      const { code, stdout } = await tool("check_jsonschema", ["--builtin-schema", schema, file]);
      assert.equal(code, 0, stdout);
    });

  test("actionlint finds no fault in the workflow and its use of the action", async () => {
    const dir = scratch("workflow");
    mkdirSync(join(dir, ".github/workflows"), { recursive: true });
    cpSync(join(repository, "deploy/ci/github"), join(dir, "deploy/ci/github"), { recursive: true });
    for (const [from, to] of [
      ["workflow.yml", "image.yml"],
      ["code-scanning.yml", "code-scanning.yml"],
    ] as const)
      cpSync(join(repository, "deploy/ci/github", from), join(dir, ".github/workflows", to));
    execFileSync("git", ["init", "--quiet", dir]);
    const lint = (): Promise<Outcome> =>
      run("go", ["run", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12", "-no-color"], { cwd: dir });
    const { code, stdout, stderr } = await lint();
    assert.equal(code, 0, stdout + stderr);
    const workflow = join(dir, ".github/workflows/image.yml");
    writeFileSync(
      workflow,
      readFileSync(workflow, "utf8").replace("dockerfile: Dockerfile", "docker-file: Dockerfile"),
    );
    assert.notEqual((await lint()).code, 0, "actionlint did not look at the action's inputs");
  });

  test("pre-commit takes the hook from a bare clone and fails a commit by it", async () => {
    const checkout = copyCheckout({ withPackages: false });
    const project = scratch("project");
    writeFileSync(join(project, "Dockerfile"), "FROM debian\n");
    writeFileSync(join(project, "notes.md"), "FROM debian\n");
    for (const dir of [checkout, project]) {
      execFileSync("git", ["init", "--quiet", dir]);
      execFileSync("git", ["-C", dir, "add", "--all"]);
      const who = ["-c", "user.name=t", "-c", "user.email=t@t.invalid"];
      execFileSync("git", ["-C", dir, ...who, "commit", "--quiet", "-m", "t"]);
    }
    const args = ["try-repo", checkout, "seaworthy-lint", "--all-files", "--color=never"];
    const failed = await tool("pre_commit", args, project);
    assert.equal(failed.code, 1, failed.stdout + failed.stderr);
    assert.match(failed.stdout, /^Dockerfile:1:6 .*SW-DF-006/mu);
    assert.doesNotMatch(failed.stdout, /notes\.md/u);
  });
});
