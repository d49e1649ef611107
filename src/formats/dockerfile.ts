import { SeaworthyError } from "../core/errors.ts";

/** A here-document of an instruction, without its terminator. */
export interface Heredoc {
  readonly name: string;
  readonly body: string;
}

/** One instruction with its continuation lines joined and its comments dropped. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** `--name=value` before the arguments, as written. */
  readonly flags: readonly string[];
  /** What follows keyword and flags, variables unresolved. */
  readonly text: string;
  /** The JSON form's strings, where that form is used. */
  readonly json: readonly string[] | undefined;
  readonly heredocs: readonly Heredoc[];
  /** 1-based line on which it begins. */
  readonly line: number;
}

/** A stage: FROM and what follows it. */
export interface Stage {
  /** Its AS name in lower case, else its index as text. */
  readonly name: string;
  /** What it is built from, defaults of ARGs before the first FROM put in. */
  readonly base: string;
  /** True when `base` was written with a variable, which a build may have set otherwise. */
  readonly variableBase: boolean;
  readonly instructions: readonly Instruction[];
}

const maxLength = 1 << 20;
const maxInstructions = 10_000;

/**
 * Splits a Dockerfile into stages (https://docs.docker.com/reference/dockerfile/).
 * @throws SeaworthyError `malformed` without a FROM, `limit-exceeded` beyond 1 MiB or 10,000 instructions.
 */
export function parseDockerfile(text: string): readonly Stage[] {
  if (text.length > maxLength) throw failed("limit-exceeded", `longer than ${maxLength} characters`);
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  const defaults = new Map<string, string>();
  for (const instruction of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (instruction.keyword === "FROM") stages.push(openStage(instruction, stages.length, defaults));
    else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.keyword === "ARG") readDefault(instruction.text, defaults);
    else
      throw failed("malformed", `line ${instruction.line} has ${instruction.keyword} before the first FROM`);
  }
  if (stages.length === 0) throw failed("malformed", "there is no FROM");
  return stages;
}

function openStage(
  { text }: Instruction,
  index: number,
  defaults: ReadonlyMap<string, string>,
): Stage & { readonly instructions: Instruction[] } {
  const [image = "", as, name] = text.split(/\s+/);
  const named = as?.toUpperCase() === "AS" && name !== undefined;
  return {
    name: named ? name.toLowerCase() : String(index),
    base: image.replace(/\$\{?(\w+)(?::?-([^}]*))?\}?/g, (_, key: string, otherwise = "") => {
      return defaults.get(key) ?? String(otherwise);
    }),
    variableBase: image.includes("$"),
    instructions: [],
  };
}

function readDefault(text: string, defaults: Map<string, string>): void {
  for (const pair of text.split(/\s+/)) {
    const equals = pair.indexOf("=");
    if (equals > 0)
      defaults.set(pair.slice(0, equals), pair.slice(equals + 1).replace(/^(["'])(.*)\1$/, "$2"));
  }
}

interface Source {
  readonly lines: readonly string[];
  /** Index of the last line with a text, leading tabs cut. */
  readonly last: ReadonlyMap<string, number>;
}

function* instructionsOf(text: string): Generator<Instruction> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const source: Source = { lines, last: new Map(lines.map((line, at) => [line.replace(/^\t+/, ""), at])) };
  const escape = escapeOf(lines);
  let count = 0;
  for (let at = 0; at < lines.length; ) {
    const { joined, next } = joinLines(lines, at, escape);
    if (joined === "") {
      at = next;
      continue;
    }
    count += 1;
    if (count > maxInstructions) throw failed("limit-exceeded", `more than ${maxInstructions} instructions`);
    const { instruction, end } = readInstruction(joined, source, at, next);
    yield instruction;
    at = end;
  }
}

// Directives stand at the top, before any other comment.
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const match = /^\s*#\s*([A-Za-z]+)\s*=\s*(\S+)\s*$/.exec(line);
    if (match === null) return "\\";
    if (match[1]?.toLowerCase() === "escape") return match[2] === "`" ? "`" : "\\";
  }
  return "\\";
}

function joinLines(
  lines: readonly string[],
  from: number,
  escape: string,
): { readonly joined: string; readonly next: number } {
  const parts: string[] = [];
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const blank = line.trim() === "";
    if (isComment(line) || (blank && parts.length > 0)) {
      if (parts.length === 0) return { joined: "", next: at + 1 };
      continue;
    }
    const trimmed = line.trimEnd();
    if (!trimmed.endsWith(escape)) {
      parts.push(line);
      at += 1;
      break;
    }
    parts.push(trimmed.slice(0, -1));
  }
  return { joined: parts.join("").trim(), next: at };
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith("#");
}

function readInstruction(
  joined: string,
  source: Source,
  start: number,
  next: number,
): { readonly instruction: Instruction; readonly end: number } {
  const space = joined.search(/\s/);
  const keyword = (space < 0 ? joined : joined.slice(0, space)).toUpperCase();
  const { flags, text } = splitFlags(space < 0 ? "" : joined.slice(space).trim());
  const takesHeredocs = keyword === "RUN" || keyword === "COPY" || keyword === "ADD";
  const { heredocs, end } = readHeredocs(takesHeredocs ? heredocNames(text) : [], source, next, start + 1);
  return { instruction: { keyword, flags, text, json: readJson(text), heredocs, line: start + 1 }, end };
}

function splitFlags(text: string): { readonly flags: readonly string[]; readonly text: string } {
  const flags: string[] = [];
  let rest = text;
  for (let match = /^--\S+(?:\s+|$)/.exec(rest); match !== null; match = /^--\S+(?:\s+|$)/.exec(rest)) {
    flags.push(match[0].trim());
    rest = rest.slice(match[0].length);
  }
  return { flags, text: rest };
}

interface HeredocName {
  readonly name: string;
  readonly chompTabs: boolean;
}

// A word `<<NAME`, `<<-NAME`, its name maybe quoted; not inside quotes.
function heredocNames(text: string): readonly HeredocName[] {
  const found: HeredocName[] = [];
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if (char === "<" && (at === 0 || /[\s\d]/.test(text[at - 1] ?? ""))) {
      const match = /^<<(-?)(["']?)([A-Za-z_][\w.-]*)\2(?=\s|[;|&>)]|$)/.exec(text.slice(at, at + 256));
      if (match?.[3] === undefined) continue;
      found.push({ name: match[3], chompTabs: match[1] === "-" });
      at += match[0].length - 1;
    } else if (char === '"' || char === "'") {
      quote = char;
    }
  }
  return found;
}

// Where no line ends a here-document it is none: the text is then, say, a shift of the shell's arithmetic.
function readHeredocs(
  names: readonly HeredocName[],
  { lines, last }: Source,
  next: number,
  line: number,
): { readonly heredocs: readonly Heredoc[]; readonly end: number } {
  if (names.some(({ name }) => (last.get(name) ?? -1) < next)) return { heredocs: [], end: next };
  const heredocs: Heredoc[] = [];
  let at = next;
  for (const { name, chompTabs } of names) {
    const strip = (text: string) => (chompTabs ? text.replace(/^\t+/, "") : text);
    const body: string[] = [];
    while (at < lines.length && strip(lines[at] ?? "") !== name) {
      body.push(strip(lines[at] ?? ""));
      at += 1;
    }
    if (at >= lines.length)
      throw failed("malformed", `the here-document "${name}" of line ${line} has no end`);
    at += 1;
    heredocs.push({ name, body: body.join("\n") });
  }
  return { heredocs, end: at };
}

function readJson(text: string): readonly string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}

function failed(code: "malformed" | "limit-exceeded", state: string): SeaworthyError {
  return new SeaworthyError(code, `read Dockerfile: ${state}`);
}
