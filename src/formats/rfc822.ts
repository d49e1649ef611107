import type { Problem, RandomAccess } from "../core/plugin.ts";
import { readLines } from "./lines.ts";

/** One paragraph of `Field: value` lines. */
export interface Stanza {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** The wanted fields by lower-case name; lines of a folded value are joined by a line feed, each without its indent. */
  readonly fields: ReadonlyMap<string, string>;
  /** Why the stanza cannot be trusted: `line 12 is not "Field: value"`; its fields are those read before. */
  readonly damage: Problem | undefined;
}

/** Characters of all wanted values of one stanza. */
const maxStanza = 2 ** 20;

/**
 * Stanzas of a control file as dpkg reads it (deb822(5)): fields `Name: value`, continuation lines that begin with a blank,
 * stanzas apart by empty lines. Only `wanted` fields (lower case) are kept. A damaged stanza is told as such and the next one is read.
 * @throws SeaworthyError `limit-exceeded` for a file or a line that is too long.
 */
export function* readStanzas(
  bytes: RandomAccess,
  what: string,
  wanted: ReadonlySet<string>,
): Generator<Stanza> {
  let stanza: OpenStanza | undefined;
  let line = 0;
  for (const text of readLines(bytes, what)) {
    line += 1;
    if (text === "\n" || text === "\r\n") {
      if (stanza !== undefined) yield closed(stanza);
      stanza = undefined;
      continue;
    }
    stanza ??= opened(line);
    if (stanza.damage === undefined) takeLine(stanza, text, line, wanted);
  }
  if (stanza !== undefined) yield closed(stanza);
}

interface OpenStanza {
  readonly line: number;
  readonly fields: Map<string, string[]>;
  /** Lines of the field being read; undefined for an unwanted one, absent before the first. */
  current: string[] | undefined;
  begun: boolean;
  kept: number;
  damage: Problem | undefined;
}

function opened(line: number): OpenStanza {
  return { line, fields: new Map(), current: undefined, begun: false, kept: 0, damage: undefined };
}

function closed({ line, fields, damage }: OpenStanza): Stanza {
  return {
    line,
    fields: new Map([...fields].map(([name, lines]) => [name, lines.join("\n").trim()])),
    damage,
  };
}

function takeLine(stanza: OpenStanza, text: string, line: number, wanted: ReadonlySet<string>): void {
  if (!text.endsWith("\n")) stanza.damage = { code: "truncated", message: `line ${line} ends in the middle` };
  else if (text.startsWith(" ") || text.startsWith("\t")) takeContinuation(stanza, text, line);
  else takeField(stanza, text, line, wanted);
}

function takeContinuation(stanza: OpenStanza, text: string, line: number): void {
  if (!stanza.begun) stanza.damage = malformed(`line ${line} continues no field`);
  else keep(stanza, text, line);
}

// A field's name is any printable ASCII but a colon, and begins neither with "#" nor "-" (deb822(5)).
const fieldLine = /^([!"$-,./0-9;-~][!-9;-~]*)[ \t]*:/;

function takeField(stanza: OpenStanza, text: string, line: number, wanted: ReadonlySet<string>): void {
  const match = fieldLine.exec(text);
  const name = match?.[1]?.toLowerCase();
  if (match === null || name === undefined) {
    stanza.damage = malformed(`line ${line} is not "Field: value"`);
    return;
  }
  stanza.begun = true;
  stanza.current = undefined;
  if (!wanted.has(name)) return;
  if (stanza.fields.has(name)) {
    stanza.damage = malformed(`line ${line} has the field "${name}" a second time`);
    return;
  }
  stanza.current = [];
  stanza.fields.set(name, stanza.current);
  keep(stanza, text.slice(match[0].length), line);
}

function keep(stanza: OpenStanza, text: string, line: number): void {
  if (stanza.current === undefined) return;
  stanza.kept += text.length;
  if (stanza.kept > maxStanza)
    stanza.damage = malformed(`line ${line} passes ${maxStanza} characters of one stanza`);
  else stanza.current.push(text.trim());
}

function malformed(message: string): Problem {
  return { code: "malformed", message };
}
