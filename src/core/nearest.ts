/** The candidate that the fewest edits (insert, delete, replace a character) turn `text` into; the first of several. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const bounded = text.slice(0, 200);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = editsBetween(bounded, candidate);
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** How many edits (insert, delete, replace a character) turn one text into the other. */
export function editsBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      line.push(Math.min(replaced, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}
