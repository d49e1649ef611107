import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from "yaml";
import { messageOf, SeaworthyError } from "../core/errors.ts";

/** A value of a YAML or JSON document, and where it stands (from 1). Scalars keep their text as written: `1.10` is no number. */
export type YamlValue = YamlMap | YamlList | YamlText | YamlNull;

/** A mapping; of a key that is there twice the last counts, merge keys (`<<`) are resolved. */
export interface YamlMap extends YamlPlace {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, YamlValue>;
}

/** A sequence. */
export interface YamlList extends YamlPlace {
  readonly kind: "list";
  readonly items: readonly YamlValue[];
}

/** A scalar. `block`: written below its header (`|`, `>`). */
export interface YamlText extends YamlPlace {
  readonly kind: "text";
  readonly text: string;
  readonly block: boolean;
}

/** Nothing, `~` or `null`. */
export interface YamlNull extends YamlPlace {
  readonly kind: "null";
}

interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** One document of a stream, or the reason and the line why it is none. `placed`: its lines and columns are true; not of large JSON. */
export type YamlDocument =
  | { readonly value: YamlValue; readonly placed: boolean }
  | { readonly problem: string; readonly line: number; readonly text: string };

/** What is known of a document before it is parsed. */
export type DocumentFilter = (text: string) => boolean;

/** Bytes of one file and of one document that are read at most: etcd takes objects of 1.5 MiB, a List may hold more. */
const longestStream = 32 * 2 ** 20;
const longestDocument = 4 * 2 ** 20;

/**
 * Reads the documents of a stream, each on its own: one that is broken takes no other with it. What `wanted` refuses by its text is
 * left out unparsed (undefined in its place), since parsing takes a second and more for each MiB; JSON may be longer. @throws SeaworthyError `limit-exceeded`.
 */
export function readYaml(text: string, wanted: DocumentFilter): readonly (YamlDocument | undefined)[] {
  if (text.length > longestStream)
    throw new SeaworthyError(
      "limit-exceeded",
      `read YAML: it has ${text.length} characters, more than ${longestStream}`,
    );
  return split(text).flatMap((chunk): readonly (YamlDocument | undefined)[] =>
    wanted(chunk.text) ? parseChunk(chunk) : [undefined],
  );
}

interface Chunk {
  readonly text: string;
  /** Lines of the stream before it. */
  readonly before: number;
}

// A marker at the beginning of a line ends the document whatever comes before it, a block scalar included
// (https://yaml.org/spec/1.2.2/#rule-c-forbidden).
function split(text: string): readonly Chunk[] {
  const starts = [...text.matchAll(/^---(?=[ \t\r\n]|$)/gmu)].map(({ index }) => index);
  const cuts = [0, ...starts, text.length];
  const chunks: Chunk[] = [];
  let before = 0;
  for (const [at, start] of cuts.slice(0, -1).entries()) {
    const part = text.slice(start, cuts[at + 1]);
    if (part.split("\n").some(hasContent)) chunks.push({ text: part, before });
    before += part.split("\n").length - 1;
  }
  return chunks;
}

// Markers, comments and directives are no content.
function hasContent(line: string): boolean {
  return !/^\uFEFF?(?:---|\.\.\.)?[ \t]*(?:[#%].*)?\r?$/u.test(line);
}

function parseChunk({ text, before }: Chunk): readonly YamlDocument[] {
  const lineCounter = new LineCounter();
  const broken = (problem: string, line: number): readonly YamlDocument[] => [
    { problem, line: before + line, text },
  ];
  if (text.length > longestDocument) {
    const json = readJsonValue(text);
    if (json !== undefined)
      return "problem" in json ? broken(json.problem, 1) : [{ value: json, placed: false }];
    return broken(`a document of ${text.length} characters, more than ${longestDocument}`, 1);
  }
  try {
    // Keys are compared by none of its own ways: that takes the square of their number.
    const parsed = parseAllDocuments(text.replace(/^\uFEFF/u, ""), {
      lineCounter,
      schema: "failsafe",
      uniqueKeys: false,
      prettyErrors: false,
      stringKeys: false,
    });
    return [...parsed].map((document): YamlDocument => {
      const [error] = document.errors;
      if (error !== undefined)
        return {
          problem: wordless(error.message),
          line: before + lineCounter.linePos(error.pos[0]).line,
          text,
        };
      return { value: converter(lineCounter, before)(document.contents), placed: true };
    });
  } catch (thrown) {
    return broken(wordless(messageOf(thrown)), 1);
  }
}

// What a file that only a link or a base leads to says is nobody's who reads the report.
function wordless(message: string): string {
  // The library calls itself for each level, and has its own way to say so.
  if (/call stack/u.test(message)) return "it is nested too deep";
  return message.replace(/: ["'].*$/su, "").replace(/\s+/gu, " ");
}

// A large JSON document, without places: kubectl's list of a cluster's pods has hundreds of MiB in the library's own tree. What the API
// server writes for itself, and nothing is sought in, is left out. Undefined where it is no JSON.
function readJsonValue(text: string): YamlValue | { readonly problem: string } | undefined {
  if (!/^\s*[{[]/.test(text.slice(0, 1000))) return undefined;
  try {
    return valueOf(JSON.parse(text), 0);
  } catch (thrown) {
    // The parser quotes the text, which is nobody's who reads a report.
    return { problem: messageOf(thrown).replace(/, ".*$|: ["'].*$/su, "") };
  }
}

const nowhere = { line: 1, column: 1 };
const leftOut: ReadonlySet<string> = new Set(["status", "managedFields"]);

function valueOf(json: unknown, depth: number): YamlValue {
  if (depth > deepest) throw new RangeError(`more than ${deepest} levels`);
  if (Array.isArray(json))
    return { kind: "list", items: json.map((item) => valueOf(item, depth + 1)), ...nowhere };
  if (typeof json === "object" && json !== null) {
    const kept = Object.entries(json).filter(([key]) => !leftOut.has(key));
    return {
      kind: "map",
      entries: new Map(kept.map(([key, part]) => [key, valueOf(part, depth + 1)])),
      ...nowhere,
    };
  }
  if (typeof json === "string") return { kind: "text", text: json, block: false, ...nowhere };
  return json === null
    ? { kind: "null", ...nowhere }
    : { kind: "text", text: JSON.stringify(json), block: false, ...nowhere };
}

const mostValues = 500_000;
const deepest = 200;

/**
 * The library's tree as plain values. An alias is its anchor's very value, so that nothing grows in memory; what the document would
 * be with all aliases written out is bounded, since whoever walks it walks that.
 */
function converter(lines: LineCounter, before: number): (node: Node | null) => YamlValue {
  const anchors = new Map<string, YamlValue>();
  const sizes = new Map<YamlValue, number>();
  const sizeOf = (value: YamlValue): number => sizes.get(value) ?? 1;
  const place = (node: Node | null): YamlPlace => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
    return { line: before + line, column: col };
  };
  const kept = <T extends YamlValue>(value: T, parts: Iterable<YamlValue>): T => {
    let size = 1;
    for (const part of parts) size += sizeOf(part);
    if (size > mostValues) throw tooMuch(`more than ${mostValues} values`);
    sizes.set(value, size);
    return value;
  };
  const convert = (node: Node | null, depth: number): YamlValue => {
    if (depth > deepest) throw tooMuch(`more than ${deepest} levels`);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined)
        throw new SeaworthyError("malformed", `no anchor "${node.source}" before its alias`);
      return target;
    }
    const value = convertOwn(node, depth);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, value);
    return value;
  };
  const convertOwn = (node: Node | null, depth: number): YamlValue => {
    if (isSeq<Node | null>(node)) {
      const items = node.items.map((item) => convert(item, depth + 1));
      return kept({ kind: "list", items, ...place(node) }, items);
    }
    if (isMap<Node | null, Node | null>(node)) {
      const entries = new Map<string, YamlValue>();
      const merged: YamlValue[] = [];
      for (const { key, value } of node.items) {
        const name = convert(key, depth + 1);
        const plain = isScalar(key) && key.type === "PLAIN";
        if (name.kind === "text" && name.text === "<<" && plain) merged.push(convert(value, depth + 1));
        else if (name.kind === "text") entries.set(name.text, convert(value, depth + 1));
      }
      for (const source of merged) mergeInto(entries, source);
      return kept({ kind: "map", entries, ...place(node) }, entries.values());
    }
    // By this schema a scalar is a string, or nothing.
    const text = isScalar(node) && typeof node.value === "string" ? node.value : "";
    const plain = !isScalar(node) || node.type === "PLAIN" || node.type === undefined;
    if (plain && /^(?:~|null|Null|NULL)?$/u.test(text)) return { kind: "null", ...place(node) };
    const block = isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED");
    return { kind: "text", text, block, ...place(node) };
  };
  return (node) => convert(node, 0);
}

// What the mapping says itself goes before what it merges, and the first of several sources before the others.
function mergeInto(entries: Map<string, YamlValue>, source: YamlValue): void {
  if (source.kind === "list") for (const one of source.items) mergeInto(entries, one);
  if (source.kind !== "map") return;
  for (const [key, value] of source.entries) if (!entries.has(key)) entries.set(key, value);
}

function tooMuch(state: string): SeaworthyError {
  return new SeaworthyError("limit-exceeded", `it has ${state}`);
}

/** The value under a chain of keys; undefined where there is none. */
export function yamlAt(value: YamlValue | undefined, ...keys: readonly string[]): YamlValue | undefined {
  let found = value;
  for (const key of keys) found = found?.kind === "map" ? found.entries.get(key) : undefined;
  return found;
}

/** The text under a chain of keys; undefined where there is none, or something else. */
export function yamlTextAt(value: YamlValue | undefined, ...keys: readonly string[]): string | undefined {
  const found = yamlAt(value, ...keys);
  return found?.kind === "text" ? found.text : undefined;
}

/** The items of a list under a chain of keys; empty where there is none. */
export function yamlItems(value: YamlValue | undefined, ...keys: readonly string[]): readonly YamlValue[] {
  const found = yamlAt(value, ...keys);
  return found?.kind === "list" ? found.items : [];
}
