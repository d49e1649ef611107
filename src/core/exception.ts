import type { Scope } from "./policy.ts";
import type { Severity } from "./severity.ts";

/** Why a finding may stand: VEX's justifications (https://github.com/openvex/spec), and what VEX has no word for. */
export const justifications = [
  "component_not_present",
  "vulnerable_code_not_present",
  "vulnerable_code_not_in_execute_path",
  "vulnerable_code_cannot_be_controlled_by_adversary",
  "inline_mitigations_already_exist",
  "false_positive",
  "no_fix_available",
  "risk_accepted",
] as const;

/** One of {@link justifications}. */
export type Justification = (typeof justifications)[number];

/** What ends an exception before its day. */
export const reopenTriggers = ["fix", "kev", "epss", "severity"] as const;

/** One of {@link reopenTriggers}. */
export type ReopenTrigger = (typeof reopenTriggers)[number];

/** Where something is written: the file as it was named, line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A dated decision of ours that a finding, or what a check found, may stand. */
export interface Exception {
  /** A finding's id or alias, or a check's; `*`: any finding of the package, which is then named. */
  readonly id: string;
  /** purl as a pattern, or a name as its ecosystem writes it; without a version all versions, without qualifiers all builds. */
  readonly package?: string | undefined;
  /** A pattern for all paths that prove the package, or that a check names. */
  readonly path?: string | undefined;
  /** `base`, `application`, or a layer's digest or diff id. */
  readonly layer?: string | undefined;
  readonly scope?: Scope | undefined;
  readonly justification: Justification;
  /** In words. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** `YYYY-MM-DD`; null where another tool's file does not tell it. */
  readonly created: string | null;
  /** `YYYY-MM-DD`, the last day on which it holds; null only in another tool's file that has none. */
  readonly expires: string | null;
  readonly reopens: readonly ReopenTrigger[];
  /** What was known when it was made; `reopens` compares with it. */
  readonly seen: {
    readonly severity?: Severity | undefined;
    readonly epss?: number | undefined;
    readonly kev?: boolean | undefined;
    readonly fixable?: boolean | undefined;
  };
  readonly place: Place;
}

/** What became of an exception in one image. */
export interface ExceptionState {
  readonly exception: Exception;
  /**
   * `used`: it suppresses something. `expired`, `reopened` (for one finding at least), `too-long` (for the policy): it would, and no
   * longer does. `not-yet`: it was made after the day of the judgement.
   * `unmatched`: it speaks of nothing here. `over-broad`: it suppresses more than one package or image and names none.
   * `shadowed`: an earlier one has taken all that it speaks of. `out-of-scope`: of other images.
   */
  readonly state:
    | "used"
    | "expired"
    | "reopened"
    | "too-long"
    | "not-yet"
    | "unmatched"
    | "over-broad"
    | "shadowed"
    | "out-of-scope";
  /** How many findings, of checks too, it suppresses. */
  readonly suppressed: number;
  /** In words: what is wrong with it, with the nearest miss where it matches nothing; empty for `used` and `out-of-scope`. */
  readonly message: string;
}
