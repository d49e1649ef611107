import { createRequire } from "node:module";
import type * as StringWidth from "string-width";

/** Where text is shown. */
export interface Terminal {
  readonly colour: boolean;
  /** Columns. */
  readonly width: number;
}

const codes = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
} as const;

/** A way to set text off. */
export type Style = keyof typeof codes;

/** Text in a style, or as it is where there are no colours. */
export function paint({ colour }: Terminal, text: string, ...styles: readonly Style[]): string {
  if (!colour || text === "" || styles.length === 0) return text;
  return `\u001B[${styles.map((style) => codes[style]).join(";")}m${text}\u001B[0m`;
}

/** Names in images are hostile: what would steer a terminal or turn the direction of writing is written out. */
export function clean(text: string): string {
  // Most names are plain, and a report asks for a million of them.
  if (/^[\x20-\x7E]*$/.test(text)) return text;
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

let measure: ((text: string) => number) | undefined;

/** Columns that cleaned, unpainted text takes. */
export function columns(text: string): number {
  if (/^[\x20-\x7E·→…]*$/.test(text)) return text.length;
  measure ??= loadMeasure();
  return measure(text);
}

// Loaded only for text beyond ASCII and the table's own signs: start-up is counted in milliseconds.
function loadMeasure(): (text: string) => number {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- require() answers any; this is the package's own type
  const module = createRequire(import.meta.url)("string-width") as typeof StringWidth;
  return (text) => module.default(text);
}

/** Cleaned text filled up with spaces to a number of columns. */
export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(width - columns(text), 0));
}

/** Cleaned text cut to a number of columns, with `…` for what is gone. */
export function cut(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const char of text) {
    used += columns(char);
    if (used > width) break;
    kept += char;
  }
  return `${kept}…`;
}

/** Cleaned text cut at its beginning: of `group:artifact` the end tells more. */
export function cutStart(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const char of Array.from(text).reverse()) {
    used += columns(char);
    if (used > width) break;
    kept = char + kept;
  }
  return `…${kept}`;
}

/** A piece of a line that is not broken: its text, and how that is painted. */
export interface Piece {
  readonly text: string;
  readonly styles: readonly Style[];
}

/** Pieces with a space between them, folded to a width. */
export function fold(terminal: Terminal, pieces: readonly Piece[], width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const { text, styles } of pieces) {
    const size = columns(text);
    if (used > 0 && used + 1 + size > width) {
      lines.push(line);
      line = "";
      used = 0;
    }
    line += `${used === 0 ? "" : " "}${paint(terminal, text, ...styles)}`;
    used += size + (used === 0 ? 0 : 1);
  }
  return used === 0 ? lines : [...lines, line];
}
