/** One way to authenticate that a server offers in `WWW-Authenticate`. */
export interface Challenge {
  /** Lower-case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const quoted = /"((?:[^"\\]|\\.)*)"/y;
const longest = 16 * 1024;

/**
 * Reads the challenges of a header, several of them joined by commas
 * (https://www.rfc-editor.org/rfc/rfc9110#name-www-authenticate). What does not fit the grammar ends the list.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const text = header.slice(0, longest);
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  while (at < text.length) {
    at = passSeparators(text, at);
    const word = match(token, text, at);
    if (word === undefined) break;
    at = passBlanks(text, word.end);
    if (text[at] !== "=") {
      found.push({ scheme: word.text.toLowerCase(), parameters: new Map() });
      continue;
    }
    at = passBlanks(text, at + 1);
    const value = match(quoted, text, at) ?? match(token, text, at);
    if (value === undefined) break;
    at = value.end;
    found.at(-1)?.parameters.set(word.text.toLowerCase(), value.text.replace(/\\(.)/g, "$1"));
  }
  return found;
}

function match(
  pattern: RegExp,
  text: string,
  at: number,
): { readonly text: string; readonly end: number } | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? undefined : { text: found[1] ?? found[0], end: at + found[0].length };
}

function passBlanks(text: string, at: number): number {
  let next = at;
  while (text[next] === " " || text[next] === "\t") next += 1;
  return next;
}

function passSeparators(text: string, at: number): number {
  let next = at;
  while (text[next] === " " || text[next] === "\t" || text[next] === ",") next += 1;
  return next;
}
