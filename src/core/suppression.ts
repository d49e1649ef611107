import type { CheckFinding } from "./check.ts";
import type { Justification, Place } from "./exception.ts";
import type { Finding } from "./finding.ts";
import type { VexStatus } from "./vex.ts";

/** Who says that a finding may stand, and why. */
export type Suppression =
  | {
      readonly kind: "exception";
      readonly place: Place;
      readonly justification: Justification;
      readonly reason: string;
      readonly owner: string;
      /** `YYYY-MM-DD`; null: another tool's file that has none. */
      readonly expires: string | null;
    }
  | {
      readonly kind: "vex";
      /** Where the statement was read. */
      readonly source: string;
      readonly document: string;
      readonly author: string;
      readonly status: VexStatus;
      readonly justification: string | null;
      readonly statement: string;
    };

/** A finding that does not count in the verdict, and never leaves the report. */
export interface SuppressedFinding extends Finding {
  readonly suppression: Suppression;
}

/** What a check found and does not count in the verdict. */
export interface SuppressedCheck extends CheckFinding {
  readonly suppression: Suppression;
}
