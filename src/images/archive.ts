import { open, stat } from "node:fs/promises";
import { SeaworthyError } from "../core/errors.ts";
import type { LayerContent } from "../core/image.ts";
import { detectCompression, inflate } from "../formats/compression.ts";
import { type ByteCursor, fileCursor, streamCursor } from "./byte-cursor.ts";
import { documentLimit } from "./config.ts";
import { indexTar, type TarIndex, type TarMember } from "./tar-index.ts";

/** A tar that holds images. */
export interface Archive {
  has(path: string): boolean;
  readonly paths: readonly string[];
  /** A small file. @throws SeaworthyError `image-invalid` when it is not there, `limit-exceeded`. */
  read(path: string): Promise<Uint8Array>;
  /** A file as a layer's bytes, and how many they are; undefined when it is not there. */
  content(path: string): { readonly content: LayerContent; readonly size: number } | undefined;
  close(): Promise<void>;
}

/**
 * Opens an archive on disk. A plain tar is indexed by seeking; one that is compressed as a whole is read through once.
 * @throws SeaworthyError `image-not-found`, `image-invalid`, `unsupported`, `truncated`, `malformed`.
 */
export async function openArchive(path: string): Promise<Archive> {
  const compression = detectCompression(await headOf(path));
  if (compression === "none") return openPlain(path);
  return openSequential(async () => {
    const file = await fileCursor(path);
    try {
      const { chunks } = await inflate(file.stream(Number.MAX_SAFE_INTEGER));
      return ending(chunks, () => file.close());
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  });
}

/**
 * Opens an archive that can only be read forward. One pass lists it and keeps its small JSON files; the bytes of layers come
 * from further passes, and a pass that stands before a layer is used again: layers taken in the archive's order cost one.
 */
export async function openSequential(chunks: () => Promise<AsyncIterable<Uint8Array>>): Promise<Archive> {
  const kept = new Map<number, Uint8Array>();
  let room = 2 * documentLimit;
  const first = streamCursor(await chunks());
  const index = await closing(first, () =>
    indexTar(first, async (member) => {
      if (member.size > Math.min(documentLimit, room)) return;
      const bytes = await first.take(member.size);
      if (!isJson(bytes)) return;
      room -= bytes.length;
      kept.set(member.offset, new Uint8Array(bytes));
    }),
  );
  const pool = createPool(async () => streamCursor(await chunks()));
  return archiveOf(index, {
    read: async (member) => kept.get(member.offset) ?? collect(pool.stream(member)),
    content: (member) => ({ kind: "stream", open: () => pool.stream(member) }),
    close: () => pool.close(),
  });
}

async function openPlain(path: string): Promise<Archive> {
  const cursor = await fileCursor(path);
  const index = await closing(cursor, () => indexTar(cursor));
  return archiveOf(index, {
    read: (member) => readRange(path, member),
    content: ({ offset, size }) => ({ kind: "file", path, offset, length: size }),
    close: async () => {},
  });
}

interface Access {
  read(member: TarMember): Promise<Uint8Array>;
  content(member: TarMember): LayerContent;
  close(): Promise<void>;
}

function archiveOf(index: TarIndex, access: Access): Archive {
  return {
    paths: index.paths,
    has: (path) => index.find(path) !== undefined,
    async read(path) {
      const member = index.find(path);
      if (member === undefined)
        throw new SeaworthyError("image-invalid", `read archive: it does not hold "${path}"`);
      if (member.size > documentLimit)
        throw new SeaworthyError("limit-exceeded", `read "${path}" of archive: ${member.size} bytes`);
      return access.read(member);
    },
    content(path) {
      const member = index.find(path);
      return member === undefined ? undefined : { content: access.content(member), size: member.size };
    },
    close: () => access.close(),
  };
}

async function closing<T>(cursor: ByteCursor, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await cursor.close();
  }
}

async function headOf(path: string): Promise<Uint8Array> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new SeaworthyError("image-not-found", `open archive "${path}": no such file`, { cause });
  });
  if (!found.isFile())
    throw new SeaworthyError("image-invalid", `open archive "${path}": not a regular file`);
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw new SeaworthyError("source-unavailable", `open archive "${path}": it cannot be read`, { cause });
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function readRange(path: string, { offset, size }: TarMember): Promise<Uint8Array> {
  const cursor = await fileCursor(path);
  return closing(cursor, async () => {
    await cursor.skip(offset);
    const bytes = new Uint8Array(await cursor.take(size));
    if (bytes.length < size) throw new SeaworthyError("truncated", `read archive "${path}": it breaks off`);
    return bytes;
  });
}

/** The same chunks; `close` is called when they end or are given up. */
export async function* ending(
  chunks: AsyncIterable<Uint8Array>,
  close: () => Promise<void> | void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } finally {
    await close();
  }
}

// Layers are told from documents by their first byte: blobs have no telling names.
function isJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > 0x20);
  return first === 0x7b || first === 0x5b;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

interface CursorPool {
  stream(member: TarMember): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

const mostIdle = 4;

// Passes that are not in use, each where it was left.
function createPool(open: () => Promise<ByteCursor>): CursorPool {
  let idle: ByteCursor[] = [];
  let closed = false;
  const borrow = async (offset: number): Promise<ByteCursor> => {
    const fit = idle.filter(({ position }) => position <= offset).sort((a, b) => b.position - a.position)[0];
    idle = idle.filter((cursor) => cursor !== fit);
    return fit ?? open();
  };
  const giveBack = async (cursor: ByteCursor): Promise<void> => {
    if (!closed) idle.push(cursor);
    if (closed) await cursor.close();
    else if (idle.length > mostIdle) await idle.shift()?.close();
  };
  return {
    async *stream({ offset, size }) {
      const cursor = await borrow(offset);
      let whole = false;
      try {
        await cursor.skip(offset - cursor.position);
        yield* cursor.stream(size);
        whole = cursor.position === offset + size;
        if (!whole) throw new SeaworthyError("truncated", "read archive: it breaks off inside a layer");
      } finally {
        await (whole ? giveBack(cursor) : cursor.close());
      }
    },
    async close() {
      closed = true;
      await Promise.all(idle.splice(0).map((cursor) => cursor.close()));
    },
  };
}
