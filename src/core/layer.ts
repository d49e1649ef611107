import type { ErrorCode } from "./errors.ts";
import type { FileFacts } from "./facts.ts";
import type { Distro, FoundPackage } from "./package.ts";
import type { PackageRepository } from "./package-repository.ts";
import type { Accounts, Observation, Problem } from "./plugin.ts";

/** What an entry of a layer is or does, as the number kept in {@link LayerEntries.kind}. */
export const entryKinds = {
  file: 0,
  directory: 1,
  symlink: 2,
  hardlink: 3,
  /** Device, pipe or socket. */
  other: 4,
  /** The layer deletes this name of the layers below (`.wh.NAME`). */
  whiteout: 5,
  /** The layer hides all that the layers below hold in the parent directory (`.wh..wh..opq`). */
  opaque: 6,
} as const;

/**
 * All entries of a layer in the order of the tar, as columns: a million of them cost some 30 MB and move between threads
 * without a copy. Entry `i` is directory `parent[i]` + "/" + the name that ends at byte `nameEnds[i]` of `names`.
 * Paths are normalised, without leading slash; the root itself is no entry (but may be a parent, `""`).
 */
export interface LayerEntries {
  readonly count: number;
  /** Distinct parent directories, as the tar writes them (links are not yet followed), one after the other as `names` are. */
  readonly directories: Uint8Array;
  readonly directoryEnds: Uint32Array;
  readonly parent: Uint32Array;
  /** One of {@link entryKinds}. */
  readonly kind: Uint8Array;
  /** Permission bits (12). */
  readonly mode: Uint16Array;
  /** Bytes of content. */
  readonly size: Float64Array;
  /** Base names one after the other, UTF-8; empty for an opaque marker. */
  readonly names: Uint8Array;
  readonly nameEnds: Uint32Array;
  /** Entries that are links, ascending. */
  readonly links: Uint32Array;
  /** Target of each of them, one after the other: as written for a symlink, normalised path for a hard link. */
  readonly targets: Uint8Array;
  readonly targetEnds: Uint32Array;
  /** Who owns them, as runs of three numbers: first entry, user id, group id; each run reaches to the next. */
  readonly owners: Uint32Array;
  /** Entry → the extended attribute `security.capability`, one character a byte (capabilities(7)). */
  readonly capabilities: ReadonlyMap<number, string>;
  /** The files written last, newest first: some ten, enough to tell whether a layer holds any from after its build. */
  readonly newest: readonly { readonly entry: number; readonly mtime: number }[];
}

/** `Ownership` of one owner with its paths packed: UTF-8, each ended by a NUL. */
export interface PackedOwnership {
  readonly owner: string;
  readonly os: boolean;
  readonly paths: Uint8Array;
}

/** The answer of one extractor for one file of a layer. */
export interface LayerFind {
  readonly plugin: string;
  /** Index of the file in {@link LayerEntries}. */
  readonly entry: number;
  /** Path under which the extractor saw the file: its own, or the one by which the merged tree reaches it. */
  readonly path: string;
  readonly packages: readonly FoundPackage[];
  readonly owns: readonly PackedOwnership[];
  readonly distro: Distro | undefined;
  /** Of the package whose documentation directory the file is in; absent for most files. */
  readonly licences?: readonly string[];
  /** Absent for most files, as `accounts` is. */
  readonly observations?: readonly Observation[];
  readonly accounts?: Accounts;
  readonly repositories?: readonly PackageRepository[];
  readonly facts?: FileFacts;
  readonly problems: readonly Problem[];
}

/**
 * The {@link LayerFind}s of a layer, packed: a hundred thousand of them move between threads and into the cache as bytes.
 * Find `i` is of `plugins[plugin[i]]` and of entry `entry[i]`, and ends at byte `ends[i]` of `bytes`.
 */
export interface PackedFinds {
  readonly count: number;
  /** Packages in all of them. */
  readonly packages: number;
  /** Ids of the plugins that found something. */
  readonly plugins: readonly string[];
  readonly plugin: Uint8Array;
  readonly entry: Uint32Array;
  /** Bits that tell which parts of a find are not empty. */
  readonly parts: Uint16Array;
  readonly ends: Uint32Array;
  readonly bytes: Uint8Array;
}

/** A file of a layer that an extractor wanted and could not read. */
export interface LayerError extends Problem {
  readonly plugin: string;
  readonly entry: number;
  readonly path: string;
}

/** Why a layer was not read to its end or cannot be trusted. */
export interface LayerFault {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A regular file that is a program by its magic number (libraries are not), or a script with an execute bit. */
export interface LayerExecutable {
  readonly entry: number;
  readonly kind: "elf" | "pe" | "macho" | "script";
  /** Of a script: the absolute path that its first line names. */
  readonly interpreter?: string | undefined;
}

/**
 * All that is kept of a layer: made once from its bytes, cached by digest, merged with its siblings into an image.
 * Plain data (structured clone).
 */
export interface LayerIndex {
  /** sha256 of the uncompressed tar as read, `sha256:…`; empty for a directory and for a layer that was not read to its end. */
  readonly diffId: string;
  /** sha256 of the stored bytes as read; empty as `diffId` is. */
  readonly digest: string;
  readonly compression: "none" | "gzip" | "zstd";
  /** Uncompressed bytes. */
  readonly bytes: number;
  readonly entries: LayerEntries;
  readonly executables: readonly LayerExecutable[];
  readonly finds: PackedFinds;
  readonly errors: readonly LayerError[];
  /** Empty for a sound layer. */
  readonly faults: readonly LayerFault[];
}
