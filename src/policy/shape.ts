import { isMap, isNode, isScalar, isSeq, type LineCounter } from "yaml";
import { nearest } from "../core/nearest.ts";

// What a document of YAML may say. One shape reads it, with the place of everything that is wrong, and writes its JSON Schema for editors.

/** JSON Schema, as it is written. */
export type JsonSchema = { readonly [key: string]: unknown };

/** A part of a document: how it is read, and its schema. */
export interface Shape<T> {
  readonly json: JsonSchema;
  /** What fits of it, so that all else can be judged, too; what is wrong is told to the reader. `at`: where it should be. */
  read(node: unknown, reader: Reader, at: number): T | undefined;
}

/** Where a reading stands. */
export interface Reader {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
  readonly problems: Problem[];
}

/** What is wrong with a document, and where, from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `expected …, found …`. */
  readonly message: string;
}

/** A value and the character where it begins. */
export interface Placed<T> {
  readonly value: T;
  readonly at: number;
  /** The node that holds it. */
  readonly node: unknown;
}

/** Tells what was expected at a character. */
export function expected(reader: Reader, at: number, what: string): undefined {
  const { line, col } = reader.lines.linePos(at);
  reader.problems.push({ file: reader.file, line, column: col, message: `expected ${what}` });
}

/** One of a few words. */
export function choice<const V extends readonly string[]>(values: V, description?: string): Shape<V[number]> {
  return {
    json: { ...described(description), enum: values },
    read(node, reader, at) {
      const value = scalarOf(node);
      const found = values.find((one) => one === value);
      return found ?? wrong(node, reader, at, `one of ${values.join(", ")}`, hint(value, values));
    },
  };
}

/** true or false. */
export function flag(description?: string): Shape<boolean> {
  return {
    json: { ...described(description), type: "boolean" },
    read(node, reader, at) {
      const value = scalarOf(node);
      return typeof value === "boolean" ? value : wrong(node, reader, at, "true or false");
    },
  };
}

/** A number within bounds. */
export function number(least: number, most: number, description?: string): Shape<number> {
  return {
    json: { ...described(description), type: "number", minimum: least, maximum: most },
    read(node, reader, at) {
      const value = scalarOf(node);
      const fits = typeof value === "number" && value >= least && value <= most;
      return fits ? value : wrong(node, reader, at, `a number from ${least} to ${most}`);
    },
  };
}

/** This number and no other. */
export function exactly<const N extends number>(wanted: N, description?: string): Shape<N> {
  return {
    json: { ...described(description), const: wanted },
    read: (node, reader, at) =>
      scalarOf(node) === wanted ? wanted : wrong(node, reader, at, String(wanted)),
  };
}

/** A text or a number, for others to say what it means. */
export function scalar(): Shape<string | number> {
  return {
    json: { type: ["string", "number"] },
    read(node, reader, at) {
      const value = scalarOf(node);
      const fits = typeof value === "string" || typeof value === "number";
      return fits ? value : wrong(node, reader, at, "a text or a number");
    },
  };
}

/** A text, by a pattern in words. */
export function text(words: string, pattern: RegExp, description?: string): Shape<string> {
  return {
    json: { ...described(description), type: "string", pattern: pattern.source },
    read(node, reader, at) {
      const value = scalarOf(node);
      return typeof value === "string" && pattern.test(value) ? value : wrong(node, reader, at, words);
    },
  };
}

/** As a shape has it, when nothing is said against its value: what was expected instead. */
export function checked<T>(shape: Shape<T>, against: (value: T) => string | undefined): Shape<T> {
  return {
    json: shape.json,
    read(node, reader, at) {
      const value = shape.read(node, reader, at);
      const words = value === undefined ? undefined : against(value);
      return words === undefined ? value : wrong(node, reader, at, words);
    },
  };
}

/** Days, written `30d`. */
export function days(description?: string): Shape<number> {
  const written = text('days as "30d"', /^[0-9]{1,5}d$/u, description);
  return {
    json: written.json,
    read(node, reader, at) {
      const value = written.read(node, reader, at);
      return value === undefined ? undefined : Number(value.slice(0, -1));
    },
  };
}

/** A value with its place. */
export function placed<T>(shape: Shape<T>): Shape<Placed<T>> {
  return {
    json: shape.json,
    read(node, reader, at) {
      const value = shape.read(node, reader, at);
      return value === undefined ? undefined : { value, at: startOf(node) ?? at, node };
    },
  };
}

/** A list, not empty unless `least` is 0. */
export function list<T>(of: Shape<T>, description?: string, least = 1): Shape<readonly T[]> {
  return {
    json: { ...described(description), type: "array", minItems: least, items: of.json },
    read(node, reader, at) {
      if (!isSeq(node) || node.items.length < least)
        return wrong(node, reader, at, least === 0 ? "a list" : "a list that is not empty");
      const start = startOf(node) ?? at;
      const items = node.items.map((item) => of.read(item, reader, startOf(item) ?? start));
      return items.filter((item) => item !== undefined);
    },
  };
}

/** Values by names that a document chooses itself, or by some of a few. */
export function record<T>(
  of: Shape<T>,
  description?: string,
  names?: readonly string[],
): Shape<readonly (readonly [Placed<string>, T])[]> {
  const known = names === undefined ? {} : { propertyNames: { enum: names } };
  return {
    json: { ...described(description), type: "object", additionalProperties: of.json, ...known },
    read(node, reader, at) {
      const entries = entriesOf(node, reader, at);
      if (entries === undefined) return undefined;
      return entries.flatMap(({ key, value }): (readonly [Placed<string>, T])[] => {
        if (names !== undefined && !names.includes(key.value)) {
          unknownKey(key, names, reader);
          return [];
        }
        const found = of.read(value, reader, startOf(value) ?? key.at);
        return found === undefined ? [] : [[key, found]];
      });
    },
  };
}

/** A map of known keys. What of them must be there is said by `required`. */
export function object<F extends Readonly<Record<string, Shape<unknown>>>>(
  fields: F,
  options: ObjectOptions = {},
): Shape<ReadFields<F>> {
  const { description, required = [], more = {} } = options;
  const properties = Object.fromEntries(Object.entries(fields).map(([name, shape]) => [name, shape.json]));
  const needed = required.length === 0 ? {} : { required };
  return {
    json: {
      ...described(description),
      type: "object",
      additionalProperties: false,
      properties,
      ...needed,
      ...more,
    },
    read(node, reader, at) {
      const entries = entriesOf(node, reader, at);
      if (entries === undefined) return undefined;
      const values = entries.map(({ key, value }) => {
        const shape = Object.hasOwn(fields, key.value) ? fields[key.value] : undefined;
        if (shape === undefined) unknownKey(key, Object.keys(fields), reader);
        return [key.value, shape?.read(value, reader, startOf(value) ?? key.at)] as const;
      });
      for (const name of required)
        if (!entries.some(({ key }) => key.value === name))
          expected(reader, startOf(node) ?? at, `the key "${name}"`);
      if (entries.length < (options.least ?? 0))
        expected(reader, startOf(node) ?? at, `at least one of ${Object.keys(fields).join(", ")}`);
      // oxlint-disable-next-line typescript/consistent-type-assertions -- each field was read by its own shape
      return Object.fromEntries(values) as ReadFields<F>;
    },
  };
}

/** What `object` can ask beside its fields. */
interface ObjectOptions {
  readonly description?: string;
  readonly required?: readonly string[];
  /** How many keys there must be. */
  readonly least?: number;
  /** More of the JSON Schema; whoever gives it asks the same of what was read. */
  readonly more?: JsonSchema;
}

/** What `object` reads. */
export type ReadFields<F> = {
  readonly [K in keyof F]?: (F[K] extends Shape<infer T> ? T : never) | undefined;
};

/** A word, or something with parts: whichever the document has. */
export function wordOr<A, B>(word: Shape<A>, parts: Shape<B>): Shape<A | B> {
  return {
    json: { anyOf: [word.json, parts.json] },
    read(node, reader, at): A | B | undefined {
      return isMap(node) || isSeq(node) ? parts.read(node, reader, at) : word.read(node, reader, at);
    },
  };
}

interface Entry {
  readonly key: Placed<string>;
  readonly value: unknown;
}

function entriesOf(node: unknown, reader: Reader, at: number): readonly Entry[] | undefined {
  if (!isMap(node)) return wrong(node, reader, at, "keys with values");
  return node.items.flatMap(({ key, value }): readonly Entry[] => {
    const name = scalarOf(key);
    const start = startOf(key) ?? at;
    if (typeof name === "string" || typeof name === "number")
      return [{ key: { value: `${name}`, at: start, node: key }, value }];
    expected(reader, start, "a word for a key");
    return [];
  });
}

function unknownKey({ value, at }: Placed<string>, known: readonly string[], reader: Reader): void {
  expected(reader, at, `one of the keys ${known.join(", ")}, found ${quoted(value)}${hint(value, known)}`);
}

function hint(value: unknown, known: readonly string[]): string {
  if (typeof value !== "string" || value === "") return "";
  const best = nearest(value, known);
  return best === undefined ? "" : ` (the nearest is ${best})`;
}

function wrong(node: unknown, reader: Reader, at: number, words: string, more = ""): undefined {
  return expected(reader, startOf(node) ?? at, `${words}, found ${foundWords(node)}${more}`);
}

function foundWords(node: unknown): string {
  if (isMap(node)) return "keys with values";
  if (isSeq(node)) return node.items.length === 0 ? "an empty list" : "a list";
  if (!isScalar(node))
    return node === null || node === undefined ? "nothing" : "an alias, which is not read here";
  return node.value === null ? "nothing" : quoted(node.value);
}

function quoted(value: unknown): string {
  const written = JSON.stringify(value) ?? String(value);
  return written.length > 60 ? `${written.slice(0, 60)}…` : written;
}

function scalarOf(node: unknown): unknown {
  return isScalar(node) ? node.value : undefined;
}

/** The character where a node begins. */
function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function described(description: string | undefined): JsonSchema {
  return description === undefined ? {} : { description };
}
