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

const space = /[ \t\r\n]*/y;
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function* tokens(text: string): Generator<Token> {
  for (let at = 0; ; ) {
    at = endOf(space, text, at) ?? at;
    if (at >= text.length) return yield { kind: "end", at, end: at };
    const token = tokenAt(text, at);
    yield token;
    at = token.end;
  }
}

function tokenAt(text: string, at: number): Token {
  const char = text[at] ?? "";
  if (isMark(char)) return { kind: char, at, end: at + 1 };
  const quoted = char === '"';
  const end = quoted ? stringEnd(text, at) : endOf(word, text, at);
  if (end === undefined) return { kind: "bad", at, end: text.length };
  return { kind: quoted ? "string" : "word", at, end };
}

// Not by an expression: of a text of millions of characters that would end the stack.
function stringEnd(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return undefined;
    const next = code === 0x5c ? endOf(escape, text, at) : at + 1;
    if (next === undefined) return undefined;
    at = next;
  }
  return undefined;
}

function endOf(grammar: RegExp, text: string, at: number): number | undefined {
  grammar.lastIndex = at;
  return grammar.test(text) ? grammar.lastIndex : undefined;
}

function isMark(text: string): text is "{" | "}" | "[" | "]" | ":" | "," {
  return text.length === 1 && "{}[]:,".includes(text);
}

function keyOf(quoted: string): string {
  const key: unknown = JSON.parse(quoted);
  return typeof key === "string" ? key : "";
}

function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
