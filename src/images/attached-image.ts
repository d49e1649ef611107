/** What a list of referrers says of one of them. */
export interface Referrer {
  readonly digest: string;
  /** Empty where the list does not say it. */
  readonly artifactType: string;
}

/** An image by its digests, and what hangs on it where it is kept. Bytes are checked against their digests. */
export interface AttachedImage {
  /** Registry and repository, `registry.example.com/team/app`; empty of a layout. */
  readonly name: string;
  /** What the reference names (an index or a manifest); with a platform asked for, then that platform's manifest. */
  readonly subjects: readonly string[];
  /** The documents of the subjects that were read. */
  readonly manifests: ReadonlyMap<string, Uint8Array>;
  /** Manifests whose subject is this digest, by the registry's word. `incomplete` says in words what may be missing. */
  referrers(digest: string): Promise<{ readonly entries: readonly Referrer[]; readonly incomplete?: string }>;
  /** The manifest under a tag; undefined when there is none. */
  tagged(tag: string): Promise<Uint8Array | undefined>;
  manifest(digest: string): Promise<Uint8Array>;
  /** @throws SeaworthyError `limit-exceeded` for more bytes than `limit`. */
  blob(digest: string, size: number, limit: number): Promise<Uint8Array>;
  /** Undefined where nothing can be attached. */
  readonly destination: Destination | undefined;
  close(): Promise<void>;
}

/** Where something can be attached. */
export interface Destination {
  /** What is under a tag there now, and not in a mirror. */
  tagged(tag: string): Promise<Uint8Array | undefined>;
  putBlob(bytes: Uint8Array): Promise<void>;
  /** Under a tag, or under its digest. Answers whether the registry will list it among the referrers of its subject. */
  putManifest(bytes: Uint8Array, mediaType: string, tag?: string): Promise<{ readonly listed: boolean }>;
}
