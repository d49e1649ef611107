import { statSync } from "node:fs";
import { join } from "node:path";
import { SeaworthyError } from "../core/errors.ts";
import type { Feed, FeedDocument } from "../core/feed.ts";

/** A document on disk, with where it is from and when it was fetched (ISO 8601). */
export interface FetchedDocument extends FeedDocument {
  readonly url: string;
  readonly fetched: string;
}

/** Where documents come from. */
export interface DocumentSource {
  /** For people: `/mnt/mirror`, `http://127.0.0.1:8080/`, `upstream`. */
  readonly name: string;
  /** May whole feeds be absent? Of a mirror, yes; upstream has them all. */
  readonly partial: boolean;
  /** A local copy of `HOST/PATH`; undefined when there is none. @throws SeaworthyError when it cannot be told. */
  fetch(name: string): Promise<FetchedDocument | undefined>;
  /** Called when a build could not read what came: a cached copy must not be taken again. */
  readonly distrust?: (documents: readonly FetchedDocument[]) => void;
}

/** All that a feed has at a source. */
export interface FeedDocuments {
  readonly feed: Feed;
  readonly documents: readonly FetchedDocument[];
  /** Documents that should be there and are not. */
  readonly missing: readonly string[];
}

/** A mirror laid out `DIR/HOST/PATH`, as `wget -x` leaves it; read in place. */
export function directorySource(directory: string): DocumentSource {
  if (!isDirectory(directory))
    throw new SeaworthyError("usage", `read mirror "${directory}": not a directory`, {
      hint: "--from takes a directory laid out HOST/PATH, or a base URL",
    });
  return {
    name: directory,
    partial: true,
    fetch: async (name) => {
      const path = join(directory, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat === undefined || !stat.isFile()) return undefined;
      return { name, path, url: documentUrl("https://", name), fetched: stat.mtime.toISOString() };
    },
  };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The address of a document below a base that ends in a slash: `Red Hat` becomes `Red%20Hat`. */
export function documentUrl(base: string, name: string): string {
  return base + name.split("/").map(encodeURIComponent).join("/");
}

const atOnce = 4;
const mostRounds = 4;

/** Fetches what a feed wants, an index before what it lists, a few at once. */
export async function fetchFeed(
  feed: Feed,
  source: DocumentSource,
  fetched: (name: string) => void,
): Promise<FeedDocuments> {
  const have = new Map<string, FetchedDocument>();
  const absent: string[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const wanted = await feed.documents([...have.values()], absent);
    const open = wanted.filter((name) => !have.has(name) && !absent.includes(name));
    if (open.length === 0) break;
    await eachOf(open, async (name) => {
      const document = await source.fetch(name);
      if (document === undefined) absent.push(name);
      else have.set(name, document);
      fetched(name);
    });
  }
  const documents = [...have.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const missing = absent.filter((name) => feed.optional?.(name, documents) !== true);
  // A feed of which nothing is there is one miss, whatever its parts.
  return { feed, documents, missing: documents.length === 0 ? absent.slice(0, 1) : missing.sort() };
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
