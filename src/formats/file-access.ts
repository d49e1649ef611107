import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { RandomAccess } from "../core/plugin.ts";

/** Random access to a local file until `close`. @throws the system's error when it cannot be opened. */
export function openFileAccess(path: string): RandomAccess & { close(): void } {
  const file = openSync(path, "r");
  const size = fstatSync(file).size;
  return {
    size,
    close: () => closeSync(file),
    read(offset, length) {
      if (offset < 0 || offset >= size || length <= 0) return new Uint8Array();
      const bytes = Buffer.allocUnsafe(Math.min(length, size - offset));
      return bytes.subarray(0, readFully(file, bytes, offset));
    },
  };
}

// A read may answer less than there is.
function readFully(file: number, bytes: Buffer, offset: number): number {
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(file, bytes, done, bytes.length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}
