import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { RandomAccess } from "../core/plugin.ts";

/** Takes the bytes of one wanted file as they stream by, then gives them back at random. */
export interface ContentBuffer {
  write(chunk: Uint8Array): void;
  /** @throws SeaworthyError `disk-failed` when the bytes could not be kept. */
  open(): RandomAccess;
  /** Gives the disk back. */
  close(): void;
}

/** Bounds of what is kept of one file. */
export interface ContentLimits {
  /** Up to this many bytes in memory. */
  readonly memory: number;
  /** Up to this many in a private file; more is not read. */
  readonly spool: number;
}

/** 16 MiB in memory, 2 GiB on disk. */
export const contentLimits: ContentLimits = { memory: 16 * 2 ** 20, spool: 2 * 2 ** 30 };

/** Memory for the content of one file after the other: a buffer for each would be garbage for long, and a layer of programs huge. */
export interface ContentRoom {
  /** At least `size` bytes; what was handed out before is gone. */
  take(size: number): Uint8Array;
  /** Gives the memory back. */
  close(): void;
}

const roomStep = 2 ** 20;

/** No memory yet. */
export function createContentRoom(): ContentRoom {
  let memory = new Uint8Array();
  const replace = (size: number): void => {
    memory.buffer.transfer(0);
    memory = new Uint8Array(size);
  };
  return {
    take(size) {
      if (size > memory.length) replace(Math.ceil(size / roomStep) * roomStep);
      return memory;
    },
    close: () => replace(0),
  };
}

/** Keeps `size` bytes: in memory, or in a private file that is deleted as soon as it is open. */
export function createContentBuffer(size: number, limits: ContentLimits, room: ContentRoom): ContentBuffer {
  return size <= limits.memory ? inMemory(room.take(size)) : spooled(size);
}

/** Random access to bytes in memory. */
export function memoryAccess(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    read(offset, length) {
      const from = Math.max(offset, 0);
      return bytes.subarray(from, from + Math.max(length, 0));
    },
  };
}

/** Random access to an open file of known size; small reads are served from a page kept in memory. */
export function fileAccess(descriptor: number, size: number): RandomAccess {
  const page = Buffer.allocUnsafe(pageSize);
  let pageStart = -1;
  let pageEnd = -1;
  return {
    size,
    read(offset, length) {
      const from = Math.min(Math.max(offset, 0), size);
      const to = Math.min(from + Math.max(length, 0), size);
      if (to - from > pageSize / 2) return readRange(descriptor, from, to - from);
      if (from < pageStart || to > pageEnd) {
        pageStart = from;
        pageEnd = from + readInto(descriptor, page, from, Math.min(pageSize, size - from));
      }
      // A copy: the caller may hold it while the page moves on.
      return Uint8Array.from(page.subarray(from - pageStart, to - pageStart));
    },
  };
}

const pageSize = 2 ** 16;

function inMemory(bytes: Uint8Array): ContentBuffer {
  let used = 0;
  return {
    write(chunk) {
      bytes.set(chunk, used);
      used += chunk.length;
    },
    open: () => memoryAccess(bytes.subarray(0, used)),
    close: () => {},
  };
}

function spooled(size: number): ContentBuffer {
  let failure: SeaworthyError | undefined;
  let descriptor = -1;
  let used = 0;
  const attempt = (work: () => void): void => {
    if (failure !== undefined) return;
    try {
      work();
    } catch (thrown) {
      failure = spoolFailure(size, thrown);
    }
  };
  attempt(() => {
    descriptor = openPrivate();
  });
  return {
    write: (chunk) =>
      attempt(() => {
        for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at, chunk.length - at);
        used += chunk.length;
      }),
    open() {
      if (failure !== undefined) throw failure;
      return fileAccess(descriptor, used);
    },
    close() {
      if (descriptor >= 0) closeSync(descriptor);
      descriptor = -1;
    },
  };
}

function spoolFailure(size: number, thrown: unknown): SeaworthyError {
  return new SeaworthyError("disk-failed", `spool file of ${size} bytes: ${messageOf(thrown)}`, {
    hint: "set SEAWORTHY_TMPDIR to a directory with room",
    cause: thrown,
  });
}

// Nobody else can reach the file: its directory is private and gone before the first byte is written.
function openPrivate(): number {
  const chosen = process.env["SEAWORTHY_TMPDIR"];
  const places = chosen === undefined || chosen === "" ? [tmpdir(), "/dev/shm"] : [chosen];
  let failure: unknown;
  for (const place of places) {
    try {
      return openIn(place);
    } catch (thrown) {
      failure ??= thrown;
    }
  }
  throw failure;
}

function openIn(place: string): number {
  const directory = mkdtempSync(join(place, "seaworthy-"));
  try {
    const file = join(directory, "spool");
    const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    unlinkSync(file);
    return descriptor;
  } finally {
    rmdirSync(directory);
  }
}

function readRange(descriptor: number, offset: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, readInto(descriptor, bytes, offset, length));
}

function readInto(descriptor: number, bytes: Uint8Array, offset: number, length: number): number {
  let done = 0;
  while (done < length) {
    const read = readSync(descriptor, bytes, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}
