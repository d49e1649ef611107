/** A shell script, as far as its words tell. */
export interface ShellWords {
  /** Every word, quotes taken off; fields (`$x`) left in. */
  readonly words: readonly string[];
  /** Words where a command's name stands. */
  readonly commands: readonly string[];
  /** The one command that the text is, with nothing that the shell would have to work out; undefined for all else. */
  readonly simple: readonly string[] | undefined;
  /** Files that it takes in, as written: `. /etc/functions`. */
  readonly reads: readonly string[];
  /** It runs its own arguments: `exec "$@"`. */
  readonly runsArguments: boolean;
  /** A command's name is worked out at run time, or the text is longer than is read. */
  readonly computed: boolean;
}

const longestScript = 2 ** 20;
const mostWords = 5000;

/** Splits a script into words (POSIX shell, "Token Recognition"), without running or fully parsing it. */
export function readShellWords(source: string): ShellWords {
  const tokens = tokensOf(source.slice(0, longestScript));
  const words = new Set<string>();
  const commands = new Set<string>();
  const reads = new Set<string>();
  let runsArguments = false;
  let computed = source.length > longestScript || tokens.length >= mostWords * 4;
  let atCommand = true;
  for (const [at, token] of tokens.entries()) {
    if (token.sign) {
      atCommand = token.text !== "<" && token.text !== ">";
      continue;
    }
    if (words.size < mostWords) words.add(token.text);
    if (!atCommand || isPrefix(token.text)) continue;
    atCommand = false;
    const next = tokens[at + 1];
    if (isReader(token.text) && next?.sign === false) reads.add(next.text);
    if (isArguments(token.text)) runsArguments = true;
    else if (token.text.includes("$") || token.text.includes("`") || token.text === "eval") computed = true;
    else commands.add(token.text);
  }
  return {
    words: [...words],
    commands: [...commands],
    simple: simpleCommand(tokens),
    reads: [...reads],
    runsArguments,
    computed,
  };
}

interface Token {
  readonly text: string;
  readonly sign: boolean;
  /** Nothing in it is for the shell to work out. */
  readonly plain: boolean;
}

const keywords =
  /^(?:if|then|elif|else|while|until|do|time|!|\{|exec|command|builtin|nohup|set|-[-a-zA-Z]*)$/;

// What stands before a command's name: keywords, options of `exec`, assignments.
function isPrefix(text: string): boolean {
  return keywords.test(text) || /^[A-Za-z_]\w*=/.test(text);
}

function isArguments(text: string): boolean {
  return text === "$@" || text === "${@}" || text === "$*";
}

function isReader(text: string): boolean {
  return text === "." || text === "source";
}

function simpleCommand(tokens: readonly Token[]): readonly string[] | undefined {
  const trimmed = tokens.filter(({ text, sign }) => !(sign && text === "\n"));
  const [first] = trimmed;
  const words = first?.text === "exec" ? trimmed.slice(1) : trimmed;
  const own = words[0]?.text ?? "";
  if (own === "" || isPrefix(own) || builtins.has(own)) return undefined;
  return words.every(({ sign, plain }) => plain && !sign) ? words.map(({ text }) => text) : undefined;
}

const builtins: ReadonlySet<string> = new Set(
  "cd export source . eval read trap ulimit umask unset wait for case function alias test [ true false :".split(
    " ",
  ),
);

const bare = /[^\s'"\\;&|<>()#]+/y;
const hidden = /[$`*?[~{]/;

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let word: string | undefined;
  let plain = true;
  let at = 0;
  const finish = (): void => {
    if (word !== undefined) tokens.push({ text: word, sign: false, plain });
    word = undefined;
    plain = true;
  };
  const add = (text: string, isPlain: boolean): void => {
    word = (word ?? "") + text;
    plain &&= isPlain;
  };
  while (at < source.length && tokens.length < mostWords * 4) {
    const char = source[at] ?? "";
    if (char === "\\") {
      if (source[at + 1] !== "\n") add(source[at + 1] ?? "", true);
      at += 2;
    } else if (char === "'" || char === '"') {
      const end = closing(source, at, char);
      const inner = source.slice(at + 1, end);
      add(inner, char === "'" || !/[$`\\]/.test(inner));
      at = end + 1;
    } else if (char === "#" && word === undefined) {
      const end = source.indexOf("\n", at);
      at = end < 0 ? source.length : end;
    } else if (/[\s;&|<>()#]/.test(char)) {
      if (char === "#") add(char, true);
      else finish();
      if (/[\n;&|<>()]/.test(char)) tokens.push({ text: char, sign: true, plain: false });
      at += 1;
    } else {
      bare.lastIndex = at;
      const text = bare.exec(source)?.[0] ?? char;
      add(text, !hidden.test(text));
      at += text.length;
    }
  }
  finish();
  return tokens;
}

function closing(source: string, start: number, quote: string): number {
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === "\\" && quote === '"') at += 1;
    else if (source[at] === quote) return at;
  }
  return source.length;
}
