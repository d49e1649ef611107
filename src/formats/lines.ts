import { SeaworthyError } from "../core/errors.ts";
import type { RandomAccess } from "../core/plugin.ts";

/** Bounds of a text file that is read line by line. */
interface LineLimits {
  /** Bytes of the whole file. */
  readonly file: number;
  /** Bytes of one line. */
  readonly line: number;
}

/** 64 MiB of text (ten times the largest real package database), 1 MiB a line. */
const lineLimits: LineLimits = { file: 64 * 2 ** 20, line: 2 ** 20 };

/**
 * Lines of a UTF-8 text, each with its line feed; only a last line that nobody ended comes without. A byte order mark is dropped.
 * @throws SeaworthyError `limit-exceeded`, naming `what`, when the file or a line is longer than allowed.
 */
export function* readLines(
  bytes: RandomAccess,
  what: string,
  limits: LineLimits = lineLimits,
): Generator<string> {
  if (bytes.size > limits.file)
    throw new SeaworthyError("limit-exceeded", `read ${what}: ${bytes.size} bytes, at most ${limits.file}`);
  let rest = Buffer.alloc(0);
  for (let offset = startOf(bytes); offset < bytes.size; offset += chunkSize) {
    const chunk = bufferOf(bytes.read(offset, chunkSize));
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, start)) {
      yield text.toString("utf8", start, end + 1);
      start = end + 1;
    }
    rest = Buffer.from(text.subarray(start));
    if (rest.length > limits.line)
      throw new SeaworthyError("limit-exceeded", `read ${what}: a line of more than ${limits.line} bytes`);
  }
  if (rest.length > 0) yield rest.toString("utf8");
}

/** A Buffer over the same memory. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const chunkSize = 2 ** 18;

function startOf(bytes: RandomAccess): number {
  const [a, b, c] = bytes.read(0, 3);
  return a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
}
