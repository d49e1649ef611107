import type { Severity } from "./severity.ts";

/**
 * What a check says of itself, be it a rule for Dockerfiles or a check of images. Its documentation page (docs/checks/ID.md) is made
 * from this, and nothing else.
 */
export interface CheckText {
  /** Stable: `SW-DF-…` for a rule of Dockerfiles, `SW-IM-…` for a check of images; three digits follow. */
  readonly id: string;
  /** Ids under which other tools know it: `DL3008`, `CIS-DI-0001`, `DKL-DI-0006`. */
  readonly aliases: readonly string[];
  /** One line, no full stop. */
  readonly title: string;
  readonly severity: Severity;
  /** Why it matters: what goes wrong otherwise. One paragraph. */
  readonly why: string;
  /** The edit that mends it. One paragraph. */
  readonly remedy: string;
  /** Lines of a Dockerfile before and after the edit. */
  readonly example?: { readonly before: string; readonly after: string } | undefined;
  /** Where it is written down: benchmark, manual, specification. */
  readonly links: readonly string[];
}

/** What a check has to say of an image. */
export interface CheckHit {
  /** What was seen, in words. A secret is never in it whole. */
  readonly message: string;
  /** Index of the layer that brought it; undefined for what is in the config alone. */
  readonly layer?: number | undefined;
  /** The first of them, sorted. */
  readonly paths?: readonly string[] | undefined;
  /** How many entries there are in all, and their bytes, where that says something. */
  readonly entries?: number | undefined;
  readonly bytes?: number | undefined;
  /** Line in the file, from 1. */
  readonly line?: number | undefined;
  /** Index of the layer that removed or replaced it: shipped, not visible. */
  readonly removedIn?: number | undefined;
  /** OS packages that own the paths, as `deb curl`. */
  readonly owners?: readonly string[] | undefined;
}

/** What a check found in an image, as reports tell it. */
export interface CheckFinding extends CheckHit, Omit<CheckText, "example" | "links"> {
  /** How many findings the packages in `owners` have. */
  readonly findings: number;
  /** Beside a baseline: it came with this image, or was there before. */
  readonly since?: "changed" | "known" | undefined;
}
