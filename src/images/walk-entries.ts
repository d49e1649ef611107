import { isAscii } from "node:buffer";
import { SeaworthyError } from "../core/errors.ts";
import { entryKinds, type LayerEntries } from "../core/layer.ts";
import { bufferOf } from "../formats/lines.ts";
import { createGrowingBytes, createGrowingNumbers, lowerBound } from "./growing.ts";
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

/** Bytes of all names, directories and link targets of one layer. */
const maxText = 48 * 2 ** 20;
const maxEntries = 2_000_000;
const maxDirectories = 500_000;

/** Empty columns. */
export function createEntryColumns(): EntryColumns {
  const columns = {
    parent: createGrowingNumbers(maxEntries),
    kind: createGrowingBytes(maxEntries),
    mode: createGrowingBytes(maxEntries * 2),
    size: createGrowingBytes(maxEntries * 8),
    links: createGrowingNumbers(maxEntries),
  };
  const mode = new Uint16Array(columns.mode.buffer);
  const size = new Float64Array(columns.size.buffer);
  const directories = createDirectoryIndex();
  const names = createTexts(maxEntries);
  const targets = createTexts(maxEntries);
  const attributes = createAttributes();
  let count = 0;
  return {
    add(entry) {
      const opaque = entry.kind === "opaque";
      const name = opaque ? "" : baseOf(entry.path);
      const room = maxText - names.size() - targets.size() - directories.size();
      if (count === maxEntries || room < 3 * (entry.path.length + (entry.target?.length ?? 0)))
        throw tooMany(`${maxEntries} entries or ${maxText} bytes of names`);
      columns.kind.room(count + 1)[count] = entryKinds[entry.kind];
      columns.mode.room(count * 2 + 2);
      mode[count] = entry.mode;
      columns.size.room(count * 8 + 8);
      size[count] = entry.size;
      columns.parent.add(directories.indexOf(opaque ? entry.path : parentOf(entry.path)));
      names.add(name);
      if (entry.target !== undefined) {
        columns.links.add(count);
        targets.add(entry.target);
      }
      if (entry.attributes !== undefined) attributes.add(count, entry.kind, entry.attributes);
      count += 1;
      return count - 1;
    },
    finish() {
      const [allNames, allDirectories, allTargets] = [names.finish(), directories.finish(), targets.finish()];
      return {
        count,
        directories: allDirectories.bytes,
        directoryEnds: allDirectories.ends,
        parent: columns.parent.finish(),
        kind: new Uint8Array(columns.kind.finish(count)),
        mode: new Uint16Array(columns.mode.finish(count * 2)),
        size: new Float64Array(columns.size.finish(count * 8)),
        names: allNames.bytes,
        nameEnds: allNames.ends,
        links: columns.links.finish(),
        targets: allTargets.bytes,
        targetEnds: allTargets.ends,
        ...attributes.finish(),
      };
    },
  };
}

function tooMany(what: string): SeaworthyError {
  return new SeaworthyError("limit-exceeded", `read layer: more than ${what}`);
}

interface DirectoryIndex {
  indexOf(path: string): number;
  size(): number;
  finish(): Texts;
}

// Entries of one directory come one after the other, as a rule.
function createDirectoryIndex(): DirectoryIndex {
  const known = new Map<string, number>();
  const texts = createTexts(maxDirectories);
  let last = "";
  let lastIndex = -1;
  return {
    indexOf(path) {
      if (path === last && lastIndex >= 0) return lastIndex;
      const before = known.get(path);
      if (before === undefined && known.size === maxDirectories)
        throw tooMany(`${maxDirectories} directories with entries`);
      last = path;
      lastIndex = before ?? known.size;
      if (before === undefined) {
        known.set(path, lastIndex);
        texts.add(path);
      }
      return lastIndex;
    },
    size: () => texts.size(),
    finish: () => texts.finish(),
  };
}

interface Texts {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

// Texts one after the other, UTF-8.
function createTexts(most: number): { add(text: string): void; size(): number; finish(): Texts } {
  const memory = createGrowingBytes(maxText);
  const bytes = Buffer.from(memory.buffer);
  const ends = createGrowingNumbers(most);
  let used = 0;
  return {
    add(text) {
      memory.room(used + text.length * 3);
      used += text === "" ? 0 : bytes.write(text, used, "utf8");
      ends.add(used);
    },
    size: () => used,
    finish: () => ({ bytes: new Uint8Array(memory.finish(used)), ends: ends.finish() }),
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
  const owners = createGrowingNumbers(3 * maxEntries);
  const capabilities = new Map<number, string>();
  const newest: { readonly entry: number; readonly mtime: number }[] = [];
  let lastUid = -1;
  let lastGid = -1;
  let oldestKept = -1;
  return {
    add(entry, kind, { uid, gid, mtime, capability }) {
      if (uid !== lastUid || gid !== lastGid) for (const number of [entry, uid, gid]) owners.add(number);
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
    finish: () => ({ owners: owners.finish(), capabilities, newest }),
  };
}

/** No entries. */
export const noEntries: LayerEntries = createEntryColumns().finish();

/** Reads base names by entry; quick when it is asked for many. */
export function createNameReader(entries: LayerEntries): (index: number) => string {
  const { names, nameEnds } = entries;
  if (!isAscii(names)) return (index) => entryName(entries, index);
  // Parts of one string: a million names cost a million small headers and no copies.
  const all = Buffer.from(names.buffer, names.byteOffset, names.length).toString("latin1");
  return (index) => all.slice(index === 0 ? 0 : nameEnds[index - 1], nameEnds[index]);
}

/** Base name of an entry. */
function entryName({ names, nameEnds }: LayerEntries, index: number): string {
  return textAt(names, nameEnds, index);
}

/** A directory as the tar writes it, by the number that entries have as parent. */
export function directoryAt({ directories, directoryEnds }: LayerEntries, number: number): string {
  return textAt(directories, directoryEnds, number);
}

/** Where a link leads; `""` for what is none. */
export function targetOf({ links, targets, targetEnds }: LayerEntries, index: number): string {
  const at = lowerBound(links, index);
  return links[at] === index ? textAt(targets, targetEnds, at) : "";
}

function textAt(bytes: Uint8Array, ends: Uint32Array, index: number): string {
  const start = index === 0 ? 0 : (ends[index - 1] ?? 0);
  return bufferOf(bytes).toString("utf8", start, ends[index] ?? start);
}

/** Path of an entry as the tar writes it, normalised. */
export function entryPath(entries: LayerEntries, index: number): string {
  const parent = directoryAt(entries, entries.parent[index] ?? 0);
  const name = entryName(entries, index);
  return parent === "" ? name : name === "" ? parent : `${parent}/${name}`;
}
