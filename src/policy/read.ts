import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { yamlFaults } from "./exceptions/located.ts";
import { expected, type Problem, type Reader, type Shape } from "./shape.ts";

/** A document that was read; `document` is undefined where nothing of it could be. */
export interface ReadDocument<T> {
  readonly reader: Reader;
  readonly document: T | undefined;
}

/** Characters that are read at most: parsing takes its time. */
const longest = 512 * 1024;

/** Reads a document: YAML, then its shape. All that is wrong is told, with its place. */
export function readDocument<T>(text: string, file: string, shape: Shape<T>): ReadDocument<T> {
  const lines = new LineCounter();
  const problems: Problem[] = [];
  const reader: Reader = { file, text, lines, problems };
  if (text.length > longest) {
    problems.push({
      file,
      line: 1,
      column: 1,
      message: `expected at most ${longest} characters, found ${text.length}`,
    });
    return { reader, document: undefined };
  }
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  for (const { at, words } of yamlFaults(parsed.errors)) expected(reader, at, `valid YAML: ${words}`);
  if (problems.length > 0) return { reader, document: undefined };
  // Whose text it is nobody knows: a policy may extend whatever file, and this is shown.
  if (isScalar(parsed.contents) && typeof parsed.contents.value === "string") {
    expected(reader, parsed.contents.range?.[0] ?? 0, "keys with values, found a text");
    return { reader, document: undefined };
  }
  return { reader, document: shape.read(parsed.contents, reader, 0) };
}

/** The place of a character inside of a scalar's value; the scalar's own where lines were folded or characters escaped. */
export function placeInside(
  node: unknown,
  offset: number,
  { text, lines }: Reader,
): { line: number; col: number } {
  if (!isScalar(node) || isMap(node) || typeof node.value !== "string") return lines.linePos(0);
  const [start = 0, end = start] = node.range ?? [];
  if (node.type === "BLOCK_LITERAL") return inBlock(node.value, offset, start, { text, lines });
  const quote = node.type === "PLAIN" ? 0 : 1;
  const plain = text.slice(start + quote, end - quote) === node.value;
  return lines.linePos(plain ? start + quote + offset : start);
}

function inBlock(
  value: string,
  offset: number,
  start: number,
  { text, lines }: Pick<Reader, "text" | "lines">,
): { line: number; col: number } {
  const before = value.slice(0, offset).split("\n");
  const { line } = lines.linePos(start);
  const rest = text.slice(start).split("\n");
  const indent = /^ */u.exec(rest.slice(1).find((one) => one.trim() !== "") ?? "")?.[0].length ?? 0;
  return { line: line + before.length, col: indent + (before.at(-1)?.length ?? 0) + 1 };
}
