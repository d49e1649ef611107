import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import { type Question, questionAnswerer } from "../pipeline/query.ts";
import { type QueryAnswer, queryErrorLine, queryLine, queryText } from "../reports/query-answer.ts";
import type { Terminal } from "../reports/terminal.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { type Line, lineBatches } from "./lines.ts";
import { oneFormat, readArguments } from "./options.ts";
import { findDatabase } from "./scan-image.ts";
import { terminalOf } from "./terminal.ts";
import { writeOutput } from "./write-output.ts";

const options = {
  distro: { type: "string" },
  db: { type: "string" },
  offline: { type: "boolean" },
  format: { type: "string", short: "f" },
} as const;

const usage = `seaworthy query PURL... [--distro debian:12] [--db FILE] [--offline] [--format json|table]
seaworthy query < QUESTIONS

Says which advisories affect a package. Without PURL one question a line is read from the standard input, either
{"purl": "pkg:...", "distro": "debian:12"} or a bare purl, and answered in order by one line of JSON:
  {"purl", "findings": [...], "undecided": [...]}    findings as in a scan's report, without package and layer
  {"purl", "error": {"code", "message"}}             what cannot be answered

  --distro ID:RELEASE    of OS packages whose question and purl (distro=debian-12) do not tell it
  --db FILE              advisory database; default: $SEAWORTHY_DB, else the user's own
  --offline              open no connection
  -f, --format FORMAT    of PURL...: table (default on a terminal) or json, a line for each (default elsewhere)

Exit codes: 0 answered, 2 error (of PURL..., also when one of them cannot be answered).
`;

/** `seaworthy query`. */
export const command: Command = {
  name: "query",
  summary: "say which advisories affect a package",
  usage,
  run,
};

type Answer = (question: Question) => QueryAnswer;

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("query", args, options);
  const formats = io.stdout.isTTY === true ? (["table", "json"] as const) : (["json", "table"] as const);
  const format = oneFormat("query", values.format, formats);
  const database = await findDatabase(values, io);
  try {
    const answer = questionAnswerer(database);
    const withDefault: Answer = (question) => answer(defaulted(question, values.distro));
    if (positionals.length > 0) {
      const terminal = format === "table" ? terminalOf(io.stdout, io.env) : undefined;
      return await answerArguments(positionals, withDefault, terminal, io);
    }
    await pipeline(Readable.from(answerLines(io.stdin, withDefault)), io.stdout, { end: false });
    return exitCodes.pass;
  } finally {
    database.close();
  }
}

// A question's own distro beats all, a purl's qualifier beats the command line's.
function defaulted({ purl, distro }: Question, otherwise: string | undefined): Question {
  return { purl, distro: distro ?? (/[?&]distro=[^&#]/.test(purl) ? undefined : otherwise) };
}

async function answerArguments(
  purls: readonly string[],
  answer: Answer,
  terminal: Terminal | undefined,
  io: Io,
): Promise<number> {
  let failed = false;
  for (const purl of purls) {
    try {
      const found = answer({ purl });
      await writeOutput(
        terminal === undefined ? queryLine(purl, found) : queryText(purl, found, terminal),
        undefined,
        io,
      );
    } catch (thrown) {
      if (!(thrown instanceof SeaworthyError) || (purls.length === 1 && terminal !== undefined)) throw thrown;
      failed = true;
      await writeOutput(queryErrorLine(purl, codeOf(thrown), messageOf(thrown)), undefined, io);
    }
  }
  return failed ? exitCodes.error : exitCodes.pass;
}

const longestLine = 64 * 1024;

async function* answerLines(input: Readable, answer: Answer): AsyncGenerator<string> {
  for await (const lines of lineBatches(input, longestLine)) {
    const answers = lines.map((line) => answerLine(line, answer)).join("");
    if (answers !== "") yield answers;
  }
}

function answerLine(line: Line, answer: Answer): string {
  if ("text" in line && line.text.trim() === "") return "";
  let purl: string | null = null;
  try {
    const question = readQuestion(line);
    purl = question.purl;
    return queryLine(purl, answer(question));
  } catch (thrown) {
    if (!(thrown instanceof SeaworthyError)) throw thrown;
    return queryErrorLine(purl, codeOf(thrown), messageOf(thrown));
  }
}

function readQuestion(line: Line): Question {
  if ("refused" in line)
    throw line.refused === "too-long"
      ? new SeaworthyError("limit-exceeded", `read question: the line is longer than ${longestLine} bytes`)
      : new SeaworthyError("malformed", "read question: the line is not UTF-8");
  const text = line.text.trim();
  if (text.startsWith("pkg:")) return { purl: text };
  const value = parseJson(text);
  const { purl, distro } = fieldsOf(value);
  if (typeof purl !== "string") throw malformed(text, 'it has no "purl"');
  if (distro !== undefined && distro !== null && typeof distro !== "string")
    throw malformed(text, '"distro" is no text');
  return { purl, distro: distro === null || distro === "" ? undefined : distro };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw malformed(text, messageOf(thrown));
  }
}

function fieldsOf(value: unknown): { readonly purl?: unknown; readonly distro?: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function malformed(text: string, state: string): SeaworthyError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new SeaworthyError("malformed", `read question "${shown}": ${state}`, {
    hint: 'write {"purl": "pkg:npm/lodash@4.17.4"}',
  });
}
