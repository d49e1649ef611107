import { SeaworthyError } from "../core/errors.ts";
import type { RandomAccess } from "../core/plugin.ts";

/** One member of a JSON object: the key parsed, the value as its bytes. */
export interface JsonMember {
  readonly key: string;
  readonly value: Uint8Array;
}

const firstChunk = 1 << 14;
const chunkSize = 1 << 20;
const largestMember = 64 << 20;
const code = {
  quote: 34,
  comma: 44,
  colon: 58,
  open: 123,
  openList: 91,
  backslash: 92,
  close: 125,
  closeList: 93,
};

/**
 * The members of one large JSON object, one at a time: only one member is ever in memory. Splits by quotes and brackets;
 * whether a value is sound JSON shows when it is parsed.
 * @throws SeaworthyError `malformed`, `truncated`, `limit-exceeded` (a member over 64 MiB).
 */
export function* objectMembers(file: RandomAccess): Iterable<JsonMember> {
  let start = skipSpace(file, 0);
  if (file.read(start, 1)[0] !== code.open) throw malformed("does not begin with an object");
  start = skipSpace(file, start + 1);
  if (file.read(start, 1)[0] === code.close) return checkEnd(file, start + 1);
  for (;;) {
    const { colon, end } = memberEnd(file, start);
    yield { key: keyOf(file.read(start, colon - start)), value: file.read(colon + 1, end - colon - 1) };
    if (file.read(end, 1)[0] === code.close) return checkEnd(file, end + 1);
    start = end + 1;
  }
}

function checkEnd(file: RandomAccess, at: number): void {
  if (skipSpace(file, at) < file.size) throw malformed("something follows the object");
}

function skipSpace(file: RandomAccess, from: number): number {
  for (let at = from; at < file.size; at += chunkSize) {
    const found = file
      .read(at, chunkSize)
      .findIndex((byte) => byte !== 32 && byte !== 9 && byte !== 10 && byte !== 13);
    if (found >= 0) return at + found;
  }
  return file.size;
}

interface Scan {
  depth: number;
  inText: boolean;
  escaped: boolean;
  colon: number;
}

// The comma or the brace after the member that starts at `start`, and the colon after its key.
function memberEnd(file: RandomAccess, start: number): { colon: number; end: number } {
  const scan: Scan = { depth: 0, inText: false, escaped: false, colon: -1 };
  let size = firstChunk;
  let at = start;
  while (at < file.size) {
    if (at - start > largestMember)
      throw new SeaworthyError("limit-exceeded", "read JSON: a member is over 64 MiB");
    const end = scanChunk(file.read(at, size), at, scan);
    if (end >= 0 && scan.colon < 0) throw malformed("a member has no value");
    if (end >= 0) return { colon: scan.colon, end };
    at += size;
    size = Math.min(size * 2, chunkSize);
  }
  throw new SeaworthyError("truncated", "read JSON: it ends inside of the object");
}

function scanChunk(chunk: Uint8Array, offset: number, scan: Scan): number {
  for (let index = 0; index < chunk.length; index++) {
    const byte = chunk[index];
    if (scan.inText) {
      if (scan.escaped) scan.escaped = false;
      else if (byte === code.backslash) scan.escaped = true;
      else if (byte === code.quote) scan.inText = false;
      continue;
    }
    const isEnd = byte === code.comma || byte === code.close || byte === code.closeList;
    if (isEnd && scan.depth === 0) return offset + index;
    if (byte === code.quote) scan.inText = true;
    else if (byte === code.open || byte === code.openList) scan.depth++;
    else if (byte === code.close || byte === code.closeList) scan.depth--;
    else if (byte === code.colon && scan.depth === 0 && scan.colon < 0) scan.colon = offset + index;
  }
  return -1;
}

function keyOf(bytes: Uint8Array): string {
  try {
    const key: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (typeof key === "string") return key;
  } catch {
    // told below
  }
  throw malformed("a key is not a string");
}

function malformed(found: string): SeaworthyError {
  return new SeaworthyError("malformed", `read JSON: ${found}`);
}
