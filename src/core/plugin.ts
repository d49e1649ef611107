import type { ErrorCode } from "./errors.ts";
import type { FileFacts } from "./facts.ts";
import type { Distro, FoundPackage, Ownership } from "./package.ts";
import type { PackageRepository } from "./package-repository.ts";

/** Random access to bytes, synchronous. `read` answers fewer bytes only at the end, none past it; it never throws for a range. */
export interface RandomAccess {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

/** A regular file of a layer before its content is read. */
export interface Candidate {
  /** Normalised, without leading slash: `usr/lib/os-release`. */
  readonly path: string;
  /** Permission bits as in the tar header. */
  readonly mode: number;
  readonly size: number;
  /** The first bytes of the file (up to 512): enough for magic numbers. Empty when only the path is known. */
  readonly head: Uint8Array;
}

/** A wanted file, open. `bytes` is valid only during `extract`. */
export interface FoundFile extends Candidate {
  readonly bytes: RandomAccess;
}

/** What went wrong inside a file that was otherwise read. Every one makes the run `partial` and travels to the verdict. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a check's probe saw in one file. What it means is said by the check of that id. */
export interface Observation {
  /** Id of the check: `SW-IM-…`. */
  readonly check: string;
  /** What was seen, in words. A secret is never in it whole. */
  readonly message: string;
  /** Line in the file, from 1; undefined for what has no lines. */
  readonly line?: number | undefined;
  /** Says nothing where an OS package ships the file as it is. */
  readonly unlessOwned?: boolean | undefined;
}

/** Users and groups, by passwd(5) and group(5). */
export interface Accounts {
  readonly users: readonly {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly home: string;
    readonly shell: string;
  }[];
  readonly groups: readonly { readonly name: string; readonly gid: number }[];
}

/** What one file told. All parts may be empty; a file of which nothing could be read throws a SeaworthyError instead. */
export interface Extraction {
  readonly packages?: readonly FoundPackage[];
  readonly owns?: readonly Ownership[];
  readonly distro?: Distro;
  /** Licences of the package whose documentation directory the file is in. */
  readonly licences?: readonly string[];
  readonly observations?: readonly Observation[];
  readonly accounts?: Accounts;
  /** Where the image's package managers fetch from. */
  readonly repositories?: readonly PackageRepository[];
  /** What the file needs when it runs; of `slim`'s probes alone. */
  readonly facts?: FileFacts;
  readonly problems?: readonly Problem[];
}

/**
 * Reads packages from one kind of file. Pure: same bytes, same answer; opens nothing by itself.
 * `wants` must be cheap: it is asked for every regular file of every layer.
 */
export interface Extractor {
  /** Stable, kebab-case, unique: `dpkg-status`. */
  readonly id: string;
  /**
   * True when a file that only the merged tree shows to be wanted is not worth reading its layer a second time. Files of which a minor
   * plugin has nothing to tell are not kept.
   */
  readonly minor?: boolean;
  wants(file: Candidate): boolean;
  /** @throws SeaworthyError when nothing of the file can be read (`malformed`, `truncated`, `limit-exceeded`, `unsupported`). */
  extract(file: FoundFile): Extraction;
}

/** How a plugin fared over an image. */
export type RunStatus = "succeeded" | "partial" | "failed";

/** One plugin's line in the coverage ledger. */
export interface PluginRun {
  readonly plugin: string;
  readonly status: RunStatus;
  readonly files: number;
  readonly packages: number;
  readonly errors: readonly FileError[];
}

/** A file that could not be read, or only in part. */
export interface FileError extends Problem {
  readonly path: string;
  readonly layer: number;
}
