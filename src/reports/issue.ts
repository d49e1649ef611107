import type { Reason, Verdict } from "../core/report.ts";
import type { Severity } from "../core/severity.ts";
import type { Json } from "./json-value.ts";

// What the formats of CI systems have in common: a list of things that are wrong, each with a rule and a place. Every text in it is
// cleaned of what steers a terminal; keys are as they are.

/** Where an issue is shown. */
export interface IssuePlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Column and end, where they are known: from 1, the end exclusive. */
  readonly range?:
    | { readonly column: number; readonly endLine: number; readonly endColumn: number }
    | undefined;
  /** Is it a file of the project (a Dockerfile, a manifest), rather than one in the image? */
  readonly source: boolean;
}

/** One finding, hit of a check or finding of a linter. */
export interface Issue {
  readonly kind: "vulnerability" | "check" | "lint";
  /** Id of the flaw or of the check. */
  readonly rule: string;
  readonly aliases: readonly string[];
  /** Of the rule, one line. */
  readonly title: string;
  readonly severity: Severity;
  /** CVSS score where that is what it was rated by. */
  readonly score?: number | undefined;
  /** Where the rule is written down, http or https. */
  readonly link?: string | undefined;
  readonly tags: readonly string[];
  /** Of the image, as written; the file for a linter. */
  readonly of: string;
  /** `lodash 4.17.4`; empty for a check. */
  readonly subject: string;
  /** What was found here, one line. */
  readonly message: string;
  /** What mends it; empty where nothing is known. */
  readonly remedy: string;
  readonly place: IssuePlace;
  /** Path in the image, where {@link place} is elsewhere. */
  readonly path?: string | undefined;
  /** `layer 1: RUN npm ci`. */
  readonly layer?: string | undefined;
  /** Unique in its list, and the same in a rebuilt image. */
  readonly key: string;
  readonly suppressed?: IssueSuppression | undefined;
  /** Ids of the policy's rules that refuse it. */
  readonly refusedBy: readonly string[];
}

/** Why an issue does not count. */
export interface IssueSuppression {
  /** One line: reason, owner, expiry. */
  readonly words: string;
  /** Is it asked for in the judged file itself? */
  readonly inSource: boolean;
  /** Where it is written down. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** Something that was not looked at, or is to be known. */
export interface IssueNote {
  readonly code: string;
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** All that a report has to say to a CI system. */
export interface IssueList {
  /** What was judged, without tag or digest: the same for the next build of it. */
  readonly category: string;
  /** What was judged, as written. */
  readonly name: string;
  /** Worst first, suppressed ones last. */
  readonly issues: readonly Issue[];
  readonly decision: Verdict["decision"];
  /** Why it fails. */
  readonly refusals: readonly Reason[];
  /** What is not known, and makes the verdict so. */
  readonly unknowns: readonly Reason[];
  readonly warnings: readonly Reason[];
  /** Gaps, whether they count or not. */
  readonly gaps: readonly IssueNote[];
  readonly notes: readonly IssueNote[];
  /** Steps to a pass, in words. */
  readonly steps: readonly string[];
  /** What else is known of the judged thing. */
  readonly facts: Readonly<Record<string, Json>>;
}
