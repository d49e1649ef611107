/** Calls `found` with the offset and the index of every literal at every place where it stands in `bytes`. */
export type LiteralSearch = (bytes: Uint8Array, found: (at: number, literal: number) => void) => void;

/**
 * Looks for many literals at once, in one pass that skips what can be no end of any (Wu and Manber: A fast algorithm for multi-pattern
 * searching, 1994). Latin-1, at least two characters each; the shortest of them decides how far it can skip.
 */
export function createLiteralSearch(literals: readonly string[]): LiteralSearch {
  const shortest = Math.min(...literals.map(({ length }) => length));
  if (shortest < 2) throw new RangeError("make literal search: a literal of less than two characters");
  const patterns = literals.map((literal) => Buffer.from(literal, "latin1"));
  // How far the end of the window may move on when it holds these two bytes; 0: some literal's beginning ends here.
  const shifts = new Uint8Array(65_536).fill(Math.min(shortest - 1, 255));
  const endingIn = new Map<number, number[]>();
  for (const [index, pattern] of patterns.entries())
    for (let at = 1; at < shortest; at += 1) {
      const pair = ((pattern[at - 1] ?? 0) << 8) | (pattern[at] ?? 0);
      shifts[pair] = Math.min(shifts[pair] ?? 0, shortest - 1 - at);
      if (at === shortest - 1) endingIn.set(pair, [...(endingIn.get(pair) ?? []), index]);
    }
  return (bytes, found) => {
    let at = shortest - 1;
    while (at < bytes.length) {
      const pair = ((bytes[at - 1] ?? 0) << 8) | (bytes[at] ?? 0);
      const shift = shifts[pair] ?? 1;
      if (shift > 0) {
        at += shift;
        continue;
      }
      const start = at - shortest + 1;
      for (const index of endingIn.get(pair) ?? [])
        if (standsAt(bytes, start, patterns[index])) found(start, index);
      at += 1;
    }
  };
}

function standsAt(bytes: Uint8Array, start: number, pattern: Uint8Array | undefined): boolean {
  if (pattern === undefined || start + pattern.length > bytes.length) return false;
  for (let at = 0; at < pattern.length; at += 1) if (bytes[start + at] !== pattern[at]) return false;
  return true;
}
