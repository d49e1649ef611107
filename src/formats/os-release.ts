/**
 * Assignments of an environment-like file as a shell would read them: os-release(5), lsb-release. Comments, single and double quotes,
 * backslash escapes and values over several lines are understood; nothing is expanded; the last assignment of a name counts.
 * A line that assigns nothing is passed over, as systemd does. A quote that nobody closes ends with its line.
 */
export function readAssignments(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const source = text.replace(/^\u{feff}/u, "").replaceAll("\r\n", "\n");
  for (let at = 0; at < source.length; ) {
    const lineEnd = endOfLine(source, at);
    const match = assignment.exec(source.slice(at, Math.min(lineEnd, at + maxName)));
    if (match === null) {
      at = lineEnd + 1;
      continue;
    }
    const word = readWord(source, at + match[0].length);
    found.set(match[1] ?? "", word.value);
    at = endOfLine(source, word.end) + 1;
  }
  return found;
}

const assignment = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=/;
const maxName = 200;

interface Word {
  readonly value: string;
  readonly end: number;
}

function readWord(source: string, start: number): Word {
  const parts: string[] = [];
  let at = start;
  while (at < source.length) {
    const char = source.charAt(at);
    if (char === " " || char === "\t" || char === "\n") break;
    const part = char === "'" || char === '"' ? quoted(source, at, char) : bare(source, at);
    parts.push(part.value);
    at = part.end;
  }
  return { value: parts.join(""), end: at };
}

// In single quotes nothing is special; in double quotes a backslash takes away the meaning of $ ` " \ and of a line's end (POSIX shell, 2.2).
function quoted(source: string, start: number, quote: string): Word {
  const close = closing(source, start + 1, quote);
  if (close === undefined) {
    const end = endOfLine(source, start);
    return { value: source.slice(start + 1, end).trimEnd(), end };
  }
  const inner = source.slice(start + 1, close);
  return { value: quote === "'" ? inner : inner.replace(/\\([$`"\\\n])/g, unescaped), end: close + 1 };
}

function closing(source: string, start: number, quote: string): number | undefined {
  for (let at = start; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === quote) return at;
    if (char === "\\" && quote === '"') at += 1;
  }
  return undefined;
}

function bare(source: string, start: number): Word {
  if (source.charAt(start) !== "\\") return { value: source.charAt(start), end: start + 1 };
  const escaped = source.charAt(start + 1);
  return { value: escaped === "\n" ? "" : escaped, end: start + 2 };
}

function unescaped(_: string, char: string): string {
  return char === "\n" ? "" : char;
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}
