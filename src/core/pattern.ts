/** Does a text fit a pattern? `*` stands for anything but `/`, `**` for anything, all else for itself. Takes length times length at most. */
export function fitsPattern(pattern: string, text: string): boolean {
  if (!pattern.includes("*")) return pattern === text;
  const parts = pattern.split(/(\*+)/u);
  let ends = new Set([0]);
  for (const part of parts) {
    ends = part.startsWith("*") ? spread(ends, text, part.length > 1) : step(ends, text, part);
    if (ends.size === 0) return false;
  }
  return ends.has(text.length);
}

/** Does a text fit one of the patterns? */
export function fitsOne(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => fitsPattern(pattern, text));
}

// Places in the text up to which the pattern can have got.
function spread(starts: ReadonlySet<number>, text: string, overSlash: boolean): Set<number> {
  const ends = new Set<number>();
  for (const start of starts)
    for (let at = start; at <= text.length && !ends.has(at); at += 1) {
      ends.add(at);
      if (!overSlash && text[at] === "/") break;
    }
  return ends;
}

function step(starts: ReadonlySet<number>, text: string, part: string): Set<number> {
  const ends = new Set<number>();
  for (const start of starts) if (text.startsWith(part, start)) ends.add(start + part.length);
  return ends;
}
