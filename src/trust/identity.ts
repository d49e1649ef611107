import { SeaworthyError } from "../core/errors.ts";

/** Which identities of certificates are taken. */
export interface IdentityRule {
  /** As the user wrote it. */
  readonly text: string;
  readonly matches: (identity: string) => boolean;
}

const longest = 2048;

/** The identity itself, character for character. */
export function exactIdentity(text: string): IdentityRule {
  return { text, matches: (identity) => identity === text };
}

/**
 * A pattern over the whole identity: `*` stands for any characters but `/`, `**` for any at all. There is no way to leave its
 * ends open by accident, as a regular expression does, and no pattern takes long.
 * @throws SeaworthyError `usage`.
 */
export function globIdentity(text: string): IdentityRule {
  if (text.length > longest || text.replace(/[*/]/g, "") === "")
    throw new SeaworthyError(
      "usage",
      `read identity pattern "${text.slice(0, 200)}": it says nothing, or too much`,
    );
  const parts = text.split(/(\*+)/);
  return { text, matches: (identity) => identity.length <= longest && matchParts(parts, identity) };
}

// Literal texts at even places, runs of stars between. `ends` has every place up to which the parts so far can match.
function matchParts(parts: readonly string[], identity: string): boolean {
  let ends: ReadonlySet<number> = new Set([0]);
  for (const [index, part] of parts.entries())
    ends = index % 2 === 0 ? afterLiteral(part, identity, ends) : afterStars(part, identity, ends);
  return ends.has(identity.length);
}

function afterLiteral(literal: string, identity: string, starts: ReadonlySet<number>): ReadonlySet<number> {
  const found = [...starts].filter((start) => identity.startsWith(literal, start));
  return new Set(found.map((start) => start + literal.length));
}

function afterStars(stars: string, identity: string, starts: ReadonlySet<number>): ReadonlySet<number> {
  const ends = new Set<number>();
  let open = false;
  for (let at = 0; at <= identity.length; at += 1) {
    if (stars.length === 1 && at > 0 && identity[at - 1] === "/") open = false;
    open ||= starts.has(at);
    if (open) ends.add(at);
  }
  return ends;
}
