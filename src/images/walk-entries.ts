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
    add({ path, kind, mode, size, target }) {
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
      text += name.length + (target?.length ?? 0);
      if (text > maxText)
        throw new SeaworthyError("limit-exceeded", `read layer: names of more than ${maxText} bytes`);
      count += 1;
      return count - 1;
    },
    finish: () => ({
      count,
      directories: [...directories.keys()],
      parent: columns.parent.slice(0, count),
      kind: columns.kind.slice(0, count),
      mode: columns.mode.slice(0, count),
      size: columns.size.slice(0, count),
      names: Uint8Array.from(columns.names.subarray(0, used)),
      nameEnds: columns.nameEnds.slice(0, count),
      targets,
    }),
  };
}

/** Base name of an entry. */
export function entryName(entries: LayerEntries, index: number): string {
  const start = index === 0 ? 0 : (entries.nameEnds[index - 1] ?? 0);
  const end = entries.nameEnds[index] ?? start;
  return Buffer.from(entries.names.buffer, entries.names.byteOffset + start, end - start).toString("utf8");
}

/** Directory of an entry as the tar writes it. */
export function entryParent(entries: LayerEntries, index: number): string {
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
    names: Buffer.alloc(bytes),
  };
}

function growEntries(columns: Columns): void {
  const grown = allocate(columns.kind.length * 2, 0);
  grown.parent.set(columns.parent);
  grown.kind.set(columns.kind);
  grown.mode.set(columns.mode);
  grown.size.set(columns.size);
  grown.nameEnds.set(columns.nameEnds);
  Object.assign(columns, { ...grown, names: columns.names });
}

function growNames(columns: Columns, more: number): void {
  const grown = Buffer.alloc(columns.names.length * 2 + more);
  grown.set(columns.names);
  columns.names = grown;
}
