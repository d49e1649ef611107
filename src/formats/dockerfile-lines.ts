import { joinMapped, type MappedText, mapSlice, type Span } from "./mapped-text.ts";

/** A line of the file without its line end. */
export interface Line extends Span {
  readonly text: string;
}

/** A comment line; `text` without `#` and blanks. */
export interface Comment extends Span {
  readonly text: string;
  /** 1-based. */
  readonly line: number;
}

/** `# name=value` at the top of a file. */
export interface Directive extends Span {
  /** Lower case: `syntax`, `escape`, `check`. */
  readonly name: string;
  readonly value: string;
}

/** One instruction's lines, joined. */
export interface LogicalLine {
  readonly joined: MappedText;
  /** 0-based index of the first line and of the line behind the last. */
  readonly first: number;
  readonly next: number;
  /** Comments right above and in between. */
  readonly comments: readonly Comment[];
}

/** Lines of a file; ends are LF or CRLF, a byte order mark belongs to none. */
export function linesOf(file: string): readonly Line[] {
  const lines: Line[] = [];
  let start = file.startsWith("\uFEFF") ? 1 : 0;
  while (start <= file.length) {
    const feed = file.indexOf("\n", start);
    const stop = feed < 0 ? file.length : feed;
    const end = stop > start && file[stop - 1] === "\r" ? stop - 1 : stop;
    if (feed >= 0 || end > start) lines.push({ text: file.slice(start, end), start, end });
    start = stop + 1;
  }
  return lines;
}

/** The directives: they stand at the top, before any other comment, blank line or instruction. */
export function directivesOf(lines: readonly Line[]): readonly Directive[] {
  const found: Directive[] = [];
  for (const { text, start, end } of lines) {
    const match = /^\s*#\s*([A-Za-z][A-Za-z0-9]*)\s*=(.*)$/.exec(text);
    const name = match?.[1]?.toLowerCase() ?? "";
    const value = match?.[2]?.trim() ?? "";
    if (!known.has(name) || value === "" || found.some((one) => one.name === name)) return found;
    found.push({ name, value, start, end });
  }
  return found;
}

const known = new Set(["syntax", "escape", "check"]);

/** Joins the lines of one instruction from `first` on; undefined where only comments and blanks are left. */
export function joinLines(
  file: string,
  lines: readonly Line[],
  first: number,
  escape: string,
): LogicalLine | undefined {
  const comments: Comment[] = [];
  let at = first;
  for (; at < lines.length; at += 1) {
    const line = lines[at];
    if (line === undefined || !(isComment(line) || line.text.trim() === "")) break;
    if (isComment(line)) comments.push(commentOf(line, at));
  }
  if (at >= lines.length) return undefined;
  const begin = at;
  const parts: MappedText[] = [];
  for (; at < lines.length; at += 1) {
    const line = lines[at];
    if (line === undefined) break;
    if (parts.length > 0 && isComment(line)) comments.push(commentOf(line, at));
    if (parts.length > 0 && (isComment(line) || line.text.trim() === "")) continue;
    const end = continuedAt(line.text, escape);
    parts.push(mapSlice(file, { start: line.start, end: end === undefined ? line.end : line.start + end }));
    if (end === undefined) {
      at += 1;
      break;
    }
  }
  return { joined: joinMapped(parts), first: begin, next: at, comments };
}

/** Comments that no instruction follows. */
export function trailingComments(lines: readonly Line[], first: number): readonly Comment[] {
  return lines
    .slice(first)
    .flatMap((line, index) => (isComment(line) ? [commentOf(line, first + index)] : []));
}

function isComment({ text }: Line): boolean {
  return text.trimStart().startsWith("#");
}

function commentOf({ text, start, end }: Line, index: number): Comment {
  return { text: text.trimStart().slice(1).trim(), line: index + 1, start, end };
}

// Where the escape that ends a line stands. Two of them are none: the first escapes the second.
function continuedAt(text: string, escape: string): number | undefined {
  const at = text.trimEnd().length - 1;
  if (at < 0 || text[at] !== escape) return undefined;
  return at > 0 && text[at - 1] === escape ? undefined : at;
}
