import { type Command, forEachChild, parse, type SyntaxNode, type Word } from "unbash";
import { type MappedText, type Span, sliceMapped, spanOf } from "./mapped-text.ts";

/** A word of a command. */
export interface ShellWord extends Span {
  /** Without quotes; variables and substitutions as written. */
  readonly value: string;
  readonly raw: string;
  /** False when a variable, substitution or glob stands in it. */
  readonly literal: boolean;
}

/** One simple command of a script, wherever it stands in it. */
export interface ShellCommand extends Span {
  /** As called, without directories: `apt-get` of `/usr/bin/apt-get`. Empty where a variable names it. */
  readonly name: string;
  readonly nameSpan: Span;
  /** What follows the name. */
  readonly words: readonly ShellWord[];
  /** `NAME=value` before the name. */
  readonly assignments: readonly { readonly name: string; readonly value: string }[];
  /** Files that output goes to. */
  readonly outputs: readonly string[];
  /** The pipe that it stands in (`id`: where that begins), and how far to the right. */
  readonly pipe: { readonly id: number; readonly position: number } | undefined;
  /** The command in whose words it is substituted. */
  readonly host: ShellCommand | undefined;
}

/** A shell script, parsed. */
export interface ShellScript {
  readonly source: MappedText;
  readonly commands: readonly ShellCommand[];
  /** Ranges of `a | b | …`. */
  readonly pipes: readonly Span[];
  /** Where the script is nothing that a POSIX shell or bash would run. */
  readonly errors: readonly (Span & { readonly message: string })[];
}

const longestScript = 1 << 16;
const mostSubstitutions = 1000;
const mostHeredocs = 200;
const deepestScript = 3;

/** Parses a script of sh or bash. What is too long or too deep for the parser is an error in it, and has no commands. */
export function parseShell(source: MappedText): ShellScript {
  return parseNested(source, undefined, 0);
}

function parseNested(source: MappedText, host: ShellCommand | undefined, depth: number): ShellScript {
  const { text } = source;
  // The parser's time grows with the square of these.
  if (
    text.length > longestScript ||
    text.split("$(").length > mostSubstitutions ||
    text.split("<<").length > mostHeredocs
  )
    return {
      source,
      commands: [],
      pipes: [],
      errors: [{ message: "the script is too long or too deep", ...spanOf(source) }],
    };
  const reader: Reader = { source, commands: [], pipes: [], errors: [], depth };
  walk(parse(text), reader, { pipe: undefined, host });
  return reader;
}

interface Reader {
  readonly source: MappedText;
  readonly commands: ShellCommand[];
  readonly pipes: Span[];
  readonly errors: (Span & { message: string })[];
  readonly depth: number;
}

interface Surroundings {
  readonly pipe: ShellCommand["pipe"];
  readonly host: ShellCommand | undefined;
}

function walk(root: SyntaxNode, reader: Reader, around: Surroundings): void {
  const left: { readonly node: SyntaxNode; readonly around: Surroundings }[] = [{ node: root, around }];
  for (let top = left.pop(); top !== undefined; top = left.pop()) {
    const { node, around } = top;
    // Positions in a script within backticks that holds escapes are of its own text.
    if (node.type === "Script" && node.source !== undefined) continue;
    const children: { readonly node: SyntaxNode; readonly around: Surroundings }[] = [];
    const inner = surroundings(node, reader, around);
    const members: ReadonlyMap<SyntaxNode, number> = new Map(
      node.type === "Pipeline" && inner.pipe !== undefined ? node.commands.map((one, at) => [one, at]) : [],
    );
    forEachChild(node, (child) => {
      const position = members.get(child);
      const pipe =
        inner.pipe !== undefined && position !== undefined ? { id: inner.pipe.id, position } : inner.pipe;
      children.push({ node: child, around: { ...inner, pipe } });
    });
    left.push(...children.toReversed());
  }
}

function surroundings(node: SyntaxNode, reader: Reader, around: Surroundings): Surroundings {
  if (node.type === "Script") {
    for (const { message, pos } of node.errors ?? [])
      reader.errors.push({ message, ...spanOf(reader.source, pos, pos + 1) });
    return { ...around, pipe: undefined };
  }
  if (node.type === "Pipeline" && node.commands.length > 1) {
    const span = spanOf(reader.source, node.pos, node.end);
    reader.pipes.push(span);
    return { ...around, pipe: { id: span.start, position: 0 } };
  }
  if (node.type !== "Command") return around;
  const command = commandOf(node, reader.source, around);
  if (command === undefined) return around;
  reader.commands.push(command);
  for (const inner of innerScripts(command, reader)) {
    reader.commands.push(...inner.commands);
    reader.pipes.push(...inner.pipes);
  }
  return { ...around, host: command };
}

function commandOf(node: Command, source: MappedText, around: Surroundings): ShellCommand | undefined {
  if (node.name === undefined) return undefined;
  const name = wordOf(node.name, source);
  const args = node.args.map((one) =>
    one.type === "Word"
      ? wordOf(one, source)
      : { value: one.text, raw: one.text, literal: false, ...spanOf(source, one.pos, one.end) },
  );
  return {
    name: name.literal ? name.value.slice(name.value.lastIndexOf("/") + 1) : "",
    nameSpan: { start: name.start, end: name.end },
    words: args,
    assignments: node.prefix.flatMap((one) =>
      one.type === "Assignment" && one.value.type === "Word"
        ? [{ name: one.name, value: one.value.value }]
        : [],
    ),
    outputs: node.redirects.flatMap((one) =>
      one.type === "Redirect" && one.operator.includes(">") && one.target !== undefined
        ? [one.target.value]
        : [],
    ),
    pipe: around.pipe,
    host: around.host,
    ...spanOf(source, node.pos, node.end),
  };
}

function wordOf(word: Word, source: MappedText): ShellWord {
  return {
    value: word.value,
    raw: word.text,
    literal: isLiteral(word.parts ?? []),
    ...spanOf(source, word.pos, word.end),
  };
}

function isLiteral(parts: NonNullable<Word["parts"]>): boolean {
  return parts.every(
    (part) =>
      part.type === "Literal" ||
      part.type === "SingleQuoted" ||
      (part.type === "DoubleQuoted" && part.parts.every(({ type }) => type === "Literal")),
  );
}

const shells = new Set(["sh", "bash", "dash", "ash"]);

// `bash -c '…'`: the word is a script of its own, where it stands in the file as it will be run.
function innerScripts(command: ShellCommand, { source, depth }: Reader): readonly ShellScript[] {
  if (!shells.has(command.name) || depth >= deepestScript) return [];
  const option = command.words.findIndex(({ value }) => /^-[a-z]*c$/.test(value));
  const script = option < 0 ? undefined : command.words[option + 1];
  const quote = script?.raw[0];
  if (script === undefined || (quote !== "'" && quote !== '"') || !script.literal) return [];
  if (script.raw.length !== script.value.length + 2) return [];
  const at = source.pieces.findLast((piece) => piece.source <= script.start);
  if (at === undefined) return [];
  const offset = at.at + script.start - at.source + 1;
  return [parseNested(sliceMapped(source, offset, offset + script.value.length), command, depth + 1)];
}
