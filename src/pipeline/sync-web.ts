import {
  createWriteStream,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { SeaworthyError } from "../core/errors.ts";
import { isRecord } from "../formats/shape.ts";
import type { Network } from "../net/http.ts";
import { makeDirectories } from "../store/make-directories.ts";
import { type DocumentSource, documentUrl, type FetchedDocument } from "./sync-documents.ts";

/** Documents over HTTP: from their own hosts, or below `base` as `BASE/HOST/PATH`. */
export interface WebOptions {
  /** Ends in a slash; undefined for upstream. */
  readonly base: string | undefined;
  /** Documents are kept here with their ETags. */
  readonly cache: string;
  readonly network: Network;
  /** ISO 8601. */
  readonly now: string;
  readonly received?: (name: string, bytes: number, total: number | undefined) => void;
}

/** What was said of a cached document when it came. */
interface Memo {
  readonly etag: string | undefined;
  readonly modified: string | undefined;
  readonly size: number;
  readonly fetched: string;
}

/** Fetches over HTTP what is not already there in the same state. */
export function webSource(options: WebOptions): DocumentSource {
  return {
    name: options.base ?? "upstream",
    partial: options.base !== undefined,
    fetch: (name) => fetchDocument(name, options),
    distrust: (documents) => {
      for (const { path } of documents) rmSync(memoPath(path), { force: true });
    },
  };
}

/** Only what an earlier update left in the cache. */
export function cacheSource(options: Pick<WebOptions, "base" | "cache">): DocumentSource {
  return {
    name: options.cache,
    partial: true,
    fetch: async (name) => {
      const path = cachePath(name, options);
      const memo = readMemo(path);
      return memo === undefined ? undefined : documentAt(name, path, memo.fetched, options);
    },
  };
}

// Another base may serve other content under the same name.
function cachePath(name: string, { base, cache }: Pick<WebOptions, "base" | "cache">): string {
  return join(cache, base === undefined ? "upstream" : encodeURIComponent(base), name);
}

function documentAt(
  name: string,
  path: string,
  fetched: string,
  { base }: Pick<WebOptions, "base">,
): FetchedDocument {
  return { name, path, url: documentUrl(base ?? "https://", name), fetched };
}

async function fetchDocument(name: string, options: WebOptions): Promise<FetchedDocument | undefined> {
  const path = cachePath(name, options);
  const url = documentUrl(options.base ?? "https://", name);
  const memo = readMemo(path);
  const { status, headers, body } = await options.network.download(url, {
    headers: conditions(memo),
    onProgress: (bytes, total) => options.received?.(name, bytes, total),
  });
  if (status === 404 || status === 410) return undefined;
  if (status === 304 && memo !== undefined) {
    writeMemo(path, { ...memo, fetched: options.now });
    return documentAt(name, path, options.now, options);
  }
  if (status !== 200)
    throw new SeaworthyError("network-failed", `fetch "${url}": the server answered ${status}`, {
      hint: "the old database, if any, is untouched; try again later",
    });
  await keep(path, body);
  writeMemo(path, {
    etag: headers.get("etag"),
    modified: headers.get("last-modified"),
    size: statSync(path).size,
    fetched: options.now,
  });
  return documentAt(name, path, options.now, options);
}

// https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
function conditions(memo: Memo | undefined): Readonly<Record<string, string>> {
  if (memo?.etag !== undefined) return { "if-none-match": memo.etag };
  return memo?.modified === undefined ? {} : { "if-modified-since": memo.modified };
}

// The memo goes before the bytes that it speaks of, and comes after the new ones: a crash in between costs a download.
async function keep(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  makeDirectories(dirname(path));
  removeOldParts(path);
  try {
    await pipeline(body, createWriteStream(part));
    rmSync(memoPath(path), { force: true });
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}

const partLifetime = 24 * 3_600_000;

// Of processes that were killed; a younger one may still be written.
function removeOldParts(path: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix) || !name.endsWith(".part")) continue;
    const part = join(dirname(path), name);
    const stat = statSync(part, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > partLifetime) rmSync(part, { force: true });
  }
}

function memoPath(path: string): string {
  return `${path}.memo`;
}

function readMemo(path: string): Memo | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const memo = parseMemo(path);
  return memo?.size === stat.size ? memo : undefined;
}

function parseMemo(path: string): Memo | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(memoPath(path), "utf8"));
    if (!isRecord(value)) return undefined;
    const { etag, modified, size, fetched } = value;
    if (typeof size !== "number" || typeof fetched !== "string") return undefined;
    return { etag: textOr(etag), modified: textOr(modified), size, fetched };
  } catch {
    // No memo, or one cut off by a crash: fetched anew.
    return undefined;
  }
}

function textOr(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function writeMemo(path: string, memo: Memo): void {
  const part = `${memoPath(path)}.${process.pid}.part`;
  writeFileSync(part, JSON.stringify(memo));
  renameSync(part, memoPath(path));
}
