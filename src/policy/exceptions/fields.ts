import { nearest } from "../../core/nearest.ts";
import { type Located, type LocatedEntry, type LocatedMap, nameOfLocated } from "./located.ts";
import type { ExceptionProblem } from "./problems.ts";

/** Reads the values of one file and gathers all that is wrong with them. */
export interface Reader {
  readonly file: string;
  readonly problems: ExceptionProblem[];
}

/** The values of a map by their keys. */
export type Fields = ReadonlyMap<string, LocatedEntry>;

/** Adds a problem; answers undefined, as what could not be read. */
export function wrong({ file, problems }: Reader, { line, column }: Spot, message: string): undefined {
  problems.push({ place: { file, line, column }, message });
}

interface Spot {
  readonly line: number;
  readonly column: number;
}

/** A map whose keys are all known. */
export function fieldsOf(
  reader: Reader,
  value: Located,
  what: string,
  known: readonly string[],
): Fields | undefined {
  if (value.kind !== "map") {
    // A text without keys can be of whichever file a link leads to, and this is shown.
    const found = value.kind === "text" ? "a text" : nameOfLocated(value);
    return wrong(reader, value, `expected ${what} as keys with values, found ${found}`);
  }
  for (const { key, at } of value.entries) {
    if (known.includes(key)) continue;
    const meant = nearest(key, known);
    const shown = key.length > 60 ? `${key.slice(0, 60)}…` : key;
    wrong(
      reader,
      at,
      `expected ${known.join(", ")} in ${what}, found the key "${shown}": the nearest is ${meant}`,
    );
  }
  return new Map(value.entries.map((entry) => [entry.key, entry]));
}

/** A problem of what was expected and found. */
export function expected(reader: Reader, value: Located, what: string): undefined {
  return wrong(reader, value, `expected ${what}, found ${nameOfLocated(value)}`);
}

/** A text that is not empty. */
export function textOf(reader: Reader, entry: LocatedEntry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const { value, key } = entry;
  if (value.kind === "text" && value.text.trim() !== "") return value.text.trim();
  return expected(reader, value, `a text for ${key}`);
}

/** A text that must be there. */
export function neededText(reader: Reader, map: Located, fields: Fields, key: string): string | undefined {
  const entry = fields.get(key);
  return entry === undefined
    ? wrong(reader, map, `expected the key ${key}, found none`)
    : textOf(reader, entry);
}

/** One of some words. */
export function wordOf<W extends string>(
  reader: Reader,
  entry: LocatedEntry | undefined,
  words: readonly W[],
): W | undefined {
  if (entry === undefined) return undefined;
  const { value, key } = entry;
  const word = value.kind === "text" ? words.find((one) => one === value.text) : undefined;
  if (word !== undefined) return word;
  const meant = value.kind === "text" ? `: the nearest is ${nearest(value.text, words)}` : "";
  return wrong(
    reader,
    value,
    `expected one of ${words.join(", ")} for ${key}, found ${nameOfLocated(value)}${meant}`,
  );
}

/** A list of texts, or one text in its place. */
export function textsOf(reader: Reader, entry: LocatedEntry | undefined): readonly string[] | undefined {
  if (entry === undefined) return undefined;
  const { value, key } = entry;
  if (value.kind === "text") return [value.text];
  if (value.kind !== "list" || value.items.length === 0)
    return expected(reader, value, `a list of texts for ${key}`);
  return value.items.flatMap((item) => {
    if (item.kind === "text" && item.text !== "") return [item.text];
    expected(reader, item, `a text in ${key}`);
    return [];
  });
}

/** `true` or `false`. */
export function flagOf(reader: Reader, entry: LocatedEntry | undefined): boolean | undefined {
  if (entry === undefined) return undefined;
  const { value, key } = entry;
  if (value.kind === "text" && !value.quoted) {
    if (/^(?:true|True|TRUE)$/u.test(value.text)) return true;
    if (/^(?:false|False|FALSE)$/u.test(value.text)) return false;
  }
  return expected(reader, value, `true or false for ${key}`);
}

/** A number from 0 to 1. */
export function probabilityOf(reader: Reader, entry: LocatedEntry | undefined): number | undefined {
  if (entry === undefined) return undefined;
  const { value, key } = entry;
  const text = value.kind === "text" && !value.quoted ? value.text : "";
  const number = /^\d*\.?\d+(?:[eE][-+]?\d+)?$/u.test(text) ? Number(text) : Number.NaN;
  if (number >= 0 && number <= 1) return number;
  return expected(reader, value, `a number from 0 to 1 for ${key}`);
}

/** The items of a list; a value that is none is a problem, nothing is an empty one. */
export function itemsOf(reader: Reader, value: Located | undefined, what: string): readonly Located[] {
  if (value === undefined || value.kind === "nothing") return [];
  if (value.kind === "list") return value.items;
  expected(reader, value, what);
  return [];
}

/** The entries of a map; a value that is none is a problem, nothing is an empty one. */
export function entriesOf(reader: Reader, value: Located | undefined, what: string): LocatedMap["entries"] {
  if (value === undefined || value.kind === "nothing") return [];
  if (value.kind === "map") return value.entries;
  expected(reader, value, what);
  return [];
}
