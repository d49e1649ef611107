import { SeaworthyError } from "../core/errors.ts";
import { blockSize, fieldText, isZeroBlock, parseTarHeader, type TarHeader } from "../formats/tar-header.ts";
import { parsePax } from "../formats/tar-pax.ts";
import type { ByteCursor } from "./byte-cursor.ts";

/** A regular file of an archive: where its bytes stand in the (uncompressed) tar. */
export interface TarMember {
  readonly offset: number;
  readonly size: number;
}

/** The files of an archive by normalised path. */
export interface TarIndex {
  /** Follows symbolic and hard links inside the archive. */
  find(path: string): TarMember | undefined;
  /** Paths of regular files and links. */
  readonly paths: readonly string[];
}

// Bounds of an archive of images.
const tarIndexLimits = { members: 50_000, meta: 2 ** 20, links: 16 };

type Entry =
  | { readonly kind: "file"; readonly offset: number; readonly size: number }
  | { readonly kind: "link"; readonly target: string };

/** Called where a member's bytes begin: may take them from the cursor; what it does not take is passed over. */
export type MemberVisitor = (member: TarMember) => Promise<void>;

/**
 * Lists an archive by its headers; of a file on disk no content is read. Of entries of one name the last one counts.
 * @throws SeaworthyError `truncated`, `malformed`, `limit-exceeded`; `image-invalid` when it does not begin as a tar.
 */
export async function indexTar(cursor: ByteCursor, visit?: MemberVisitor): Promise<TarIndex> {
  const entries = new Map<string, Entry>();
  let next: Overrides = {};
  for (let seen = 0; ; seen += 1) {
    const header = await nextHeader(cursor);
    if (header === undefined) return { find: (path) => find(entries, path), paths: [...entries.keys()] };
    if (seen === tarIndexLimits.members)
      throw new SeaworthyError("limit-exceeded", `read archive: more than ${tarIndexLimits.members} members`);
    const changed = await override(cursor, header, next);
    if (changed !== undefined) {
      next = changed;
      continue;
    }
    const size = isEmptyType(header.type) ? 0 : (next.size ?? header.size);
    const path = normalise(next.path ?? header.name);
    const entry = entryOf(header, path, next.link ?? header.linkName, { offset: cursor.position, size });
    next = {};
    if (entry !== undefined && path !== undefined) entries.set(path, entry);
    if (entry?.kind === "file" && path !== undefined) await visit?.(entry);
    await passTo(cursor, (entry?.kind === "file" ? entry.offset : cursor.position) + size);
  }
}

interface Overrides {
  readonly path?: string | undefined;
  readonly link?: string | undefined;
  readonly size?: number | undefined;
}

async function nextHeader(cursor: ByteCursor): Promise<TarHeader | undefined> {
  const first = cursor.position === 0;
  const block = await cursor.take(blockSize);
  if (block.length === 0 && !first) return undefined;
  if (block.length < blockSize) throw first ? noTar() : truncated();
  if (!isZeroBlock(block)) {
    try {
      return parseTarHeader(block);
    } catch (thrown) {
      throw first ? noTar() : thrown;
    }
  }
  const second = await cursor.take(blockSize);
  if (second.length === blockSize && !isZeroBlock(second))
    throw new SeaworthyError(
      "malformed",
      "read archive: a member follows a block of zeros, which ends an archive",
    );
  return undefined;
}

function noTar(): SeaworthyError {
  return new SeaworthyError("image-invalid", "read archive: it is no tar archive");
}

function truncated(): SeaworthyError {
  return new SeaworthyError("truncated", "read archive: it breaks off inside a member", {
    hint: "the file is incomplete: copy or save it again",
  });
}

// What an extended header says of the member after it; undefined when this header is a member itself.
async function override(
  cursor: ByteCursor,
  header: TarHeader,
  next: Overrides,
): Promise<Overrides | undefined> {
  if (!["x", "g", "L", "K"].includes(header.type)) return undefined;
  if (header.size > tarIndexLimits.meta)
    throw new SeaworthyError("limit-exceeded", `read archive: an extended header of ${header.size} bytes`);
  const bytes = (await cursor.take(padded(header.size))).slice(0, header.size);
  if (bytes.length < header.size) throw truncated();
  if (header.type === "g") return next;
  if (header.type === "L") return { ...next, path: fieldText(bytes, 0, bytes.length) };
  if (header.type === "K") return { ...next, link: fieldText(bytes, 0, bytes.length) };
  const records = parsePax(bytes);
  const size = records.get("size");
  if (size !== undefined && !/^\d{1,15}$/.test(size))
    throw new SeaworthyError("malformed", "read archive: PAX size");
  return {
    path: records.get("path") ?? next.path,
    link: records.get("linkpath") ?? next.link,
    size: size === undefined ? next.size : Number(size),
  };
}

function entryOf(
  { type }: TarHeader,
  path: string | undefined,
  link: string,
  member: TarMember,
): Entry | undefined {
  switch (type) {
    case "0":
    case "\0":
    case "7":
      return { kind: "file", ...member };
    case "1": {
      const target = normalise(link);
      return target === undefined ? undefined : { kind: "link", target };
    }
    case "2": {
      const target = resolveLink(path ?? "", link);
      return target === undefined ? undefined : { kind: "link", target };
    }
    default:
      return undefined;
  }
}

function isEmptyType(type: string): boolean {
  return ["1", "2", "3", "4", "5", "6"].includes(type);
}

// The padding of the last member may be missing.
async function passTo(cursor: ByteCursor, end: number): Promise<void> {
  const left = end - cursor.position;
  if (left > 0 && (await cursor.skip(left)) < left) throw truncated();
  await cursor.skip(padded(end) - end);
}

function find(entries: ReadonlyMap<string, Entry>, path: string): TarMember | undefined {
  let name = normalise(path);
  for (let links = 0; links <= tarIndexLimits.links && name !== undefined; links += 1) {
    const entry = entries.get(name);
    if (entry === undefined || entry.kind === "file") return entry;
    name = entry.target;
  }
  return undefined;
}

function resolveLink(path: string, target: string): string | undefined {
  if (target.startsWith("/")) return normalise(target);
  const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
  return normalise(`${parent}${target}`);
}

/** Without leading slash, `.` and `..`; undefined for what would leave the archive. */
function normalise(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

function padded(size: number): number {
  return Math.ceil(size / blockSize) * blockSize;
}
