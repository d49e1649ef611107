import { type MappedText, type Span, spanOf } from "./mapped-text.ts";

/** A word of an instruction: raw text and its place in the file. */
export interface Word extends Span {
  /** As written: quotes, escapes and variables stand in it. */
  readonly raw: string;
  /** Offset in the text that it was cut from. */
  readonly at: number;
}

/** Splits at white space, whatever quotes say: FROM, COPY, ADD, EXPOSE and VOLUME are read like that. */
export function plainWords(mapped: MappedText): readonly Word[] {
  const words: Word[] = [];
  for (const match of mapped.text.matchAll(/[^\t\v\f\r ]+/g))
    words.push(wordAt(mapped, match.index, match[0].length));
  return words;
}

/** Splits at white space outside of quotes, as ENV, LABEL and ARG are read. */
function quotedWords(mapped: MappedText, escape: string): readonly Word[] {
  const { text } = mapped;
  const words: Word[] = [];
  let start = -1;
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    const blank = quote === "" && /\s/.test(char);
    if (start >= 0 && blank) {
      words.push(wordAt(mapped, start, at - start));
      start = -1;
    }
    if (blank) continue;
    if (start < 0) start = at;
    if (char === escape && quote !== "'") at += 1;
    else if (quote === "" && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = "";
  }
  if (start >= 0) words.push(wordAt(mapped, start, text.length - start));
  return words;
}

/** How long the word at the beginning of a text is. */
export function quotedLength(text: string, escape: string): number {
  let quote = "";
  let at = 0;
  for (; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (quote === "" && /\s/.test(char)) break;
    if (char === escape) at += 1;
    else if (quote === "" && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = "";
  }
  return Math.min(at, text.length);
}

function wordAt(mapped: MappedText, at: number, length: number): Word {
  return { raw: mapped.text.slice(at, at + length), at, ...spanOf(mapped, at, at + length) };
}

/** A word without its quotes and escapes; variables stay as they are. */
export function unquote(raw: string, escape: string): string {
  let value = "";
  let quote = "";
  for (let at = 0; at < raw.length; at += 1) {
    const char = raw[at] ?? "";
    const next = raw[at + 1] ?? "";
    if (char === escape && quote === "") {
      value += next;
      at += 1;
    } else if (char === escape && quote === '"' && (next === '"' || next === "$" || next === escape)) {
      value += next;
      at += 1;
    } else if (quote === "" && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = "";
    else value += char;
  }
  return value;
}

/** A string of a JSON form. */
export interface JsonWord extends Span {
  readonly value: string;
}

/** The JSON form's strings; undefined where the text is not an array of strings, which BuildKit then reads as plain text. */
export function jsonWords(mapped: MappedText): readonly JsonWord[] | undefined {
  const { text } = mapped;
  if (!text.startsWith("[")) return undefined;
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(values) || !values.every((item) => typeof item === "string")) return undefined;
  const strings = [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)];
  return values.map((value, index) => {
    const at = strings[index]?.index ?? 0;
    return { value, ...spanOf(mapped, at, at + (strings[index]?.[0].length ?? 0)) };
  });
}

/** `NAME=value` of ENV, LABEL or ARG; `value` is undefined for an ARG without a default. */
export interface Pair extends Span {
  /** Without quotes. */
  readonly name: string;
  /** As written. */
  readonly raw: string | undefined;
  /** Without quotes, variables unresolved. */
  readonly value: string | undefined;
  /** Where the value stands. */
  readonly valueSpan: Span | undefined;
}

/** What ENV and LABEL set: `NAME=value …`, or the old form `NAME value with blanks`. */
export function pairsOf(mapped: MappedText, escape: string): readonly Pair[] {
  const words = quotedWords(mapped, escape);
  const [first, second] = words;
  if (first === undefined) return [];
  if (first.raw.includes("=")) return words.map((word) => pairOf(word, mapped, escape));
  if (second === undefined) return [];
  const raw = mapped.text.slice(second.at);
  const { start, end } = spanOf(mapped, first.at);
  const valueSpan = spanOf(mapped, second.at);
  return [{ name: unquote(first.raw, escape), raw, value: unquote(raw, escape), start, end, valueSpan }];
}

/** What ARG declares: any number of `NAME` or `NAME=default`. */
export function argumentsOf(mapped: MappedText, escape: string): readonly Pair[] {
  return quotedWords(mapped, escape).map((word) => pairOf(word, mapped, escape));
}

function pairOf(word: Word, mapped: MappedText, escape: string): Pair {
  const equals = word.raw.indexOf("=");
  const { start, end } = word;
  if (equals < 0)
    return {
      name: unquote(word.raw, escape),
      raw: undefined,
      value: undefined,
      start,
      end,
      valueSpan: undefined,
    };
  const raw = word.raw.slice(equals + 1);
  return {
    name: unquote(word.raw.slice(0, equals), escape),
    raw,
    value: unquote(raw, escape),
    start,
    end,
    valueSpan: spanOf(mapped, word.at + equals + 1, word.at + word.raw.length),
  };
}
