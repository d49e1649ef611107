import { SeaworthyError } from "../core/errors.ts";
import { expandWord } from "./dockerfile-expand.ts";
import { type Heredoc, heredocOf, heredocStarts, readHeredocs } from "./dockerfile-heredoc.ts";
import type { Flag, Instruction } from "./dockerfile-instruction.ts";
import {
  type Comment,
  type Directive,
  directivesOf,
  joinLines,
  type Line,
  type LogicalLine,
  linesOf,
  trailingComments,
} from "./dockerfile-lines.ts";
import { refusal } from "./dockerfile-validate.ts";
import {
  argumentsOf,
  jsonWords,
  pairsOf,
  plainWords,
  quotedLength,
  unquote,
  type Word,
} from "./dockerfile-words.ts";
import { type MappedText, type Span, sliceMapped, spanOf, trimMapped } from "./mapped-text.ts";

/** A stage: FROM and what follows it. */
export interface Stage {
  readonly index: number;
  readonly from: Instruction;
  /** Its AS name in lower case. */
  readonly name: string | undefined;
  /** The word that names what it is built from, as written; undefined where FROM has none. */
  readonly image: Word | undefined;
  /** The image with the defaults of ARGs put in. */
  readonly base: string;
  /** Was `base` written with a variable, which a build may have set otherwise? */
  readonly variableBase: boolean;
  /** Has one of its variables no default, so that nothing is known of the base? */
  readonly unsetBase: boolean;
  /** Index of the earlier stage that it goes on from. */
  readonly parent: number | undefined;
  /** Those after FROM. */
  readonly instructions: readonly Instruction[];
}

/** A place where the file is no Dockerfile that BuildKit would build. */
export interface SyntaxProblem extends Span {
  readonly message: string;
}

/** A Dockerfile, read. What is wrong is in `problems`; the rest was read all the same. */
export interface Dockerfile {
  readonly file: string;
  /** The character that continues lines: `\` or a backtick. */
  readonly escape: string;
  readonly directives: readonly Directive[];
  readonly comments: readonly Comment[];
  /** All of them, in order. */
  readonly instructions: readonly Instruction[];
  /** Those before the first FROM. */
  readonly globals: readonly Instruction[];
  readonly stages: readonly Stage[];
  readonly problems: readonly SyntaxProblem[];
}

const maxLength = 1 << 20;
const maxInstructions = 10_000;
const mostProblems = 100;

/**
 * Reads a Dockerfile as BuildKit does (https://docs.docker.com/reference/dockerfile/).
 * @throws SeaworthyError `limit-exceeded` beyond 1 MiB, 10,000 instructions or 65,536 characters of a value.
 */
export function readDockerfile(file: string): Dockerfile {
  if (file.length > maxLength) throw tooMuch(`longer than ${maxLength} characters`);
  const lines = linesOf(file);
  const directives = directivesOf(lines);
  const escape = directives.find(({ name }) => name === "escape")?.value === "`" ? "`" : "\\";
  const reader: Reader = { file, lines, escape, problems: [], instructions: [], next: 0 };
  for (let at = 0; at < lines.length; at = reader.next) readOne(reader, at);
  const { instructions, problems } = reader;
  const first = instructions.findIndex(({ keyword }) => keyword === "FROM");
  const comments = [
    ...instructions.flatMap((instruction) => instruction.comments),
    ...trailingComments(lines, instructions.at(-1)?.endLine ?? 0),
  ];
  if (first < 0) problems.push({ message: "there is no FROM", start: 0, end: 0 });
  const early = instructions.slice(0, Math.max(first, 0)).filter(({ keyword }) => keyword !== "ARG");
  for (const { keyword, start, end } of early)
    problems.push({ message: `${short(keyword)} stands before the first FROM`, start, end });
  return {
    file,
    escape,
    directives,
    comments,
    instructions,
    globals: instructions.slice(0, first < 0 ? undefined : first),
    stages: stagesOf(instructions, escape),
    problems,
  };
}

interface Reader {
  readonly file: string;
  readonly lines: readonly Line[];
  readonly escape: string;
  readonly problems: SyntaxProblem[];
  readonly instructions: Instruction[];
  next: number;
}

function readOne(reader: Reader, at: number): void {
  const { file, lines, escape } = reader;
  const logical = joinLines(file, lines, at, escape);
  reader.next = logical?.next ?? lines.length;
  if (logical === undefined) return;
  if (logical.joined.text.trim() === "") {
    const { start = 0, end = 0 } = lines[logical.first] ?? {};
    reader.problems.push({ message: "the line goes on, but nothing follows", start, end });
    return;
  }
  const { instructions } = reader;
  if (instructions.length >= maxInstructions) throw tooMuch(`more than ${maxInstructions} instructions`);
  const instruction = withHeredocs(
    readInstruction(trimMapped(logical.joined), logical, reader, true),
    logical,
    reader,
  );
  instructions.push(instruction);
  const message = refusal(instruction);
  if (message !== undefined)
    reader.problems.push({ message, start: instruction.start, end: instruction.end });
}

const jsonForms = new Set(["ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"]);

// A trigger has none of its own: BuildKit refuses ONBUILD in ONBUILD.
function readInstruction(
  joined: MappedText,
  logical: LogicalLine,
  reader: Reader,
  deferring: boolean,
): Instruction {
  const space = joined.text.search(/[\t\v\f\r ]/);
  const end = space < 0 ? joined.text.length : space;
  const keyword = joined.text.slice(0, end).toUpperCase();
  const rest = trimMapped(sliceMapped(joined, end));
  const { flags, args } = keyword === "ONBUILD" ? { flags: [], args: rest } : flagsOf(rest, reader.escape);
  const whole = spanOf(joined);
  const pairs =
    keyword === "ARG"
      ? argumentsOf(args, reader.escape)
      : keyword === "ENV" || keyword === "LABEL"
        ? pairsOf(args, reader.escape)
        : [];
  const trigger =
    deferring && keyword === "ONBUILD" && args.text !== ""
      ? readInstruction(args, { ...logical, comments: [] }, reader, false)
      : undefined;
  return {
    keyword,
    keywordSpan: spanOf(joined, 0, end),
    flags,
    args,
    json: jsonForms.has(keyword) ? jsonWords(args) : undefined,
    words: plainWords(args),
    pairs,
    heredocs: [],
    trigger,
    comments: logical.comments,
    line: logical.first + 1,
    endLine: logical.next,
    ...whole,
  };
}

function flagsOf(
  rest: MappedText,
  escape: string,
): { readonly flags: readonly Flag[]; readonly args: MappedText } {
  const flags: Flag[] = [];
  let args = rest;
  while (args.text.startsWith("--")) {
    const length = quotedLength(args.text, escape);
    const word = unquote(args.text.slice(2, length), escape);
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    if (word !== "")
      flags.push({
        name,
        value: equals < 0 ? undefined : word.slice(equals + 1),
        ...spanOf(args, 0, length),
      });
    args = trimMapped(sliceMapped(args, length));
    if (word === "") break;
  }
  return { flags, args };
}

const heredocTakers = new Set(["RUN", "COPY", "ADD"]);

function withHeredocs(instruction: Instruction, logical: LogicalLine, reader: Reader): Instruction {
  const taker = instruction.keyword === "ONBUILD" ? instruction.trigger : instruction;
  if (taker === undefined || !heredocTakers.has(taker.keyword) || taker.json !== undefined)
    return instruction;
  const starts = heredocStarts(taker.args);
  // Each that has no end was looked for in the whole rest of the file.
  if (starts.length === 0 || reader.problems.length > mostProblems) return instruction;
  const { heredocs, next, missing } = readHeredocs(starts, reader.file, reader.lines, logical.next);
  if (missing !== undefined) {
    reader.problems.push({
      message: `the here-document "${short(missing.name)}" has no end`,
      start: missing.start,
      end: missing.end,
    });
    return instruction;
  }
  reader.next = next;
  const end = reader.lines[next - 1]?.end ?? instruction.end;
  const filled = { ...taker, heredocs, endLine: next, end };
  return taker === instruction ? filled : { ...instruction, trigger: filled, endLine: next, end };
}

function stagesOf(instructions: readonly Instruction[], escape: string): readonly Stage[] {
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  const defaults = new Map<string, string>();
  for (const instruction of instructions) {
    if (instruction.keyword === "FROM") stages.push(openStage(instruction, stages, defaults, escape));
    else if (stages.length > 0) stages.at(-1)?.instructions.push(instruction);
    else
      for (const { name, raw } of instruction.keyword === "ARG" ? instruction.pairs : [])
        if (raw !== undefined)
          defaults.set(name, expandWord(raw, escape, (other) => defaults.get(other)).value);
  }
  return stages;
}

function openStage(
  from: Instruction,
  earlier: readonly Stage[],
  defaults: ReadonlyMap<string, string>,
  escape: string,
): Stage & { readonly instructions: Instruction[] } {
  const [image, as, name] = from.words;
  const { value, used, unset } = expandWord(image?.raw ?? "", escape, (other) => defaults.get(other));
  const wanted = value.toLowerCase();
  const parent = earlier.findLastIndex((stage) => stage.name === wanted);
  return {
    index: earlier.length,
    from,
    name: as?.raw.toUpperCase() === "AS" ? name?.raw.toLowerCase() : undefined,
    image,
    base: value,
    variableBase: used.length > 0,
    unsetBase: unset.length > 0,
    parent: parent < 0 ? undefined : parent,
    instructions: [],
  };
}

/** A stage with those that it goes on from, the lowest first. */
export function lineage(stage: Stage, stages: readonly Stage[]): readonly Stage[] {
  const line: Stage[] = [];
  for (let at: Stage | undefined = stage; at !== undefined; ) {
    line.push(at);
    at = at.parent === undefined ? undefined : stages[at.parent];
  }
  return line.toReversed();
}

/** The script of a RUN that consists of one here-document; undefined for all others. */
export function scriptHeredoc({ args, heredocs }: Instruction): Heredoc | undefined {
  const [only, ...more] = heredocs;
  return only !== undefined && more.length === 0 && heredocOf(args.text)?.name === only.name
    ? only
    : undefined;
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function tooMuch(state: string): SeaworthyError {
  return new SeaworthyError("limit-exceeded", `read Dockerfile: ${state}`);
}
