import { stringify } from "yaml";
import { SeaworthyError } from "../../core/errors.ts";
import type { Exception } from "../../core/exception.ts";
import { type LocatedEntry, type LocatedList, readLocated } from "./located.ts";
import { readExceptions } from "./read.ts";

// The library would write the whole document anew, in its own style: pieces are cut out and put in by their places, and nothing else moves.

/** An exception before it stands anywhere. */
export type NewException = Omit<Exception, "place">;

const fresh = "# Findings that may stand, for now and for a reason: docs/exceptions.md.\nexceptions:\n";

/** A file with exceptions after its last one; of an empty text a new file. @throws SeaworthyError `exception-invalid`, `unsupported`. */
export function addExceptions(text: string, file: string, added: readonly NewException[]): string {
  const before = readExceptions(text, file);
  if (added.length === 0) return text;
  const start = text.trim() === "" ? fresh : ensureKey(text);
  const list = listOf(start, file);
  const newline = start.includes("\r\n") ? "\r\n" : "\n";
  const result = inserted(start, file, list, (indent) => written(added, indent, newline));
  return checked(result, file, [...before, ...added]);
}

/** A file without some of its exceptions, by their places in it; comments that stand around them stay. @throws SeaworthyError `unsupported`. */
export function removeExceptions(text: string, file: string, indexes: ReadonlySet<number>): string {
  const before = readExceptions(text, file);
  const { value } = listOf(text, file);
  if (indexes.size === 0 || value.kind !== "list") return text;
  if (value.flow) throw unsupported(file, 'the list is written as "[…]"');
  let result = text;
  for (const [index, range] of [...value.ranges.entries()].reverse()) {
    if (!indexes.has(index)) continue;
    // From the beginning of the dash's line to the end of the last value's.
    result =
      result.slice(0, dashLine(result, value.column - 1, range[0])) +
      result.slice(nextLine(result, range[1]));
  }
  return checked(
    result,
    file,
    before.filter((_, index) => !indexes.has(index)),
  );
}

// A file of comments alone, or of other text without the key, has got past the reader only when it says nothing.
function ensureKey(text: string): string {
  if (/^exceptions\s*:/mu.test(text) || /^["']exceptions["']\s*:/mu.test(text)) return text;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return `${text.endsWith("\n") ? text : `${text}${newline}`}exceptions:${newline}`;
}

function listOf(text: string, file: string): LocatedEntry {
  const root = readLocated(text, file);
  const entry = root.kind === "map" ? root.entries.find(({ key }) => key === "exceptions") : undefined;
  if (entry === undefined || root.kind !== "map") throw unsupported(file, "it has no key exceptions");
  return entry;
}

function inserted(
  text: string,
  file: string,
  { value, keyEnd = 0 }: LocatedEntry,
  write: (indent: number) => string,
): string {
  if (value.kind !== "list") return put(text, nextLine(text, keyEnd), write(2));
  if (value.flow && value.items.length > 0) throw unsupported(file, 'the list is written as "[…]"');
  if (value.flow) {
    const [begin, end] = value.range;
    // `exceptions: []` with its comment, if it has one.
    const bare = text.slice(0, begin).trimEnd() + text.slice(end);
    return put(bare, nextLine(bare, keyEnd), write(2));
  }
  return put(text, nextLine(text, endOf(value)), write(value.column - 1));
}

function endOf({ ranges, range }: LocatedList): number {
  return ranges.at(-1)?.[1] ?? range[1];
}

function put(text: string, at: number, more: string): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const before = text.slice(0, at);
  return `${before}${before === "" || before.endsWith("\n") ? "" : newline}${more}${text.slice(at)}`;
}

function lineBegin(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

// A block's value ends behind its last line's end, others before it.
function nextLine(text: string, at: number): number {
  if (at > 0 && text[at - 1] === "\n") return at;
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

// All dashes of a list stand in one column; between an item's and its first key there may be lines of comments.
function dashLine(text: string, column: number, at: number): number {
  let begin = lineBegin(text, at);
  while (begin > 0 && !(text[begin + column] === "-" && text.slice(begin, begin + column).trim() === ""))
    begin = lineBegin(text, begin - 1);
  return begin;
}

function written(added: readonly NewException[], indent: number, newline: string): string {
  return added
    .map((exception) => stringify([valueOf(exception)], { lineWidth: 0 }).trimEnd())
    .flatMap((entry) => entry.split("\n"))
    .map((line) => `${line === "" ? "" : " ".repeat(indent)}${line}${newline}`)
    .join("");
}

function valueOf(exception: NewException): Readonly<Record<string, unknown>> {
  const { id, scope, justification, reason, owner, created, expires, reopens, seen } = exception;
  const value = {
    id,
    package: exception.package,
    path: exception.path,
    layer: exception.layer,
    scope: scope === undefined ? undefined : defined(scope),
    justification,
    reason,
    owner,
    created,
    expires,
    reopens: reopens.length === 4 ? undefined : reopens,
    seen: defined(seen),
  };
  return defined({ ...value, seen: Object.keys(value.seen).length === 0 ? undefined : value.seen });
}

function defined(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

// What is written must say what was asked; an anchor that goes takes its aliases with it.
function checked(text: string, file: string, wanted: readonly NewException[]): string {
  const found = readExceptions(text, file);
  const same = JSON.stringify(found.map(valueOf)) === JSON.stringify(wanted.map(valueOf));
  if (!same) throw unsupported(file, "its form is too unusual for an edit by place");
  return text;
}

function unsupported(file: string, state: string): SeaworthyError {
  return new SeaworthyError("unsupported", `edit exceptions "${file}": ${state}`, {
    hint: "edit the file by hand",
  });
}
