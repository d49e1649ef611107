/** A place in a text, from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Keys of objects and indexes of lists, from the outside to the inside. */
export type JsonPath = readonly PropertyKey[];

/** Where a text breaks JSON's grammar; undefined where it does not. */
export function jsonFault(text: string): TextPlace | undefined {
  const { fault } = walk(text, []);
  return fault === undefined ? undefined : placeAt(text, fault);
}

/**
 * Where the value at a path stands in a sound JSON text; where there is none, the innermost value around it.
 * Of a key that is there twice the last counts, as for JSON.parse.
 */
export function jsonPlace(text: string, path: JsonPath): TextPlace {
  return placeAt(text, walk(text, path).found);
}

/** A list or an object that is not closed yet. */
interface Open {
  readonly close: "]" | "}";
  /** How many steps of the path lead here; -1: it lies beside the path. */
  readonly matched: number;
  step: PropertyKey;
}

interface Walked {
  readonly found: number;
  readonly fault?: number;
}

type Wanted = "value" | "first item" | "key" | "first key" | "colon" | "next";

// Without recursion: how deep a text nests is its writer's choice.
function walk(text: string, path: JsonPath): Walked {
  const open: Open[] = [];
  let wanted: Wanted = "value";
  let found = 0;
  let deepest = 0;
  for (const token of tokens(text)) {
    const top = open.at(-1);
    if (token.kind === "end" && wanted === "next" && top === undefined) return { found };
    const next = follow(wanted, token.kind, top);
    if (next === undefined) return { found, fault: token.at };
    if (next === "colon" && top !== undefined) top.step = keyOf(text.slice(token.at, token.end));
    else if (token.kind === top?.close) open.pop();
    else if (wanted === "value" || wanted === "first item") {
      const matched = matchedBy(top, path);
      if (matched >= deepest) [deepest, found] = [matched, token.at];
      if (token.kind === "{") open.push({ close: "}", matched, step: "" });
      if (token.kind === "[") open.push({ close: "]", matched, step: 0 });
    } else if (token.kind === "," && typeof top?.step === "number") top.step += 1;
    wanted = next;
  }
  return { found };
}

function matchedBy(top: Open | undefined, path: JsonPath): number {
  if (top === undefined) return 0;
  return top.matched >= 0 && path[top.matched] === top.step ? top.matched + 1 : -1;
}

/** What may come after a token; undefined: the token may not come here. */
function follow(wanted: Wanted, kind: Token["kind"], top: Open | undefined): Wanted | undefined {
  switch (wanted) {
    case "colon":
      return kind === ":" ? "value" : undefined;
    case "next":
      if (kind === "," && top !== undefined) return top.close === "}" ? "key" : "value";
      return kind === top?.close ? "next" : undefined;
    case "first key":
      if (kind === "}") return "next";
      return kind === "string" ? "colon" : undefined;
    case "key":
      return kind === "string" ? "colon" : undefined;
    case "first item":
      return kind === "]" ? "next" : follow("value", kind, top);
    case "value":
      if (kind === "{") return "first key";
      if (kind === "[") return "first item";
      return kind === "string" || kind === "word" ? "next" : undefined;
  }
}

interface Token {
  readonly kind: "{" | "}" | "[" | "]" | ":" | "," | "string" | "word" | "end" | "bad";
  readonly at: number;
  readonly end: number;
}

const grammar =
  /([{}[\]:,])|("(?:[\x20-\x21\x23-\x5B\x5D-\uFFFF]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
const punctuation: ReadonlySet<string> = new Set(["{", "}", "[", "]", ":", ","]);

function* tokens(text: string): Generator<Token> {
  const space = /[ \t\r\n]*/y;
  for (let at = 0; ; ) {
    space.lastIndex = at;
    space.exec(text);
    at = Math.max(at, space.lastIndex);
    if (at >= text.length) return yield { kind: "end", at, end: at };
    grammar.lastIndex = at;
    const match = grammar.exec(text);
    const end = at + (match?.[0].length ?? 0);
    yield { kind: kindOf(match), at, end };
    if (match === null) return;
    at = end;
  }
}

function kindOf(match: RegExpExecArray | null): Token["kind"] {
  if (match === null) return "bad";
  const [, mark, quoted] = match;
  if (mark !== undefined && isMark(mark)) return mark;
  return quoted === undefined ? "word" : "string";
}

function isMark(text: string): text is "{" | "}" | "[" | "]" | ":" | "," {
  return punctuation.has(text);
}

function keyOf(quoted: string): string {
  const key: unknown = JSON.parse(quoted);
  return typeof key === "string" ? key : "";
}

function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
