import type { Extraction, FileError } from "./plugin.ts";

/** What kind of thing a tar entry is. */
export type EntryKind = "file" | "directory" | "symlink" | "hardlink" | "other";

/** The answer of one extractor for one file of a layer. */
export interface LayerFind {
  readonly plugin: string;
  readonly path: string;
  readonly extraction: Extraction;
}

/** A link of a layer: `target` as written for a symlink, normalised path for a hard link. */
export interface LayerLink {
  readonly path: string;
  readonly kind: "symlink" | "hardlink";
  readonly target: string;
}

/**
 * All that is kept of a layer: made once from its bytes, cached by digest, merged with its siblings into an image.
 * Plain data (structured clone). Paths are normalised, without leading slash.
 */
export interface LayerIndex {
  /** sha256 of the uncompressed tar as read, `sha256:…`; empty for a directory. */
  readonly diffId: string;
  /** sha256 of the stored bytes as read; empty for a directory. */
  readonly digest: string;
  readonly compression: "none" | "gzip" | "zstd";
  /** Uncompressed bytes. */
  readonly bytes: number;
  /** Paths of all regular files, in the order of the tar. */
  readonly files: readonly string[];
  readonly directories: readonly string[];
  readonly links: readonly LayerLink[];
  /** Paths of devices, sockets and pipes. */
  readonly others: readonly string[];
  /** Paths that this layer deletes (whiteouts, without `.wh.`). */
  readonly whiteouts: readonly string[];
  /** Directories whose lower content this layer hides (opaque whiteouts). */
  readonly opaque: readonly string[];
  /** Regular files that are programs by their magic number (libraries are not), or scripts with an execute bit. */
  readonly executables: readonly {
    readonly path: string;
    readonly kind: "elf" | "pe" | "macho" | "script";
  }[];
  readonly finds: readonly LayerFind[];
  readonly errors: readonly (Omit<FileError, "layer"> & { readonly plugin: string })[];
  /** Why the layer was not read to its end or cannot be trusted; empty for a sound one. */
  readonly faults: readonly { readonly code: string; readonly message: string }[];
}
