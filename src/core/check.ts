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
  /** What a policy may set of it, beside its severity. */
  readonly options?: readonly CheckOption[] | undefined;
}

/** A number of a check that a policy may set; `bytes` and `days` are whole, `ratio` is from 0 to 1. */
export interface NumberOption {
  /** One word, unique in the check. */
  readonly name: string;
  readonly kind: "number" | "bytes" | "days" | "ratio";
  readonly default: number;
  /** What it sets, in one line, without full stop. */
  readonly meaning: string;
}

/** A list of a check that a policy may set. */
export interface NamesOption extends Pick<NumberOption, "name" | "meaning"> {
  readonly kind: "names";
  readonly default: readonly string[];
}

/** What a policy may set of a check. */
export type CheckOption = NumberOption | NamesOption;

/** What a policy sets of a check, by the option's name; what is not in it has its default. */
export type CheckOptions = Readonly<Record<string, number | readonly string[]>>;

/** An option's number. */
export function numberOf(options: CheckOptions, { name, default: usual }: NumberOption): number {
  const value = options[name];
  return typeof value === "number" ? value : usual;
}

/** An option's list. */
export function namesOf(options: CheckOptions, { name, default: usual }: NamesOption): readonly string[] {
  const value = options[name];
  return value === undefined || typeof value === "number" ? usual : value;
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
export interface CheckFinding extends CheckHit, Omit<CheckText, "example" | "links" | "options"> {
  /** How many findings the packages in `owners` have. */
  readonly findings: number;
  /** Beside a baseline: it came with this image, or was there before. */
  readonly since?: "changed" | "known" | undefined;
}
