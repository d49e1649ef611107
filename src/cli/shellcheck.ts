import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { LintSubject } from "../checks/dockerfile/rule.ts";
import type { Run } from "../checks/dockerfile/run.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Severity } from "../core/severity.ts";
import { lineage } from "../formats/dockerfile-tree.ts";
import { spanOf } from "../formats/mapped-text.ts";
import { count, list, parseJson, record, text } from "../formats/shape.ts";
import type { ScriptHit, ScriptJudge } from "../pipeline/lint.ts";
import type { Io } from "./command.ts";

/** ShellCheck as a judge of scripts; undefined where it is not on PATH. */
export function shellCheckJudge(env: Io["env"]): ScriptJudge | undefined {
  const program = find("shellcheck", env["PATH"] ?? "");
  return program === undefined ? undefined : (subject) => judge(program, subject, env);
}

function find(name: string, path: string): string | undefined {
  for (const directory of path.split(delimiter)) {
    const file = join(directory, name);
    // A relative one would let a checkout bring its own.
    if (isAbsolute(directory) && executable(file)) return file;
  }
  return undefined;
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const atOnce = 4;

async function judge(program: string, subject: LintSubject, env: Io["env"]): Promise<readonly ScriptHit[]> {
  const runs = subject.runs.filter(({ script }) => script !== undefined);
  const hits: (readonly ScriptHit[])[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next; at < runs.length; at = next) {
      next += 1;
      const run = runs[at];
      if (run !== undefined) hits[at] = await checkRun(program, run, exportsBefore(run, subject), env);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return hits.flat();
}

const proxies = [
  "HTTP_PROXY",
  "http_proxy",
  "HTTPS_PROXY",
  "https_proxy",
  "FTP_PROXY",
  "ftp_proxy",
  "NO_PROXY",
  "no_proxy",
];

// What ENV and ARG have set by then is set in the script, too: to a word, or, where the value is known to fall apart when it is not
// quoted, to something unknown.
function exportsBefore({ stage, outer }: Run, { dockerfile: { stages } }: LintSubject): string {
  const values = new Map(proxies.map((name) => [name, "1"]));
  for (const one of lineage(stage, stages))
    for (const { keyword, pairs, start } of one.instructions)
      if ((keyword === "ENV" || keyword === "ARG") && (one !== stage || start < outer.start))
        for (const { name, value = "" } of pairs) values.set(name, value);
  const words = [...values].filter(([name]) => /^[A-Za-z_]\w*$/.test(name));
  return `export ${words.map(([name, value]) => (/[\s*?[]/.test(value) ? name : `${name}=1`)).join(" ")}\n`;
}

// Files that a script reads are in the image, not here; a line of ours stands above its first.
const excluded = "SC1090,SC1091,SC1128,SC2187";

async function checkRun(
  program: string,
  run: Run,
  head: string,
  env: Io["env"],
): Promise<readonly ScriptHit[]> {
  const { script, dialect } = run;
  if (script === undefined || dialect === "other") return [];
  const args = ["--format=json1", `--shell=${dialect}`, `--exclude=${excluded}`, "--norc", "-"];
  const out = await start(program, args, head + script.source.text, env);
  const comments = list(
    record(parseJson(out, "ShellCheck's answer"), "ShellCheck's answer")["comments"],
    "comments",
  );
  const at = offsetsOf(script.source.text);
  return comments.flatMap((comment, index): readonly ScriptHit[] => {
    const value = record(comment, `comments[${index}]`);
    const number = (key: string) => count(value[key], `comments[${index}].${key}`);
    const from = at(number("line") - 1, number("column"));
    const to = at(number("endLine") - 1, number("endColumn"));
    if (number("line") < 2) return [];
    return [
      {
        rule: `SC${number("code")}`,
        severity: severityOf(text(value["level"], "level")),
        message: text(value["message"], "message"),
        ...spanOf(script.source, from, Math.max(to, from)),
      },
    ];
  });
}

function severityOf(level: string): Severity {
  switch (level) {
    case "error":
      return "high";
    case "warning":
      return "medium";
    case "info":
      return "low";
    default:
      return "negligible";
  }
}

// Columns of ShellCheck count code points.
function offsetsOf(source: string): (line: number, column: number) => number {
  const lines = source.split("\n");
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length + 1;
  }
  return (line, column) => {
    const start = starts[line - 1] ?? source.length;
    const before = Array.from(lines[line - 1] ?? "")
      .slice(0, column - 1)
      .join("");
    return Math.min(start + before.length, source.length);
  };
}

const longestAnswer = 16 << 20;
const patience = 60_000;

async function start(
  program: string,
  args: readonly string[],
  input: string,
  env: Io["env"],
): Promise<string> {
  const child = spawn(program, [...args], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...env },
    timeout: patience,
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= longestAnswer) chunks.push(chunk);
    else child.kill();
  });
  return await new Promise((resolve, reject) => {
    child.on("error", (thrown) => reject(failed(messageOf(thrown))));
    // 0: nothing found, 1: something.
    child.on("close", (code, signal) => {
      if (code === 0 || code === 1) resolve(Buffer.concat(chunks).toString("utf8"));
      else reject(failed(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`));
    });
  });
}

function failed(state: string): SeaworthyError {
  return new SeaworthyError("unsupported", `run shellcheck: ${state}`, {
    hint: "--no-shellcheck goes without it",
  });
}
