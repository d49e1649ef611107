import { type FileHandle, open } from "node:fs/promises";

/** Bytes read forward, from a file (where passing over costs nothing) or a stream. */
export interface ByteCursor {
  readonly position: number;
  /** The next bytes, fewer only where they end. Valid until the next call. */
  take(length: number): Promise<Uint8Array>;
  /** Passes over bytes; answers how many there were. */
  skip(length: number): Promise<number>;
  /** The next bytes as they come, up to `length` in all. */
  stream(length: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

const window = 16 * 1024;
const piece = 2 ** 20;

/** A cursor over a file. @throws the system's error when it cannot be opened. */
export async function fileCursor(path: string): Promise<ByteCursor> {
  const handle = await open(path, "r");
  const { size } = await handle.stat();
  const buffer = Buffer.allocUnsafe(window);
  let buffered = { start: 0, end: 0 };
  let position = 0;
  return {
    get position() {
      return position;
    },
    async take(length) {
      const end = Math.min(position + length, size);
      if (length <= window && (position < buffered.start || end > buffered.end)) {
        const count = await readFully(handle, buffer, position);
        buffered = { start: position, end: position + count };
      }
      const start = position;
      if (end <= buffered.end && start >= buffered.start) {
        position = end;
        return buffer.subarray(start - buffered.start, end - buffered.start);
      }
      const bytes = Buffer.allocUnsafe(Math.max(end - start, 0));
      const count = await readFully(handle, bytes, start);
      position = start + count;
      return bytes.subarray(0, count);
    },
    async skip(length) {
      const step = Math.min(length, size - position);
      position += step;
      return step;
    },
    async *stream(length) {
      for (let left = length; left > 0; ) {
        const bytes = Buffer.allocUnsafe(Math.min(left, piece));
        const count = await readFully(handle, bytes, position);
        if (count === 0) return;
        position += count;
        left -= count;
        yield bytes.subarray(0, count);
      }
    },
    close: () => handle.close(),
  };
}

// A read may answer less than there is.
async function readFully(handle: FileHandle, bytes: Buffer, offset: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** A cursor over a stream of chunks, each of which stays valid. */
export function streamCursor(chunks: AsyncIterable<Uint8Array>): ByteCursor {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  let position = 0;
  let ended = false;
  const next = async (most: number): Promise<Uint8Array> => {
    while (rest.length === 0 && !ended) {
      const step = await iterator.next();
      if (step.done === true) ended = true;
      else rest = step.value;
    }
    const bytes = rest.subarray(0, most);
    rest = rest.subarray(bytes.length);
    position += bytes.length;
    return bytes;
  };
  return {
    get position() {
      return position;
    },
    async take(length) {
      const parts: Uint8Array[] = [];
      for (let left = length; left > 0; ) {
        const bytes = await next(left);
        if (bytes.length === 0) break;
        parts.push(bytes);
        left -= bytes.length;
      }
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    },
    async skip(length) {
      let left = length;
      for (let bytes = await next(left); bytes.length > 0; bytes = await next(left)) left -= bytes.length;
      return length - left;
    },
    async *stream(length) {
      for (let left = length; left > 0; ) {
        const bytes = await next(left);
        if (bytes.length === 0) return;
        left -= bytes.length;
        yield bytes;
      }
    },
    async close() {
      ended = true;
      await iterator.return?.();
    },
  };
}
