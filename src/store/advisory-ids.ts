import { SeaworthyError } from "../core/errors.ts";
import type { ByteReader, ByteWriter } from "./advisory-bytes.ts";

/** The part that many ids share, with the source that uses it: `["debian-tracker", "CVE-2024-"]`. */
export type IdPrefix = readonly [source: string, prefix: string];

/** An id split for lazy joining. */
export interface CodedId {
  readonly prefix: IdPrefix;
  readonly tail: string | number;
}

// DSA-5724-1 would be taken for a year otherwise.
const prefixPattern = /^(?:DSA-|DLA-|DTSA-|USN-|LSN-|GHSA-|(?:openSUSE-)?[A-Z][A-Z-]*(?:(?:19|20)\d\d[-:])?)/;
const largestTable = 8192;
const paddedTail = /^(?:\d{4}|[1-9]\d{4,8})$/;

/**
 * Writes ids as number of a shared prefix and tail: `CVE-2024-6387` takes four bytes.
 * Prefixes are numbered in order of appearance, so the same ids in the same order give the same table.
 */
export class IdWriter {
  readonly prefixes: IdPrefix[] = [];
  readonly #numbers = new Map<string, number>();

  write(out: ByteWriter, source: string, id: string): void {
    const prefix = this.#known(source, prefixPattern.exec(id)?.[0] ?? "");
    out.varint(prefix.number);
    writeTail(out, id.slice(prefix.length));
  }

  // Ids of a runaway feed must not fill the table, which is read whole at every start.
  #known(source: string, prefix: string): { number: number; length: number } {
    const found = this.#numbers.get(`${source}\n${prefix}`);
    if (found !== undefined) return { number: found, length: prefix.length };
    if (prefix !== "" && this.prefixes.length >= largestTable) return this.#known(source, "");
    this.prefixes.push([source, prefix]);
    this.#numbers.set(`${source}\n${prefix}`, this.prefixes.length - 1);
    return { number: this.prefixes.length - 1, length: prefix.length };
  }
}

// Even: a number written with at least four digits (CVE's own rule). Odd: text of that length.
function writeTail(out: ByteWriter, tail: string): void {
  if (paddedTail.test(tail)) return out.varint(Number(tail) * 2);
  const bytes = Buffer.from(tail);
  out.varint(bytes.length * 2 + 1);
  out.append(bytes);
}

/** Reads one id, not yet joined. @throws SeaworthyError `database-invalid`. */
export function readId(input: ByteReader, prefixes: readonly IdPrefix[]): CodedId {
  const prefix = prefixes[input.varint()];
  if (prefix === undefined)
    throw new SeaworthyError("database-invalid", "read advisory database: an id has no prefix");
  const code = input.varint();
  return { prefix, tail: code % 2 === 0 ? code / 2 : input.raw((code - 1) / 2) };
}

/** The id as published. */
export function joinId(id: CodedId): string {
  const tail = typeof id.tail === "number" ? String(id.tail).padStart(4, "0") : id.tail;
  return `${id.prefix[1]}${tail}`;
}
