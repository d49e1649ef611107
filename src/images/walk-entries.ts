import { isAscii } from "node:buffer";
import { SeaworthyError } from "../core/errors.ts";
import { entryKinds, type LayerEntries } from "../core/layer.ts";
import { baseOf, parentOf } from "./walk-path.ts";

/** Collects the entries of a layer in columns that grow. */
export interface EntryColumns {
  /** Answers the entry's index. @throws SeaworthyError `limit-exceeded` when the paths together pass the bound. */
  add(entry: NewEntry): number;
  finish(): LayerEntries;
}

/** One entry to add; `path` is normalised, for an opaque marker the directory that it hides. */
export interface NewEntry {
  readonly path: string;
  readonly kind: keyof typeof entryKinds;
  readonly mode: number;
  readonly size: number;
  readonly target?: string | undefined;
  /** Not stated of whiteouts, which are no files. */
  readonly attributes?: EntryAttributes | undefined;
}

/** What checks want to know of an entry. */
export interface EntryAttributes {
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly capability?: string | undefined;
}

interface Columns {
  parent: Uint32Array<ArrayBuffer>;
  kind: Uint8Array<ArrayBuffer>;
  mode: Uint16Array<ArrayBuffer>;
  size: Float64Array<ArrayBuffer>;
  nameEnds: Uint32Array<ArrayBuffer>;
  names: Buffer<ArrayBuffer>;
}

/** Bytes of all names, directories and link targets of one layer. */
const maxText = 128 * 2 ** 20;

/** Empty columns. */
export function createEntryColumns(): EntryColumns {
  const columns = allocate(1024, 16_384);
  const directories = new Map<string, number>();
  const targets = new Map<number, string>();
  const attributes = createAttributes();
  let count = 0;
  let used = 0;
  let text = 0;
  let lastParent = "";
  let lastIndex = -1;
  const directoryIndex = (path: string): number => {
    if (path === lastParent && lastIndex >= 0) return lastIndex;
    lastParent = path;
    lastIndex = directories.get(path) ?? -1;
    if (lastIndex >= 0) return lastIndex;
    lastIndex = directories.size;
    directories.set(path, lastIndex);
    text += path.length;
    return lastIndex;
  };
  return {
    add({ path, kind, mode, size, target, attributes: stated }) {
      const opaque = kind === "opaque";
      const name = opaque ? "" : baseOf(path);
      if (count === columns.kind.length) growEntries(columns);
      if (used + name.length * 3 > columns.names.length) growNames(columns, name.length * 3);
      columns.parent[count] = directoryIndex(opaque ? path : parentOf(path));
      columns.kind[count] = entryKinds[kind];
      columns.mode[count] = mode;
      columns.size[count] = size;
      used += name === "" ? 0 : columns.names.write(name, used, "utf8");
      columns.nameEnds[count] = used;
      if (target !== undefined) targets.set(count, target);
      if (stated !== undefined) attributes.add(count, kind, stated);
      text += name.length + (target?.length ?? 0);
      if (text > maxText)
        throw new SeaworthyError("limit-exceeded", `read layer: names of more than ${maxText} bytes`);
      count += 1;
      return count - 1;
    },
    finish: () => ({
      count,
      directories: [...directories.keys()],
      parent: new Uint32Array(columns.parent.buffer.transfer(count * 4)),
      kind: new Uint8Array(columns.kind.buffer.transfer(count)),
      mode: new Uint16Array(columns.mode.buffer.transfer(count * 2)),
      size: new Float64Array(columns.size.buffer.transfer(count * 8)),
      names: new Uint8Array(columns.names.buffer.transfer(used)),
      nameEnds: new Uint32Array(columns.nameEnds.buffer.transfer(count * 4)),
      targets,
      ...attributes.finish(),
    }),
  };
}

/** Most files of a layer whose times are kept. */
const mostNewest = 10;
const maxCapabilities = 10_000;

interface Attributes {
  add(entry: number, kind: NewEntry["kind"], attributes: EntryAttributes): void;
  finish(): Pick<LayerEntries, "owners" | "capabilities" | "newest">;
}

// One owner has most files of a layer, one after the other.
function createAttributes(): Attributes {
  const owners: number[] = [];
  const capabilities = new Map<number, string>();
  const newest: { readonly entry: number; readonly mtime: number }[] = [];
  let lastUid = -1;
  let lastGid = -1;
  let oldestKept = -1;
  return {
    add(entry, kind, { uid, gid, mtime, capability }) {
      if (uid !== lastUid || gid !== lastGid) owners.push(entry, uid, gid);
      lastUid = uid;
      lastGid = gid;
      if (capability !== undefined && capabilities.size < maxCapabilities)
        capabilities.set(entry, capability.slice(0, 64));
      if (kind !== "file" || mtime <= oldestKept) return;
      newest.push({ entry, mtime });
      newest.sort((a, b) => b.mtime - a.mtime || a.entry - b.entry);
      if (newest.length > mostNewest) newest.pop();
      if (newest.length === mostNewest) oldestKept = newest.at(-1)?.mtime ?? -1;
    },
    finish: () => ({ owners: Uint32Array.from(owners), capabilities, newest }),
  };
}

/** Entries of a layer that has none. */
export const noEntries: LayerEntries = {
  count: 0,
  directories: [],
  parent: new Uint32Array(),
  kind: new Uint8Array(),
  mode: new Uint16Array(),
  size: new Float64Array(),
  names: new Uint8Array(),
  nameEnds: new Uint32Array(),
  targets: new Map(),
  ...createAttributes().finish(),
};

/** Reads base names by entry; quick when it is asked for many. */
export function createNameReader(entries: LayerEntries): (index: number) => string {
  const { names, nameEnds } = entries;
  if (!isAscii(names)) return (index) => entryName(entries, index);
  // Parts of one string: a million names cost a million small headers and no copies.
  const all = Buffer.from(names.buffer, names.byteOffset, names.length).toString("latin1");
  return (index) => all.slice(index === 0 ? 0 : nameEnds[index - 1], nameEnds[index]);
}

/** Base name of an entry. */
function entryName(entries: LayerEntries, index: number): string {
  const start = index === 0 ? 0 : (entries.nameEnds[index - 1] ?? 0);
  const end = entries.nameEnds[index] ?? start;
  return Buffer.from(entries.names.buffer, entries.names.byteOffset + start, end - start).toString("utf8");
}

/** Directory of an entry as the tar writes it. */
function entryParent(entries: LayerEntries, index: number): string {
  return entries.directories[entries.parent[index] ?? 0] ?? "";
}

/** Path of an entry as the tar writes it, normalised. */
export function entryPath(entries: LayerEntries, index: number): string {
  const parent = entryParent(entries, index);
  const name = entryName(entries, index);
  return parent === "" ? name : name === "" ? parent : `${parent}/${name}`;
}

function allocate(entries: number, bytes: number): Columns {
  return {
    parent: new Uint32Array(entries),
    kind: new Uint8Array(entries),
    mode: new Uint16Array(entries),
    size: new Float64Array(entries),
    nameEnds: new Uint32Array(entries),
    names: Buffer.from(new ArrayBuffer(bytes)),
  };
}

function growEntries(columns: Columns): void {
  const length = columns.kind.length * 2;
  columns.parent = grown(columns.parent, new Uint32Array(length));
  columns.kind = grown(columns.kind, new Uint8Array(length));
  columns.mode = grown(columns.mode, new Uint16Array(length));
  columns.size = grown(columns.size, new Float64Array(length));
  columns.nameEnds = grown(columns.nameEnds, new Uint32Array(length));
}

function growNames(columns: Columns, more: number): void {
  const length = columns.names.length * 2 + more;
  columns.names = Buffer.from(grown(columns.names, new Uint8Array(length)).buffer);
}

type Column =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

// The old memory is given back at once: the collector would let several generations of it pile up.
function grown<T extends Column>(old: Column, larger: T): T {
  larger.set(old);
  old.buffer.transfer(0);
  return larger;
}
