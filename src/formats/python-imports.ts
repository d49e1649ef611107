import type { ImportFacts } from "../core/facts.ts";

// https://docs.python.org/3/reference/lexical_analysis.html, as far as strings, comments and names are told apart.

const longestSource = 4 * 2 ** 20;
const mostRequests = 5000;
const mostWords = 2000;
const longestWord = 200;

/** What a Python source imports, by its words; code that is never reached counts as well. One pass, no look back. */
export function readPythonImports(source: string): ImportFacts {
  const tokens = [...tokensOf(source.slice(0, longestSource))];
  const found: Found = {
    requests: new Set(),
    words: new Set(),
    computed: false,
    plugins: false,
    runs: false,
    shell: false,
  };
  for (let at = 0; at < tokens.length; at += 1) readToken(tokens, at, found);
  return {
    kind: "imports",
    language: "python",
    ...found,
    requests: [...found.requests],
    words: [...found.words],
    cut:
      source.length > longestSource || found.requests.size >= mostRequests || found.words.size >= mostWords,
  };
}

interface Found {
  readonly requests: Set<string>;
  readonly words: Set<string>;
  computed: boolean;
  plugins: boolean;
  runs: boolean;
  shell: boolean;
}

interface Token {
  readonly kind: "name" | "text" | "sign" | "line";
  readonly value: string;
}

const runners = /^(?:subprocess|Popen|system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?|pexpect)$/;
const shells = /^(?:system|popen|getoutput|getstatusoutput|create_subprocess_shell)$/;

function readToken(tokens: readonly Token[], at: number, found: Found): void {
  const token = tokens[at];
  if (token === undefined) return;
  if (token.kind === "text") return addWord(found, token.value);
  if (token.kind !== "name") return;
  const { value } = token;
  const before = tokens[at - 1];
  if (value === "import" && beginsStatement(before)) readImport(tokens, at + 1, found);
  else if (value === "from" && beginsStatement(before)) readFrom(tokens, at + 1, found);
  else if ((value === "__import__" || value === "import_module") && before?.value !== "def")
    readCall(tokens, at + 1, found);
  else if (value === "find_library" && tokens[at + 2]?.kind === "text")
    // ctypes.util.find_library("magic")
    addWord(found, `lib${tokens[at + 2]?.value}.so`);
  else if (value === "entry_points" || value === "iter_entry_points") found.plugins = true;
  if (runners.test(value)) found.runs = true;
  const asksShell = value === "shell" && tokens[at + 1]?.value === "=" && tokens[at + 2]?.value !== "False";
  if (shells.test(value) || asksShell) found.shell = true;
}

function beginsStatement(before: Token | undefined): boolean {
  return before === undefined || before.kind === "line" || before.value === ";" || before.value === ":";
}

// import a.b as c, d
function readImport(tokens: readonly Token[], start: number, found: Found): void {
  let at = start;
  for (;;) {
    const [name, next] = dottedName(tokens, at);
    if (name === "") return;
    addRequest(found, name);
    at = skipAlias(tokens, next);
    if (tokens[at]?.value !== ",") return;
    at += 1;
  }
}

// from ..a import (b as c, d)
function readFrom(tokens: readonly Token[], start: number, found: Found): void {
  const [module, next] = dottedName(tokens, start);
  if (module === "" || tokens[next]?.value !== "import") return;
  addRequest(found, module);
  const stem = module.endsWith(".") ? module : `${module}.`;
  const bracketed = tokens[next + 1]?.value === "(";
  const skip = (from: number): number => (bracketed ? skipLines(tokens, from) : from);
  for (let at = skip(bracketed ? next + 2 : next + 1); ; ) {
    const token = tokens[at];
    if (token?.kind !== "name") return;
    addRequest(found, `${stem}${token.value}`);
    at = skip(skipAlias(tokens, at + 1));
    if (tokens[at]?.value !== ",") return;
    at = skip(at + 1);
  }
}

function skipLines(tokens: readonly Token[], from: number): number {
  let at = from;
  while (tokens[at]?.kind === "line") at += 1;
  return at;
}

function dottedName(tokens: readonly Token[], start: number): readonly [name: string, next: number] {
  let name = "";
  let at = start;
  for (let token = tokens[at]; token !== undefined; token = tokens[at]) {
    const isDot = token.value === ".";
    const continues =
      token.kind === "name" && token.value !== "import" && (name === "" || name.endsWith("."));
    if (!isDot && !continues) break;
    name += token.value;
    at += 1;
  }
  return [name, at];
}

function skipAlias(tokens: readonly Token[], at: number): number {
  return tokens[at]?.value === "as" ? at + 2 : at;
}

// import_module("a.b"), with a name that is no plain text: computed.
function readCall(tokens: readonly Token[], at: number, found: Found): void {
  if (tokens[at]?.value !== "(") return;
  const argument = tokens[at + 1];
  const end = tokens[at + 2]?.value;
  if (argument?.kind === "text" && argument.value !== "" && (end === ")" || end === ","))
    addRequest(found, argument.value);
  else found.computed = true;
}

function addRequest(found: Found, name: string): void {
  if (found.requests.size < mostRequests && name.length <= longestWord) found.requests.add(name);
}

const wordLike = /^[\w./+@:-]{2,200}(?= |$)/;

// The first word of `less -R` is the program.
function addWord(found: Found, text: string): void {
  if (found.words.size >= mostWords || text.length < 2) return;
  const [word] = wordLike.exec(text.slice(0, longestWord + 1)) ?? [];
  if (word !== undefined) found.words.add(word);
}

const nameStart = /[A-Za-z_\u0080-\uffff]/;
const name = /[\w\u0080-\uffff]+/y;
const blank = /[ \t\f\r]+|\\\r?\n/y;
const comment = /#[^\n]*/y;

function* tokensOf(source: string): Generator<Token> {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const taken = pattern.exec(source)?.[0];
    at += taken?.length ?? 0;
    return taken;
  };
  while (at < source.length) {
    const char = source[at] ?? "";
    if (take(blank) !== undefined || take(comment) !== undefined) continue;
    if (char === "\n") {
      at += 1;
      yield { kind: "line", value: "\n" };
    } else if (char === '"' || char === "'") {
      const [token, next] = readString(source, at, "");
      at = next;
      yield token;
    } else if (nameStart.test(char)) {
      const value = take(name) ?? char;
      const quote = source[at];
      if ((quote === '"' || quote === "'") && /^[rbfuRBFU]{1,2}$/.test(value)) {
        const [token, next] = readString(source, at, value);
        at = next;
        yield token;
      } else yield { kind: "name", value };
    } else {
      at += 1;
      yield { kind: "sign", value: char };
    }
  }
}

// A formatted string with a field in it is no plain text: it yields an empty one.
function readString(source: string, start: number, prefix: string): readonly [token: Token, next: number] {
  const quote = source[start] ?? '"';
  const triple = source.startsWith(quote.repeat(3), start);
  const mark = triple ? quote.repeat(3) : quote;
  let at = start + mark.length;
  for (; at < source.length; at += 1) {
    const char = source[at];
    if (char === "\\") at += 1;
    else if (char === "\n" && !triple) break;
    else if (char === quote && source.startsWith(mark, at)) break;
  }
  const value = source.slice(start + mark.length, Math.min(at, start + mark.length + 4 * longestWord));
  const computed = /f/i.test(prefix) && value.includes("{");
  const ended = source[at] === "\n" && !triple ? at : at + mark.length;
  return [{ kind: "text", value: computed ? "" : value }, Math.min(ended, source.length)];
}
