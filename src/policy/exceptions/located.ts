import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLParseError,
} from "yaml";
import { messageOf, SeaworthyError } from "../../core/errors.ts";
import { type ExceptionProblem, invalidFile } from "./problems.ts";

/** A value of a YAML file, and where it stands. Scalars keep their text: a day is no number. */
export type Located = LocatedMap | LocatedList | LocatedText | LocatedNothing;

interface Spot {
  readonly line: number;
  readonly column: number;
}

/** Keys with values, each once. */
export interface LocatedMap extends Spot {
  readonly kind: "map";
  readonly entries: readonly LocatedEntry[];
}

/** One key with its value. */
export interface LocatedEntry {
  readonly key: string;
  readonly at: Spot;
  /** Offset of the key's end in the text. */
  readonly keyEnd?: number | undefined;
  readonly value: Located;
}

/** A list, and where it and its items stand in the text: offsets of begin and end. */
export interface LocatedList extends Spot {
  readonly kind: "list";
  readonly items: readonly Located[];
  readonly range: readonly [begin: number, end: number];
  readonly ranges: readonly (readonly [begin: number, end: number])[];
  /** Written as `[a, b]`. */
  readonly flow: boolean;
}

/** A scalar. `quoted`: it is a string by its quotes, whatever it looks like. */
export interface LocatedText extends Spot {
  readonly kind: "text";
  readonly text: string;
  readonly quoted: boolean;
}

/** Nothing, `~` or `null`. */
export interface LocatedNothing extends Spot {
  readonly kind: "nothing";
}

const longestFile = 2 ** 21;
const deepest = 20;
// Of the file with every alias written out.
const mostValues = 200_000;

/** Reads one YAML document, all keys once. @throws SeaworthyError `exception-invalid`, `limit-exceeded`. */
export function readLocated(text: string, file: string): Located {
  if (text.length > longestFile)
    throw new SeaworthyError(
      "limit-exceeded",
      `read exceptions "${file}": more than ${longestFile} characters`,
    );
  try {
    return parse(text, file);
  } catch (thrown) {
    if (thrown instanceof SeaworthyError) throw thrown;
    // The library calls itself for each level.
    const state = thrown instanceof RangeError ? "it is nested too deep" : messageOf(thrown);
    throw invalidFile(file, [{ place: { file, line: 1, column: 1 }, message: state }]);
  }
}

function parse(text: string, file: string): Located {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, schema: "failsafe", prettyErrors: false });
  const spot = (at: number | undefined): Spot => {
    const { line, col } = lineCounter.linePos(at ?? 0);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem: Conversion["problem"] = (at, message) => ({ place: { file, ...spot(at) }, message });
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0)
    throw invalidFile(
      file,
      yamlFaults(wrong).map(({ at, words }) => problem(at, `expected valid YAML: ${words}`)),
    );
  return convert(document.contents, 0, { file, spot, problem, anchors: new Map(), values: 0 });
}

/** What is wrong with a YAML text, in words of ours, once for each place: what follows from a fault there would bury it. */
export function yamlFaults(
  found: readonly Pick<YAMLParseError, "pos" | "message">[],
): readonly { readonly at: number; readonly words: string }[] {
  // The library calls itself for each level: then each of them fails.
  const deep = found.find(({ message }) => message.startsWith("Maximum call stack"));
  if (deep !== undefined) return [{ at: deep.pos[0], words: "it is nested too deep" }];
  return [...Map.groupBy(found, ({ pos }) => pos[0])].flatMap(([at, [first]]) =>
    first === undefined ? [] : [{ at, words: ourWords(first.message) }],
  );
}

// It speaks to programmers.
function ourWords(message: string): string {
  return message.replace(/\s+/gu, " ").replace(/; please use .*$/u, "");
}

interface Conversion {
  readonly file: string;
  readonly spot: (at: number | undefined) => Spot;
  readonly problem: (at: number | undefined, message: string) => ExceptionProblem;
  /** The library looks an anchor up by walking the whole document. */
  readonly anchors: Map<string, Node>;
  values: number;
}

function convert(node: Node | null, depth: number, conversion: Conversion): Located {
  const { file, spot, problem, anchors } = conversion;
  const at = node?.range?.[0];
  conversion.values += 1;
  if (depth > deepest) throw invalidFile(file, [problem(at, `expected at most ${deepest} levels`)]);
  if (conversion.values > mostValues)
    throw invalidFile(file, [problem(at, `expected at most ${mostValues} values`)]);
  if ((isSeq(node) || isMap(node) || isScalar(node)) && node.anchor !== undefined)
    anchors.set(node.anchor, node);
  if (isAlias(node)) {
    const target = anchors.get(node.source);
    if (target !== undefined) return { ...convert(target, depth + 1, conversion), ...spot(at) };
    const text = JSON.stringify(`*${node.source}`);
    throw invalidFile(file, [
      problem(at, `expected an anchor before ${text}, or the text ${text} in quotes`),
    ]);
  }
  if (isSeq<Node | null>(node)) {
    const items = node.items.map((item) => convert(item, depth + 1, conversion));
    const ranges = node.items.map((item) => rangeOf(item));
    return { kind: "list", items, range: rangeOf(node), ranges, flow: node.flow === true, ...spot(at) };
  }
  if (isMap<Node, Node | null>(node)) {
    const entries = node.items.map(({ key, value }): LocatedEntry => {
      const [begin, keyEnd] = rangeOf(key);
      if (!isScalar(key)) throw invalidFile(file, [problem(begin, "expected a word for a key")]);
      return {
        key: String(key.value),
        at: spot(begin),
        keyEnd,
        value: convert(value, depth + 1, conversion),
      };
    });
    return { kind: "map", entries, ...spot(at) };
  }
  return { ...scalarOf(node), ...spot(at) };
}

function rangeOf(node: Node | null): readonly [begin: number, end: number] {
  return [node?.range?.[0] ?? 0, node?.range?.[1] ?? 0];
}

// By this schema a scalar is a string, or nothing.
function scalarOf(
  node: Node | null,
): Omit<LocatedText, "line" | "column"> | Omit<LocatedNothing, "line" | "column"> {
  const text = isScalar(node) && typeof node.value === "string" ? node.value : "";
  const plain = !isScalar(node) || node.type === "PLAIN" || node.type === undefined;
  if (plain && /^(?:~|null|Null|NULL)?$/u.test(text)) return { kind: "nothing" };
  return { kind: "text", text, quoted: !plain };
}

/** What a value is, in words, for "expected …, found …". */
export function nameOfLocated(value: Located): string {
  switch (value.kind) {
    case "map":
      return "keys with values";
    case "list":
      return value.items.length === 0 ? "an empty list" : "a list";
    case "nothing":
      return "nothing";
    case "text":
      return JSON.stringify(value.text.length > 60 ? `${value.text.slice(0, 60)}…` : value.text);
  }
}
