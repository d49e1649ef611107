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

/** Are two texts at most so many edits apart? For few of them far cheaper than counting all. */
export function areWithinEdits(a: string, b: string, most: number): boolean {
  if (Math.abs(a.length - b.length) > most) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  if (same === a.length && same === b.length) return true;
  if (most === 0) return false;
  const [left, right] = [a.slice(same), b.slice(same)];
  const [leftNext, rightNext] = [left.slice(1), right.slice(1)];
  return (
    areWithinEdits(leftNext, rightNext, most - 1) ||
    areWithinEdits(leftNext, right, most - 1) ||
    areWithinEdits(left, rightNext, most - 1)
  );
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
