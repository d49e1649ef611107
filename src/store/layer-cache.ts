import { hash } from "node:crypto";
import { type BigIntStats, lstatSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ImageContent } from "../core/indexed.ts";
import type { LayerIndex } from "../core/layer.ts";
import { pruneFiles, readRecord, touch, writeRecord } from "./layer-cache-file.ts";
import { makeDirectories } from "./make-directories.ts";

/** What bytes were found to be when they were read: digest of the stored bytes, of what comes out of them, and how. */
export type LayerIdentity = Pick<LayerIndex, "digest" | "diffId" | "compression">;

/** What a second pass over a layer found. */
export type SecondPass = Pick<LayerIndex, "finds" | "errors">;

/** A part of a local file, as the system describes it now. */
export interface FileRange {
  readonly stats: BigIntStats;
  readonly offset: number;
  readonly length: number;
}

/**
 * Layers and images that were indexed before, by digest. Nothing is stored under a digest that was not computed from the bytes
 * themselves, so no archive can plant or borrow an entry. A damaged, foreign or missing file is a miss; what cannot be
 * written is not kept. Any number of processes may use one directory.
 */
export interface LayerCache {
  /** What stored bytes of this digest are, when they were ever read. */
  identity(digest: string): LayerIdentity | undefined;
  /** What this part of a file was when it was read whole, if the file has not changed since. */
  provenRange(range: FileRange): LayerIdentity | undefined;
  proveRange(range: FileRange, identity: LayerIdentity): void;
  layer(diffId: string): LayerIndex | undefined;
  saveLayer(index: LayerIndex): void;
  /** `key` tells what the pass looked for. */
  secondPass(diffId: string, key: string): SecondPass | undefined;
  saveSecondPass(diffId: string, key: string, pass: SecondPass): void;
  /** `key` names all layers in order. */
  image(key: string): ImageContent | undefined;
  saveImage(key: string, content: ImageContent): void;
  /** Removes what was not used for longest until the directory is within its bound. */
  prune(): void;
}

/** Where and what a cache is. */
export interface CacheOptions {
  /** Made when missing, private to the user. */
  readonly directory: string;
  /** Tells what made the entries: another one finds nothing of them. */
  readonly fingerprint: string;
  /** Most bytes on disk; 2 GiB unless told. */
  readonly limit?: number | undefined;
}

/** `SEAWORTHY_CACHE_DIR`, else `seaworthy` in `XDG_CACHE_HOME` or `~/.cache`. */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const { SEAWORTHY_CACHE_DIR: own, XDG_CACHE_HOME: xdg } = env;
  if (own !== undefined && own !== "") return own;
  return join(xdg !== undefined && xdg.startsWith("/") ? xdg : join(homedir(), ".cache"), "seaworthy");
}

/** Opens a cache; undefined when the directory cannot be made, or is not the user's own. */
export function openLayerCache({
  directory,
  fingerprint,
  limit = 2 * 2 ** 30,
}: CacheOptions): LayerCache | undefined {
  const layers = join(directory, "layers");
  if (!isPrivate(layers)) return undefined;
  const fileOf = (kind: string, key: string): string => {
    const name = hash("sha256", JSON.stringify([kind, key, fingerprint]), "hex");
    return join(layers, `${name.slice(0, 40)}.${kind}`);
  };
  const load = <T>(kind: string, key: string, is: (value: unknown) => value is T): T | undefined => {
    const file = fileOf(kind, key);
    const [value] = readRecord(file) ?? [];
    if (!is(value)) return undefined;
    touch(file);
    return value;
  };
  const save = (kind: string, key: string, value: unknown): void => writeRecord(fileOf(kind, key), [value]);
  return {
    identity: (digest) => load("identity", digest, isIdentity),
    provenRange: (range) => load("range", rangeKey(range), isIdentity),
    proveRange: (range, { digest, diffId, compression }) =>
      save("range", rangeKey(range), { digest, diffId, compression }),
    layer(diffId) {
      const index = joinedColumns(readRecord(fileOf("layer", diffId)) ?? []);
      if (!isLayerIndex(index)) return undefined;
      touch(fileOf("layer", diffId));
      return index;
    },
    saveLayer(index) {
      const { digest, diffId, compression } = index;
      if (digest === "" || diffId === "") return;
      writeRecord(fileOf("layer", diffId), columnParts(index));
      save("identity", digest, { digest, diffId, compression });
    },
    secondPass: (diffId, key) => load("pass", `${diffId} ${key}`, isSecondPass),
    saveSecondPass: (diffId, key, pass) => save("pass", `${diffId} ${key}`, pass),
    image(key) {
      const content = joinedContent(readRecord(fileOf("image", key)) ?? []);
      if (content !== undefined) touch(fileOf("image", key));
      return content;
    },
    saveImage: (key, content) => writeRecord(fileOf("image", key), contentParts(content)),
    prune: () => pruneFiles(layers, limit),
  };
}

// Another user who can write here could make a scan say anything.
function isPrivate(directory: string): boolean {
  try {
    makeDirectories(directory, 0o700);
    const stats = lstatSync(directory);
    const own = process.getuid === undefined || stats.uid === process.getuid();
    return stats.isDirectory() && own && (stats.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

// What changes whenever somebody writes to the file, and cannot be set back by an ordinary user (ctime).
function rangeKey({ stats, offset, length }: FileRange): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return [dev, ino, size, mtimeNs, ctimeNs, offset, length].join(" ");
}

// The file's checksum and fingerprint say who wrote it; these only keep a surprise from going further.
function isIdentity(value: unknown): value is LayerIdentity {
  return hasFields(value, { digest: "string", diffId: "string", compression: "string" });
}

function isLayerIndex(value: unknown): value is LayerIndex {
  return (
    isIdentity(value) &&
    hasFields(value, { bytes: "number", entries: "object", executables: "object", faults: "object" }) &&
    isSecondPass(value)
  );
}

type ColumnPart = readonly [table: "entries" | "finds", column: string, values: unknown];

// A column of a million entries is written by itself.
function* columnParts({ entries, finds, ...rest }: LayerIndex): Generator {
  yield rest;
  for (const [column, values] of Object.entries(entries))
    yield ["entries", column, values] satisfies ColumnPart;
  for (const [column, values] of Object.entries(finds)) yield ["finds", column, values] satisfies ColumnPart;
}

function joinedColumns([rest, ...parts]: readonly unknown[]): unknown {
  if (typeof rest !== "object" || rest === null || !parts.every(isColumnPart)) return undefined;
  const tableOf = (name: ColumnPart[0]): unknown =>
    Object.fromEntries(
      parts.filter(([table]) => table === name).map(([, column, values]) => [column, values]),
    );
  return { ...rest, entries: tableOf("entries"), finds: tableOf("finds") };
}

function isColumnPart(value: unknown): value is ColumnPart {
  return Array.isArray(value) && value.length === 3;
}

function isSecondPass(value: unknown): value is SecondPass {
  return hasFields(value, { finds: "object", errors: "object" });
}

type ContentFrame = Omit<ImageContent, "packages" | "hiddenPackages">;

interface ContentList {
  readonly packages: ImageContent["packages"];
  readonly hiddenPackages: ImageContent["hiddenPackages"];
}

/** Packages that are written together. */
const mostTogether = 1000;

// A hundred thousand packages are never in one buffer.
function* contentParts({
  packages,
  hiddenPackages,
  ...frame
}: ImageContent): Generator<ContentFrame | ContentList> {
  yield frame;
  for (let at = 0; at < Math.max(packages.length, hiddenPackages.length); at += mostTogether)
    yield {
      packages: packages.slice(at, at + mostTogether),
      hiddenPackages: hiddenPackages.slice(at, at + mostTogether),
    };
}

function joinedContent([frame, ...lists]: readonly unknown[]): ImageContent | undefined {
  if (!isContentFrame(frame) || !lists.every(isContentList)) return undefined;
  return {
    ...frame,
    packages: lists.flatMap(({ packages }) => packages),
    hiddenPackages: lists.flatMap(({ hiddenPackages }) => hiddenPackages),
  };
}

function isContentList(value: unknown): value is ContentList {
  return hasFields(value, { packages: "object", hiddenPackages: "object" });
}

function isContentFrame(value: unknown): value is ContentFrame {
  return hasFields(value, {
    runs: "object",
    gaps: "object",
    unownedExecutables: "object",
    files: "number",
    bytes: "number",
  });
}

function hasFields(value: unknown, fields: Readonly<Record<string, string>>): boolean {
  if (typeof value !== "object" || value === null) return false;
  const held = new Map<string, unknown>(Object.entries(value));
  return Object.entries(fields).every(([name, type]) => typeof held.get(name) === type);
}
