import type { DatabaseInfo } from "./advisory.ts";
import type { CheckFinding } from "./check.ts";
import type { ErrorCode } from "./errors.ts";
import type { FindingCounts } from "./finding.ts";
import type { Policy } from "./policy.ts";
import type { Report, Verdict } from "./report.ts";

/** One place of the files of a deployment that names an image. */
export interface ImageUse {
  /** As the command line's argument leads to it: `deploy/app.yaml`; `-` is the standard input. */
  readonly file: string;
  /** Index of the document in the file, from 0. */
  readonly document: number;
  /** Of the value, from 1; null where a template made it. */
  readonly line: number | null;
  readonly column: number | null;
  /** `Deployment`; `compose` for a service of a Compose file, `values` for a chart's values. */
  readonly kind: string;
  /** Null where the object names none. */
  readonly namespace: string | null;
  /** Name of the object, of the Compose service or of the chart. */
  readonly name: string;
  /** Name of the container; null where there is none (an image volume, a custom resource's own image). */
  readonly container: string | null;
  /** The image as it stands in the file, before an overlay changed it. */
  readonly written: string;
  /** The file that made another image of it: a kustomization, a patch, an override. Null where it is what is written. */
  readonly via: string | null;
}

/** How firmly a reference names its image: by content, by a tag, by `latest`, or by nothing but the repository. */
export type Pinned = "digest" | "tag" | "latest" | "none";

/** An image that the files name, and where. */
export interface NamedImage {
  /** What will be pulled, as the files write it. */
  readonly reference: string;
  /** In the order of the files. */
  readonly uses: readonly ImageUse[];
}

/** Why images may be in the files that were not found; stable, each explained in docs/cli.md. Any one makes the verdict `unknown`. */
export const setGapCodes = [
  "manifest-unreadable",
  "image-unresolved",
  "source-absent",
  "chart-not-rendered",
  "nothing-found",
] as const;

/** One of {@link setGapCodes}. */
export type SetGapCode = (typeof setGapCodes)[number];

/** Something that the search for images could not see. */
export interface SetGap {
  readonly code: SetGapCode;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
}

/** What the search found in a set of files. */
export interface NamedImages {
  /** How many files were read for manifests. */
  readonly files: number;
  /** Sorted by reference. */
  readonly images: readonly NamedImage[];
  readonly gaps: readonly SetGap[];
  /** In words what else is to be known; touches no verdict. */
  readonly notes: readonly string[];
}

/** What became of one image of the set. */
export type SetOutcome =
  /** Nothing was to be scanned. */
  | { readonly kind: "listed" }
  /** `report` only where it was asked to be kept. */
  | {
      readonly kind: "scanned";
      readonly digest: string | null;
      readonly summary: ImageSummary;
      readonly report: Report | undefined;
    }
  /** Another reference led to the same image: its outcome is that one's. */
  | {
      readonly kind: "same";
      readonly digest: string;
      readonly as: string;
      readonly summary: ImageSummary;
    }
  | {
      readonly kind: "error";
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string | undefined;
    };

/** What a table tells of a report, and the verdict on the set needs of it: small beside the report itself. */
export interface ImageSummary {
  readonly counts: FindingCounts;
  readonly verdict: Verdict;
}

/** An image of the set with what is to be said of it. */
export interface SetImage extends NamedImage {
  readonly pinned: Pinned;
  /** How the files name it. */
  readonly checks: readonly CheckFinding[];
  readonly outcome: SetOutcome;
}

/** The report of a set of images: what `scan k8s --format json` writes (schemas/image-set.schema.json). */
export interface ImageSetReport {
  readonly schemaVersion: string;
  readonly files: number;
  readonly images: readonly SetImage[];
  readonly gaps: readonly SetGap[];
  readonly notes: readonly string[];
  /** Null where nothing was scanned. */
  readonly database: DatabaseInfo | null;
  readonly policy: Policy;
  readonly verdict: Verdict;
}
