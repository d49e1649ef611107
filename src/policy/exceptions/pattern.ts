/** Does a text fit a pattern? */
export type Pattern = (text: string) => boolean;

type Token =
  | { readonly kind: "char"; readonly char: string }
  /** `*`: anything but `/`. */
  | { readonly kind: "star" }
  /** `**`: anything. */
  | { readonly kind: "any" }
  /** The next so many tokens may be left out. */
  | { readonly kind: "optional"; readonly tokens: number };

const slash: Token = { kind: "char", char: "/" };
const any: Token = { kind: "any" };
const optional: Token = { kind: "optional", tokens: 2 };

/**
 * A pattern in which `*` stands for anything but `/` and `**` for anything: in the middle of a path also for no directory, at its
 * end also for the directory itself. It takes length of the text times length of the pattern, however many stars there are.
 */
export function compilePattern(pattern: string): Pattern {
  if (!pattern.includes("*")) return (text) => text === pattern;
  const tokens = tokensOf(pattern);
  // Most texts differ before the first star.
  const begin = /^[^*]*?(?=\/?\*)/u.exec(pattern)?.[0] ?? "";
  return (text) => text.startsWith(begin) && fits(tokens, text);
}

/** A path of an image, or a pattern of paths, as they are compared: from its root, without the slash. */
export function fromRoot(path: string): string {
  return path.replace(/^\.?\/+/u, "");
}

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; ) {
    const [found, length] = tokensAt(pattern, at);
    tokens.push(...found);
    at += length;
  }
  return tokens;
}

function tokensAt(pattern: string, at: number): readonly [tokens: readonly Token[], length: number] {
  const rest = pattern.slice(at, at + 4);
  if (rest === "/**") return [[optional, slash, any], 3];
  const begins = at === 0 || pattern[at - 1] === "/";
  if (begins && rest.startsWith("**/")) return [[optional, any, slash], 3];
  if (rest.startsWith("**")) return [[any], 2];
  if (rest.startsWith("*")) return [[{ kind: "star" }], 1];
  return [[{ kind: "char", char: pattern.charAt(at) }], 1];
}

// All places of the pattern that the text read so far can have led to, at once: nothing is tried twice.
function fits(tokens: readonly Token[], text: string): boolean {
  let here = reached(tokens, [0]);
  for (let at = 0; at < text.length && here.size > 0; at += 1) {
    const char = text.charAt(at);
    here = reached(
      tokens,
      [...here].flatMap((place) => next(tokens[place], place, char)),
    );
  }
  return here.has(tokens.length);
}

function next(token: Token | undefined, place: number, char: string): readonly number[] {
  switch (token?.kind) {
    case "char":
      return token.char === char ? [place + 1] : [];
    case "star":
      return char === "/" ? [] : [place];
    case "any":
      return [place];
    case "optional":
    case undefined:
      return [];
  }
}

// With the places that are reached without a character.
function reached(tokens: readonly Token[], places: readonly number[]): ReadonlySet<number> {
  const all = new Set<number>();
  const open = [...places];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (all.has(place)) continue;
    all.add(place);
    const token = tokens[place];
    if (token === undefined || token.kind === "char") continue;
    open.push(place + 1);
    if (token.kind === "optional") open.push(place + 1 + token.tokens);
  }
  return all;
}
