import { SeaworthyError } from "../core/errors.ts";

/** What a word expands to, and which variables without a value it names. */
export interface Expansion {
  readonly value: string;
  /** Every variable that was named, in order, once. */
  readonly used: readonly string[];
  /** Those of them that had no value and no `:-default`. */
  readonly unset: readonly string[];
}

/** The values of variables; undefined: not set. */
export type Lookup = (name: string) => string | undefined;

interface State {
  readonly raw: string;
  readonly escape: string;
  readonly lookup: Lookup;
  readonly used: Set<string>;
  readonly unset: Set<string>;
  at: number;
}

const deepest = 32;
const longestTrimmed = 512;
const longestValue = 1 << 16;

/**
 * Expands a word as BuildKit's own small shell does (https://docs.docker.com/reference/dockerfile/#environment-replacement): quotes,
 * escapes, `$x`, `${x}`, `${x:-y}`, `${x-y}`, `${x:+y}`, `${x:?y}`, `${x#y}`, `${x##y}`, `${x%y}`, `${x%%y}`, `${x/y/z}`, `${x//y/z}`.
 * @throws SeaworthyError `limit-exceeded` for a value of more than 65,536 characters.
 */
export function expandWord(raw: string, escape: string, lookup: Lookup): Expansion {
  const state: State = { raw, escape, lookup, used: new Set(), unset: new Set(), at: 0 };
  const value = readUntil(state, "", 0);
  return { value, used: [...state.used], unset: [...state.unset] };
}

function readUntil(state: State, stops: string, depth: number): string {
  let value = "";
  let quote = "";
  while (state.at < state.raw.length) {
    // An argument made of two of the one before doubles with each line.
    if (value.length > longestValue) throw tooLong();
    const char = state.raw[state.at] ?? "";
    if (quote === "" && stops.includes(char)) break;
    state.at += 1;
    if (char === state.escape && quote !== "'") value += readEscaped(state, quote);
    else if (quote === "" && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = "";
    else if (char === "$" && quote !== "'") value += readVariable(state, depth);
    else value += char;
  }
  return value;
}

function tooLong(): SeaworthyError {
  return new SeaworthyError(
    "limit-exceeded",
    `read Dockerfile: a value of more than ${longestValue} characters`,
  );
}

function readEscaped(state: State, quote: string): string {
  const next = state.raw[state.at] ?? "";
  state.at += 1;
  const kept = quote === '"' && next !== '"' && next !== "$" && next !== state.escape;
  return kept ? `${state.escape}${next}` : next;
}

function readVariable(state: State, depth: number): string {
  if (state.raw[state.at] === "{") return readBraces(state, depth);
  const name = readName(state);
  return name === "" ? "$" : (valueOf(state, name) ?? "");
}

function readName(state: State): string {
  const name = /^(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/.exec(state.raw.slice(state.at, state.at + 256))?.[0] ?? "";
  state.at += name.length;
  return name;
}

function readBraces(state: State, depth: number): string {
  state.at += 1;
  const name = readName(state);
  const operator =
    /^(?::[-+?]|[-+?]|##|#|%%|%|\/\/|\/)/.exec(state.raw.slice(state.at, state.at + 2))?.[0] ?? "";
  state.at += operator.length;
  // Deeper than anyone writes: the rest is text.
  const operand = depth < deepest ? readUntil(state, "}", depth + 1) : restOf(state);
  state.at += 1;
  return apply(state, name, operator, operand);
}

function restOf(state: State): string {
  const rest = state.raw.slice(state.at);
  state.at = state.raw.length;
  return rest;
}

function apply(state: State, name: string, operator: string, operand: string): string {
  const value = state.lookup(name);
  state.used.add(name);
  const empty = value === undefined || (operator.startsWith(":") && value === "");
  switch (operator) {
    case ":-":
    case "-":
      return empty ? operand : value;
    case ":+":
    case "+":
      return empty ? "" : operand;
    case "#":
    case "##":
    case "%":
    case "%%":
      return trimPattern(valueOf(state, name) ?? "", operand, operator);
    case "/":
    case "//":
      return replacePattern(valueOf(state, name) ?? "", operand, operator === "//");
    default:
      return valueOf(state, name) ?? "";
  }
}

function valueOf(state: State, name: string): string | undefined {
  const value = state.lookup(name);
  state.used.add(name);
  if (value === undefined) state.unset.add(name);
  return value;
}

function trimPattern(value: string, pattern: string, operator: string): string {
  if (value.length > longestTrimmed || pattern.length > longestTrimmed) return value;
  const front = operator.startsWith("#");
  const lengths = front ? matchedLengths(value, pattern) : matchedLengths(reversed(value), reversed(pattern));
  const cut = operator.length === 2 ? lengths.at(-1) : lengths[0];
  if (cut === undefined) return value;
  return front ? value.slice(cut) : value.slice(0, value.length - cut);
}

function reversed(text: string): string {
  return text.split("").toReversed().join("");
}

function replacePattern(value: string, operand: string, all: boolean): string {
  const slash = operand.indexOf("/");
  const pattern = slash < 0 ? operand : operand.slice(0, slash);
  const text = slash < 0 ? "" : operand.slice(slash + 1);
  // Patterns with wildcards are left: what they match decides nothing that a check asks.
  if (pattern === "" || /[*?]/.test(pattern)) return value;
  return all ? value.replaceAll(pattern, () => text) : value.replace(pattern, () => text);
}

// How long the beginnings of a text are that a pattern fits, ascending. `*` and `?` only, as in BuildKit; the time is length × length.
function matchedLengths(text: string, pattern: string): readonly number[] {
  let ends = [0];
  for (const sign of pattern.split("")) {
    const [first] = ends;
    if (first === undefined) return [];
    ends =
      sign === "*"
        ? Array.from({ length: text.length + 1 - first }, (_, more) => first + more)
        : ends
            .filter((end) => end < text.length && (sign === "?" || text[end] === sign))
            .map((end) => end + 1);
  }
  return ends;
}
