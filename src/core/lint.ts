import type { Verdict } from "./report.ts";
import type { Severity } from "./severity.ts";

/** What a label's value has to be, by .hadolint.yaml's `label-schema`. */
export type LabelType = "text" | "url" | "rfc3339" | "spdx" | "hash" | "semver" | "email";

/** What a project asks of its Dockerfiles. */
export interface RuleSettings {
  /** Registries that FROM may name; `*` stands for any part. Empty: all. */
  readonly trustedRegistries: readonly string[];
  readonly labels: ReadonlyMap<string, LabelType>;
  /** Are labels without a type refused? */
  readonly strictLabels: boolean;
}

/** A range of a text file: 1-based lines, 1-based columns in UTF-16 code units, the end exclusive. */
export interface TextRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** What to put in the place of a range. */
export interface TextEdit extends TextRange {
  readonly text: string;
}

/** The edit that mends a finding. Its parts are of the file as it was, in order, and do not overlap. */
export interface LintFix {
  /** What it does, in words: `add --no-install-recommends`. */
  readonly description: string;
  readonly edits: readonly TextEdit[];
}

/** One place of a Dockerfile that a rule objects to. */
export interface LintFinding extends TextRange {
  /** As named on the command line; `-` is the standard input. */
  readonly file: string;
  /** `SW-DF-008`, or `SC2086` of ShellCheck. */
  readonly rule: string;
  /** Ids of other tools, sorted: `DL3008`. */
  readonly aliases: readonly string[];
  readonly severity: Severity;
  readonly message: string;
  readonly fix: LintFix | null;
}

/** A finding that the file or the configuration asks not to count. */
export interface SuppressedLint extends LintFinding {
  /** Who asked: `Dockerfile:3` for a comment, the configuration's name for that. */
  readonly by: string;
}

/** What else is to be known; touches no verdict. */
export interface LintNote {
  /** null: of the whole run. */
  readonly file: string | null;
  /** 1-based; null: of the whole file. */
  readonly line: number | null;
  readonly message: string;
}

/** Findings of a scanned image that a line of its Dockerfile brought. */
export interface LineFindings {
  readonly file: string;
  /** Line on which the instruction begins. */
  readonly line: number;
  readonly instruction: string;
  readonly findings: number;
  /** Those of them with a fixed version. */
  readonly fixable: number;
}

/** What `lint --format json` writes (schemas/lint.schema.json). */
export interface LintReport {
  readonly schemaVersion: string;
  readonly files: readonly string[];
  /** By file, line and column. */
  readonly findings: readonly LintFinding[];
  readonly suppressed: readonly SuppressedLint[];
  readonly notes: readonly LintNote[];
  /** Empty without `--report`. */
  readonly lines: readonly LineFindings[];
  readonly verdict: Verdict;
}

/** Hadolint's levels in our words. */
export const hadolintLevels = {
  error: "high",
  warning: "medium",
  info: "low",
  style: "negligible",
} as const satisfies Readonly<Record<string, Severity>>;
