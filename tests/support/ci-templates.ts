import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { githubOutputs } from "./ci-runners.ts";
import { repository } from "./needs.ts";
import { testDatabase } from "./scan.ts";
import { type Outcome, run, scratch } from "./scratch.ts";

// The templates of deploy/ci, with their scripts as they stand there, run as their systems run them.

/** A template's text. */
export function templateText(path: string): string {
  return readFileSync(join(repository, "deploy/ci", path), "utf8");
}

/** A template's YAML. */
export function template(path: string): unknown {
  return parse(templateText(path));
}

/** A field of parsed YAML, by the way to it. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    assert.ok(
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key),
      `no ${path.join(".")}`,
    );
    return Object.entries(inner).find(([name]) => name === String(key))?.[1];
  }, value);
}

/** A text of parsed YAML. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  assert.equal(typeof found, "string", path.join("."));
  return String(found);
}

/** A list of parsed YAML. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  assert.ok(Array.isArray(found), path.join("."));
  return found;
}

/** Texts by name; what is no text is written as one. */
export function textsAt(
  value: unknown,
  ...path: readonly (string | number)[]
): Readonly<Record<string, string>> {
  const found = at(value, ...path);
  assert.ok(typeof found === "object" && found !== null, path.join("."));
  return Object.fromEntries(Object.entries(found).map(([name, text]) => [name, String(text)]));
}

/** A workspace of a pipeline, with nothing in it but what the test puts there. */
export interface Pipeline {
  readonly workspace: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A runner's environment: none of the machine's own CI, a private HOME, and an npm whose `exec` runs this checkout in the place of the published package. */
export async function pipeline(env: Readonly<Record<string, string>>): Promise<Pipeline> {
  const home = scratch("runner");
  const bin = join(home, "bin");
  const workspace = join(home, "work");
  for (const dir of [bin, workspace]) mkdirSync(dir);
  writeFileSync(join(bin, "npm"), npmShim());
  chmodSync(join(bin, "npm"), 0o755);
  return {
    workspace,
    env: {
      PATH: `${bin}:${dirname(process.execPath)}:${process.env["PATH"]}`,
      HOME: home,
      NO_COLOR: "1",
      SEAWORTHY_DB: await testDatabase(),
      ...env,
    },
  };
}

// Anything but the one call that templates make is an error.
function npmShim(): string {
  const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  return `#!/bin/sh
if [ "$#" -lt 7 ] || [ "$1 $2 $3 $4 $5 $6 $7" != "exec --yes --ignore-scripts --package seaworthy@${version} -- seaworthy" ]; then
  echo "npm $*: not what a template may call" >&2; exit 97
fi
shift 7
exec '${process.execPath}' '${join(repository, "src/cli/entry.ts")}' "$@"
`;
}

/** Runs a script by a shell with these arguments before it. */
export function shell(
  { workspace, env }: Pipeline,
  program: readonly string[],
  script: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const file = join(scratch("script"), "step.sh");
  writeFileSync(file, script);
  const [name = "sh", ...args] = program;
  return run(name, [...args, file], { cwd: workspace, env: { ...env, ...more } });
}

/** Scripts of a Jenkinsfile: what `sh '''…'''` holds. Groovy puts nothing into single quotes but escapes, which must not be there. */
export function jenkinsScripts(text: string): readonly string[] {
  const scripts = [...text.matchAll(/\bsh '''([\s\S]*?)'''/gu)].map(([, script = ""]) => script);
  assert.ok(scripts.length > 0 && scripts.every((script) => !script.includes("\\")));
  assert.equal((text.match(/\bsh\b\s*["'(]/gu) ?? []).length, scripts.length, "a step of another form");
  return scripts;
}

/** What a run of the composite action left. */
export interface ActionRun {
  readonly code: number | null;
  readonly log: string;
  readonly output: string;
  readonly summary: string;
  /** Keys under which a cache was saved. */
  readonly saved: readonly string[];
}

let runs = 0;

/** Runs the composite action's steps as GitHub's runner does; `store` is GitHub's cache. */
export async function runAction(
  job: Pipeline,
  inputs: Readonly<Record<string, string>>,
  store = scratch("store"),
): Promise<ActionRun> {
  const action = template("github/action.yml");
  const temp = scratch("temp");
  const values = new Map<string, string>([
    ["runner.temp", temp],
    ["github.run_id", String(++runs)],
    ["github.run_attempt", "1"],
    [
      "hashFiles('.seaworthy/alerts.yaml')",
      existsSync(join(job.workspace, ".seaworthy/alerts.yaml")) ? "1" : "",
    ],
  ]);
  for (const [name, about] of Object.entries(Object(at(action, "inputs"))))
    values.set(`inputs.${name}`, inputs[name] ?? String(Object(about).default ?? ""));
  const saved: string[] = [];
  const left: { -readonly [K in keyof ActionRun]: ActionRun[K] } = {
    code: 0,
    log: "",
    output: "",
    summary: "",
    saved,
  };
  for (const step of listAt(action, "runs", "steps")) {
    const id = String(Object(step).id ?? "");
    if (!holds(String(Object(step).if ?? "success()"), values, left.code === 0)) continue;
    if (Object.hasOwn(Object(step), "uses")) {
      const key = cacheStep(textAt(step, "uses"), filled(textsAt(step, "with"), values), store, id, values);
      if (key !== undefined) saved.push(key);
      continue;
    }
    assert.equal(textAt(step, "shell"), "bash");
    const files = {
      GITHUB_OUTPUT: join(temp, `${id}-out`),
      GITHUB_STEP_SUMMARY: join(temp, `${id}-summary`),
    };
    for (const file of Object.values(files)) writeFileSync(file, "");
    const env = Object.hasOwn(Object(step), "env") ? filled(textsAt(step, "env"), values) : {};
    const path = join(repository, "deploy/ci/github");
    const outcome = await shell(
      job,
      ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"],
      textAt(step, "run"),
      {
        ...env,
        ...files,
        GITHUB_ACTION_PATH: path,
      },
    );
    left.log += outcome.stdout + outcome.stderr;
    if (outcome.code !== 0) left.code = outcome.code;
    const output = readFileSync(files.GITHUB_OUTPUT, "utf8");
    for (const [name, value] of githubOutputs(output)) values.set(`steps.${id}.outputs.${name}`, value);
    if (id === "scan")
      Object.assign(left, { output, summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8") });
  }
  return left;
}

function filled(
  texts: Readonly<Record<string, string>>,
  values: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  const fill = (text: string): string =>
    text.replace(/\$\{\{ *([\w.-]+) *\}\}/gu, (_, name: string) => {
      assert.ok(values.has(name) || name.startsWith("steps."), `no ${name}`);
      return values.get(name) ?? "";
    });
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text)]));
}

// `A && B`, of comparisons with a text, and of always(): without that, a step waits for success.
function holds(condition: string, values: ReadonlyMap<string, string>, success: boolean): boolean {
  const parts = condition.split("&&").map((part) => part.trim());
  if (!success && !parts.includes("always()")) return false;
  return parts.every((part) => {
    if (part === "always()" || part === "success()") return true;
    const [, name, sign, text] = /^([\w.-]+(?:\('[^']+'\))?) (==|!=) '([^']*)'$/u.exec(part) ?? [];
    assert.ok(name !== undefined, `condition "${part}"`);
    return ((values.get(name) ?? "") === text) === (sign === "==");
  });
}

// actions/cache/restore and /save, as far as the action uses them. A key is never written twice.
function cacheStep(
  uses: string,
  given: Readonly<Record<string, string>>,
  store: string,
  id: string,
  values: Map<string, string>,
): string | undefined {
  const { path = "", key = "", "restore-keys": prefix = "" } = given;
  assert.match(key, /^seaworthy-(?:\d+\.\d+\.\d+-\d{4}-\d{2}-\d{2}|alerts-\d+-1)$/u);
  const place = join(store, key);
  if (uses.startsWith("actions/cache/save@")) {
    assert.ok(!existsSync(place), `"${key}" is there`);
    if (!existsSync(path)) return undefined;
    cpSync(path, place, { recursive: true });
    return key;
  }
  assert.ok(
    uses.startsWith("actions/cache/restore@") && prefix.endsWith("-") && key.startsWith(prefix),
    uses,
  );
  values.set(`steps.${id}.outputs.cache-hit`, String(existsSync(place)));
  const newest = readdirSync(store)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .at(-1);
  const found = existsSync(place) ? key : newest;
  if (found !== undefined) cpSync(join(store, found), path, { recursive: true });
  return undefined;
}
