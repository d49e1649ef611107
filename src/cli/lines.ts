import type { Readable } from "node:stream";

/** A line of input without its end, or why it could not be taken. */
export type Line = { readonly text: string } | { readonly refused: "too-long" | "not-utf-8" };

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits a byte stream into lines as they come: one list for each chunk, so that a caller can answer at once and in bulk.
 * A line ends with LF or CRLF, the last one with the stream; one of more than `limit` bytes is refused, and only that one.
 */
export async function* lineBatches(input: Readable, limit: number): AsyncGenerator<readonly Line[]> {
  let rest: Buffer[] = [];
  let size = 0;
  let tooLong = false;
  const end = (last: Buffer): Line => {
    const line = tooLong || size + last.length > limit ? undefined : Buffer.concat([...rest, last]);
    rest = [];
    size = 0;
    tooLong = false;
    return line === undefined ? { refused: "too-long" } : decode(line);
  };
  for await (const chunk of input) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    const batch: Line[] = [];
    let start = 0;
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, start)) {
      batch.push(end(bytes.subarray(start, at)));
      start = at + 1;
    }
    const left = bytes.subarray(start);
    size += left.length;
    tooLong ||= size > limit;
    if (tooLong) rest = [];
    else if (left.length > 0) rest.push(left);
    yield batch;
  }
  if (size > 0) yield [end(Buffer.alloc(0))];
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(line: Buffer): Line {
  const bytes = line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { refused: "not-utf-8" };
  }
}
