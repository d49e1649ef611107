import { SeaworthyError } from "../core/errors.ts";
import { bufferOf } from "./lines.ts";
import type { OwnedPaths } from "./owned-paths.ts";

/** What a store of rpm headers gives: a header's bytes, or why a part of the store could not be read. */
export type StoredHeader =
  | { readonly kind: "header"; readonly bytes: Uint8Array }
  | { readonly kind: "damaged"; readonly error: SeaworthyError };

/** Most bytes of one header: ten times that of a package with 60,000 files. */
export const maxHeader = 64 * 2 ** 20;

/** A part of a store that could not be read. */
export function damagedStore(store: string, state: string): StoredHeader {
  return { kind: "damaged", error: malformedStore(store, state) };
}

/** The error for a store, `read rpm database (sqlite): …`. */
export function malformedStore(store: string, state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read rpm database (${store}): ${state}`);
}

/** What Seaworthy uses of an rpm header; absent tags are undefined. */
export interface RpmHeader {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly epoch: number | undefined;
  readonly arch: string | undefined;
  readonly vendor: string | undefined;
  readonly licence: string | undefined;
  /** File name of the source package, `bash-5.2-1.fc40.src.rpm`. */
  readonly sourceRpm: string | undefined;
  readonly modularityLabel: string | undefined;
  /** Files that were installed, as {@link OwnedPaths} takes them. */
  readonly paths: readonly string[];
}

/**
 * Reads a header as rpm keeps it in its database: two counts, index entries, data, all big-endian, without the magic number of a
 * package file (rpm docs/manual/format.md, lib/header.c). Entries after the immutable region replace those inside it.
 * @throws SeaworthyError `malformed` for what rpm itself would refuse.
 */
export function parseRpmHeader(bytes: Uint8Array, owned: OwnedPaths): RpmHeader {
  const header = openHeader(bufferOf(bytes));
  const required = (tag: number, what: string): string => {
    const value = firstString(header, tag);
    if (value === undefined || value === "") throw malformed(`it has no ${what}`);
    return value;
  };
  return {
    name: required(tags.name, "name"),
    version: required(tags.version, "version"),
    release: required(tags.release, "release"),
    epoch: numbers(header, tags.epoch)?.at(0),
    arch: firstString(header, tags.arch),
    vendor: firstString(header, tags.vendor),
    licence: firstString(header, tags.licence),
    sourceRpm: firstString(header, tags.sourceRpm),
    modularityLabel: firstString(header, tags.modularityLabel),
    paths: filePaths(header, owned),
  };
}

/** rpmtag.h */
const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  licence: 1014,
  arch: 1022,
  oldFileNames: 1027,
  fileStates: 1029,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  modularityLabel: 5096,
} as const;

const wantedTags: ReadonlySet<number> = new Set(Object.values(tags));

/** Types of entries (rpmtag.h), of which 0 to 9 exist, and the alignment that each demands. */
const stringType = 6;
const stringArrayType = 8;
const i18nStringType = 9;
const int32Type = 4;
const charType = 1;
const int8Type = 2;
const alignments = [1, 1, 1, 2, 4, 8, 1, 1, 1, 1] as const;

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

interface OpenHeader {
  readonly entries: ReadonlyMap<number, Entry>;
  readonly data: Buffer;
}

/** The first entry may be a region (61 to 63); all others are HEADER_I18NTABLE or above. */
const firstRegion = 61;
const firstTag = 100;

// rpm's own bounds: HEADER_TAGS_MAX and HEADER_DATA_MAX.
const maxEntries = 0xffff;
const maxData = 0x0fffffff;

function openHeader(bytes: Buffer): OpenHeader {
  if (bytes.length < 8) throw malformed(`${bytes.length} bytes`);
  const count = bytes.readUInt32BE(0);
  const length = bytes.readUInt32BE(4);
  if (count < 1 || count > maxEntries || length > maxData || 8 + count * 16 + length !== bytes.length)
    throw malformed(`${count} entries and ${length} bytes of data in ${bytes.length} bytes`);
  const data = bytes.subarray(8 + count * 16);
  const entries = new Map<number, Entry>();
  for (let at = 8; at < 8 + count * 16; at += 16) {
    const tag = bytes.readUInt32BE(at);
    const entry = readEntry(bytes, at, data.length);
    if (wantedTags.has(tag)) entries.set(tag, entry);
  }
  return { entries, data };
}

function readEntry(bytes: Buffer, at: number, length: number): Entry {
  const tag = bytes.readUInt32BE(at);
  const type = bytes.readUInt32BE(at + 4);
  const offset = bytes.readUInt32BE(at + 8);
  const count = bytes.readUInt32BE(at + 12);
  const alignment = alignments[type];
  const bad = alignment === undefined || offset > length || offset % alignment !== 0;
  if (bad || count < 1 || count > length || tag < (at === 8 ? firstRegion : firstTag))
    throw malformed(`entry of tag ${tag}: type ${type}, offset ${offset}, count ${count}`);
  return { type, offset, count };
}

function firstString(header: OpenHeader, tag: number): string | undefined {
  const entry = header.entries.get(tag);
  if (entry === undefined) return undefined;
  if (!isString(entry) || entry.count < 1) throw malformed(`tag ${tag} is no string`);
  const end = header.data.indexOf(0, entry.offset);
  if (end < 0) throw malformed(`tag ${tag} does not end`);
  return header.data.toString("utf8", entry.offset, end);
}

function strings(header: OpenHeader, tag: number): readonly string[] | undefined {
  const entry = header.entries.get(tag);
  if (entry === undefined) return undefined;
  if (!isString(entry)) throw malformed(`tag ${tag} is no list of strings`);
  let end = entry.offset;
  for (let index = 0; index < entry.count; index += 1) {
    end = header.data.indexOf(0, end) + 1;
    if (end === 0) throw malformed(`tag ${tag} has fewer than ${entry.count} strings`);
  }
  return entry.count === 0 ? [] : header.data.toString("utf8", entry.offset, end - 1).split("\0");
}

function isString({ type }: Entry): boolean {
  return type === stringType || type === stringArrayType || type === i18nStringType;
}

function numbers(header: OpenHeader, tag: number): Uint32Array | undefined {
  const entry = header.entries.get(tag);
  if (entry === undefined) return undefined;
  if (entry.type !== int32Type || entry.offset + entry.count * 4 > header.data.length)
    throw malformed(`tag ${tag} is no list of numbers`);
  const values = new Uint32Array(entry.count);
  for (let index = 0; index < entry.count; index += 1)
    values[index] = header.data.readUInt32BE(entry.offset + index * 4);
  return values;
}

// A path is directory number + base name; packages built before rpm 4 have whole paths.
function filePaths(header: OpenHeader, owned: OwnedPaths): readonly string[] {
  const paths: string[] = [];
  const isInstalled = fileStates(header);
  const names = strings(header, tags.baseNames);
  if (names === undefined) {
    for (const [index, path] of (strings(header, tags.oldFileNames) ?? []).entries())
      if (isInstalled(index)) owned.add(paths, path);
    return paths;
  }
  const directories = strings(header, tags.dirNames) ?? [];
  const indexes = numbers(header, tags.dirIndexes) ?? new Uint32Array();
  if (indexes.length !== names.length)
    throw malformed(`${names.length} file names, ${indexes.length} directories`);
  for (const [index, name] of names.entries()) {
    const directory = directories[indexes[index] ?? directories.length];
    if (directory === undefined) throw malformed(`file ${index} is in directory ${indexes[index]}`);
    if (isInstalled(index)) owned.add(paths, directory + name);
  }
  return paths;
}

// rpmfi.h: 0 normal, 1 replaced by another package's, 2 not installed, 3 on a network share, 4 wrong colour.
function fileStates(header: OpenHeader): (index: number) => boolean {
  const entry = header.entries.get(tags.fileStates);
  if (entry === undefined || (entry.type !== charType && entry.type !== int8Type)) return () => true;
  return (index) => {
    const state = index < entry.count ? header.data[entry.offset + index] : 0;
    return state === 0 || state === 3;
  };
}

function malformed(state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read rpm header: ${state}`);
}
