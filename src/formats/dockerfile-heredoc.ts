import type { Line } from "./dockerfile-lines.ts";
import { unquote } from "./dockerfile-words.ts";
import { joinMapped, type MappedText, mapSlice, type Span, spanOf } from "./mapped-text.ts";

/** A here-document of an instruction. */
export interface Heredoc {
  readonly name: string;
  /** False when its name is quoted: variables in it stay. */
  readonly expand: boolean;
  /** `<<-`: leading tabs are cut. */
  readonly chomp: boolean;
  /** Its lines, each with a line feed, without the terminator. */
  readonly body: MappedText;
  /** The line that ends it. */
  readonly terminator: MappedText;
}

interface HeredocName {
  readonly name: string;
  readonly expand: boolean;
  readonly chomp: boolean;
}

interface HeredocStart extends HeredocName, Span {}

/** The words of an instruction that open here-documents. */
export function heredocStarts(args: MappedText): readonly HeredocStart[] {
  if (!args.text.includes("<<")) return [];
  return rawWords(args.text).flatMap(({ at, text }) => {
    const found = heredocOf(text);
    return found === undefined ? [] : [{ ...found, ...spanOf(args, at, at + text.length) }];
  });
}

/** `<<NAME`, `<<-NAME`, `3<< "NAME"`: BuildKit takes the whole word for the name, also `EOF;`. */
export function heredocOf(word: string): HeredocName | undefined {
  const match = /^\d*<<(-?)\s*([^<]+)$/.exec(word);
  const rest = match?.[2];
  // A name with a variable in braces is not taken for one.
  if (match === null || rest === undefined || rest.includes("${")) return undefined;
  return { name: unquote(rest, "\\"), expand: !/["']/.test(rest), chomp: match[1] === "-" };
}

// Blanks between << and the name are part of the word. A quote or brace that nothing closes makes BuildKit find no words at all.
function rawWords(text: string): readonly { readonly at: number; readonly text: string }[] {
  const words: { at: number; text: string }[] = [];
  let start = -1;
  let quote = "";
  let braces = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const char = text[at] ?? "";
    const open = quote === "" && braces === 0;
    if (open && (char === "" || /\s/.test(char))) {
      if (start >= 0) words.push({ at: start, text: text.slice(start, at) });
      start = -1;
      continue;
    }
    if (char === "") return [];
    if (start < 0) start = at;
    if (char === "\\" && quote !== "'") at += 1;
    else if (quote === "" && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = "";
    else if (quote !== "'" && char === "$" && text[at + 1] === "{") {
      braces += 1;
      at += 1;
    } else if (braces > 0 && char === "}") braces -= 1;
    else if (open && char === "<" && text[at + 1] === "<")
      at += (/^<<\s*/.exec(text.slice(at))?.[0].length ?? 2) - 1;
  }
  return words;
}

/** Reads the bodies, one after the other, from line `first` on; `missing` is the first that nothing ends. */
export function readHeredocs(
  starts: readonly HeredocStart[],
  file: string,
  lines: readonly Line[],
  first: number,
): {
  readonly heredocs: readonly Heredoc[];
  readonly next: number;
  readonly missing: HeredocStart | undefined;
} {
  const heredocs: Heredoc[] = [];
  let at = first;
  for (const start of starts) {
    const end = endOf(start, lines, at);
    const last = lines[end];
    if (last === undefined) return { heredocs, next: first, missing: start };
    heredocs.push(heredocAt(start, file, lines, at, end));
    at = end + 1;
  }
  return { heredocs, next: at, missing: undefined };
}

function endOf({ name, chomp }: HeredocName, lines: readonly Line[], from: number): number {
  for (let at = from; at < lines.length; at += 1) {
    const text = lines[at]?.text ?? "";
    if (text === name || (chomp && text.endsWith(name) && text.slice(tabsOf(text)) === name)) return at;
  }
  return -1;
}

function heredocAt(
  { name, expand, chomp }: HeredocName,
  file: string,
  lines: readonly Line[],
  first: number,
  end: number,
): Heredoc {
  const begin = (line: Line) => line.start + (chomp ? tabsOf(line.text) : 0);
  const body = lines.slice(first, end).flatMap((line, index) => {
    const after = lines[first + index + 1]?.start ?? line.end + 1;
    return [
      mapSlice(file, { start: begin(line), end: line.end }),
      mapSlice(file, { start: after - 1, end: after }),
    ];
  });
  const last = lines[end];
  const terminator = last === undefined ? { start: 0, end: 0 } : { start: begin(last), end: last.end };
  return { name, expand, chomp, body: joinMapped(body), terminator: mapSlice(file, terminator) };
}

function tabsOf(text: string): number {
  return text.length - text.replace(/^\t+/, "").length;
}
