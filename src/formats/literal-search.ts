/** Calls `found` with the offset and the index of every literal at every place where it stands in `bytes`, in ascending order. */
export type LiteralSearch = (bytes: Uint8Array, found: (at: number, literal: number) => void) => void;

interface Pattern {
  readonly index: number;
  readonly bytes: Uint8Array;
  /** Where the window begins by which it is looked for: its rarest part. */
  readonly from: number;
}

/**
 * Looks for many literals at once, in one pass that skips what can be no end of any (Wu and Manber: A fast algorithm for multi-pattern
 * searching, 1994). Latin-1, at least two characters each; the shortest of them decides how far it can skip.
 */
export function createLiteralSearch(literals: readonly string[]): LiteralSearch {
  const width = Math.min(...literals.map(({ length }) => length));
  if (width < 2) throw new RangeError("make literal search: a literal of less than two characters");
  const patterns = literals.map((literal, index) => patternOf(literal, index, width));
  const { shifts, endingIn } = tablesOf(patterns, width);
  return (bytes, found) => {
    const places: { readonly start: number; readonly index: number }[] = [];
    let at = width - 1;
    while (at < bytes.length) {
      const pair = pairOf(bytes[at - 1] ?? 0, bytes[at] ?? 0);
      const shift = shifts[pair] ?? 1;
      if (shift > 0) {
        at += shift;
        continue;
      }
      for (const pattern of endingIn.get(pair) ?? []) {
        const start = at - width + 1 - pattern.from;
        if (standsAt(bytes, start, pattern.bytes)) places.push({ start, index: pattern.index });
      }
      at += 1;
    }
    places.sort((a, b) => a.start - b.start || a.index - b.index);
    for (const { start, index } of places) found(start, index);
  };
}

function patternOf(literal: string, index: number, width: number): Pattern {
  let from = 0;
  for (let at = 1; at + width <= literal.length; at += 1)
    if (costOf(literal, at, width) < costOf(literal, from, width)) from = at;
  return { index, bytes: Buffer.from(literal, "latin1"), from };
}

// How often a text has the pairs of a window: the last makes it stop there, the others make it go in small steps.
function costOf(literal: string, from: number, width: number): number {
  let cost = 0;
  for (let at = from + 1; at < from + width; at += 1)
    cost += (at === from + width - 1 ? 5 : 1) * shareOf(literal.charAt(at - 1)) * shareOf(literal.charAt(at));
  return cost;
}

/** Letters by how often English and source code have them. */
const commonLetters = "etaoinsrlhdcumpfgybwvkxjqz";

function shareOf(character: string): number {
  const place = commonLetters.indexOf(character);
  if (place >= 0) return 0.12 / (1 + place / 3);
  return /[._/-]/.test(character) ? 0.02 : 0.005;
}

function pairOf(first: number, second: number): number {
  return (first << 8) | second;
}

interface Tables {
  /** How far the end of the window may move on when it holds these two bytes; 0: some literal's window ends here. */
  readonly shifts: Uint8Array;
  readonly endingIn: ReadonlyMap<number, readonly Pattern[]>;
}

function tablesOf(patterns: readonly Pattern[], width: number): Tables {
  const shifts = new Uint8Array(65_536).fill(Math.min(width - 1, 255));
  const endingIn = new Map<number, Pattern[]>();
  for (const pattern of patterns)
    for (let at = 1; at < width; at += 1) {
      const place = pattern.from + at;
      const pair = pairOf(pattern.bytes[place - 1] ?? 0, pattern.bytes[place] ?? 0);
      shifts[pair] = Math.min(shifts[pair] ?? 0, width - 1 - at);
      if (at === width - 1) endingIn.set(pair, [...(endingIn.get(pair) ?? []), pattern]);
    }
  return { shifts, endingIn };
}

function standsAt(bytes: Uint8Array, start: number, pattern: Uint8Array): boolean {
  if (start < 0 || start + pattern.length > bytes.length) return false;
  for (let at = 0; at < pattern.length; at += 1) if (bytes[start + at] !== pattern[at]) return false;
  return true;
}
