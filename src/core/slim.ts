import type { Platform } from "./image.ts";
import type { PackageType } from "./package.ts";
import type { Severity } from "./severity.ts";

/** `needed`: proven to be reached. `doubtful`: nothing proves that it is not. `unneeded`: no kept file leads to it. */
export type SlimState = "needed" | "doubtful" | "unneeded";

/** How many findings of each severity; only those that are not 0. */
export type FindingCounts = Partial<Readonly<Record<Severity, number>>>;

/** One package of the image, with what becomes of it. */
export interface SlimPackage {
  readonly purl: string;
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  readonly state: SlimState;
  /** Bytes of its visible files, and how many of them stay. */
  readonly bytes: number;
  readonly keptBytes: number;
  /** Of an unneeded one: what leaves with it. */
  readonly findings: FindingCounts;
  /** The chain from the image's command to its first file that is kept, nearest last; empty for an unneeded one. */
  readonly chain: readonly string[];
}

/** A minimal image that could carry the application. */
export interface SlimBase {
  readonly reference: string;
  /** Packages of the application that the base brings itself. */
  readonly has: readonly string[];
  /** OS packages that must still be copied. */
  readonly copied: readonly string[];
  readonly why: string;
}

/** What could leave an image, and how. */
export interface SlimPlan {
  readonly schemaVersion: string;
  readonly image: {
    readonly reference: string;
    readonly digest: string | null;
    readonly platform: Platform;
    readonly command: readonly string[];
  };
  /** Sorted by state (unneeded first), bytes, purl. */
  readonly packages: readonly SlimPackage[];
  /** Files outside the closure that no package owns, by directory, largest first. */
  readonly unowned: readonly { readonly directory: string; readonly files: number; readonly bytes: number }[];
  readonly totals: {
    readonly packages: number;
    readonly removedPackages: number;
    /** Bytes of all visible files, and of those that stay. */
    readonly bytes: number;
    readonly keptBytes: number;
    readonly removedFindings: FindingCounts;
    readonly keptFindings: FindingCounts;
  };
  /** Paths that stay, grouped: a directory stands for all below it. Absolute, sorted. */
  readonly kept: readonly { readonly path: string; readonly state: SlimState; readonly why: string }[];
  readonly bases: readonly SlimBase[];
  /** In words what cannot be known of this image. */
  readonly limits: readonly string[];
  /** Libraries that kept files are linked to and that the image has not. */
  readonly missing: readonly string[];
  /** Why no plan is offered; empty for a plan. */
  readonly refusals: readonly string[];
  /** Undefined where no plan is offered. */
  readonly dockerfile: string | undefined;
}
