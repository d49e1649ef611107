/**
 * Text put together from parts of a file (lines joined, comments dropped, tabs cut), which knows where each of its characters stands
 * there. Offsets are UTF-16 code units.
 */
export interface MappedText {
  readonly text: string;
  /** Ascending in `at`; each holds up to the next one's `at`. */
  readonly pieces: readonly Piece[];
}

interface Piece {
  /** Offset in the text. */
  readonly at: number;
  /** Offset in the file. */
  readonly source: number;
}

/** A range of a file, half open. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `text.slice(start, end)` of a file. */
export function mapSlice(file: string, { start, end }: Span): MappedText {
  return { text: file.slice(start, end), pieces: [{ at: 0, source: start }] };
}

/** Parts one after the other. */
export function joinMapped(parts: readonly MappedText[]): MappedText {
  const pieces: Piece[] = [];
  let at = 0;
  for (const part of parts) {
    for (const piece of part.pieces) pieces.push({ at: at + piece.at, source: piece.source });
    at += part.text.length;
  }
  return { text: parts.map(({ text }) => text).join(""), pieces };
}

/** A part of the text, its places kept. */
export function sliceMapped({ text, pieces }: MappedText, start: number, end = text.length): MappedText {
  const first = pieceAt(pieces, start);
  const kept = pieces
    .slice(first)
    .filter(({ at }, index) => index === 0 || at < end)
    .map(({ at, source }, index) =>
      index === 0 ? { at: 0, source: source + start - at } : { at: at - start, source },
    );
  return { text: text.slice(start, end), pieces: kept };
}

/** The text without white space at both ends. */
export function trimMapped(mapped: MappedText): MappedText {
  const { text } = mapped;
  const start = text.length - text.trimStart().length;
  return sliceMapped(mapped, start, Math.max(start, text.trimEnd().length));
}

/** Where the character at `offset` stands in the file. */
export function placeOf({ pieces }: MappedText, offset: number): number {
  const piece = pieces[pieceAt(pieces, offset)];
  return piece === undefined ? 0 : piece.source + offset - piece.at;
}

/** A range of the text as a range of the file: from its first character to behind its last. */
export function spanOf(mapped: MappedText, start = 0, end = mapped.text.length): Span {
  const from = placeOf(mapped, start);
  return { start: from, end: end > start ? placeOf(mapped, end - 1) + 1 : from };
}

function pieceAt(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((pieces[middle]?.at ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Line and column, both 1-based, of an offset in a file; columns count UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Answers places of offsets in a file; lines end in LF, a CR before it belongs to the line's end. */
export function placesOf(file: string): (offset: number) => Place {
  const starts = [0];
  for (let at = file.indexOf("\n"); at >= 0; at = file.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
