import type { Advisory, ExploitProbability, KnownExploited, Lifecycle } from "./advisory.ts";

/** One thing that a feed tells. */
export type FeedRecord =
  | { readonly kind: "advisory"; readonly advisory: Advisory }
  | { readonly kind: "known-exploited"; readonly entry: KnownExploited }
  | { readonly kind: "exploit-probability"; readonly entry: ExploitProbability }
  /** `id` is an os-release id, or a runtime's key (core/runtime.ts). */
  | { readonly kind: "lifecycle"; readonly id: string; readonly lifecycle: Lifecycle }
  /** A record that could not be read; counted and shown, never silently dropped. */
  | { readonly kind: "rejected"; readonly record: string; readonly reason: string };

/** A document of a feed, laid on disk by the sync (downloads go to a private file first), read as a stream or at random. */
export interface FeedDocument {
  /** `HOST/PATH` as upstream serves it, e.g. `osv-vulnerabilities.storage.googleapis.com/npm/all.zip`. */
  readonly name: string;
  /** Local file. */
  readonly path: string;
}

/** One advisory source. Fetching is the sync's; a feed says what to fetch and reads what came. */
export interface Feed {
  /** `osv`, `debian-tracker` … */
  readonly id: string;
  /** `HOST/PATH` of what to fetch, given the documents already there (an index first, then what it lists) and those asked for in vain. */
  documents(
    have: readonly FeedDocument[],
    absent: readonly string[],
  ): readonly string[] | Promise<readonly string[]>;
  /** Which source of the database a document makes up, where a feed has several: `osv npm`; undefined for an index. Default: the feed's id. */
  source?(name: string): string | undefined;
  /** May this document be absent upstream, where these are there? An absent one that may not is listed as missing. Default: no. */
  optional?(name: string, have: readonly FeedDocument[]): boolean;
  /**
   * Does a document make up the advisories of this ecosystem key, alone or with others? One that does not only adds to them.
   * An ecosystem is covered by a source when a document that makes it up is there and none is missing. Default: yes.
   */
  makesUp?(name: string, ecosystem: string): boolean;
  /** @throws SeaworthyError `feed-invalid` when the document as a whole cannot be read. */
  parse(document: FeedDocument): AsyncIterable<FeedRecord>;
}
