import type { DatabaseInfo } from "./advisory.ts";
import type { CheckFinding } from "./check.ts";
import type { Currency } from "./currency.ts";
import type { ExceptionState } from "./exception.ts";
import type { Finding, Undecided } from "./finding.ts";
import type { Platform } from "./image.ts";
import type { HiddenPackage, Package } from "./package.ts";
import type { PluginRun } from "./plugin.ts";
import type { Policy } from "./policy.ts";
import type { SuppressedCheck, SuppressedFinding } from "./suppression.ts";
import type { TrustFacts } from "./trust.ts";
import type { VexState } from "./vex.ts";

/** One layer of a scanned image. */
export interface ReportLayer {
  readonly index: number;
  /** Digest of the stored bytes where known, else the diff id; empty for a directory. */
  readonly digest: string;
  readonly diffId: string;
  readonly createdBy: string;
  /** true: of the base image, false: the application's, null: cannot be told. */
  readonly fromBase: boolean | null;
  readonly dockerfile?: { readonly file: string; readonly line: number; readonly stage: string } | undefined;
}

/** What kinds of things were not looked at; stable, each explained in docs/cli.md. */
export const gapCodes = [
  "os-unknown",
  "os-contradiction",
  "os-end-of-life",
  "feed-missing",
  "package-database-missing",
  "package-database-incomplete",
  "layer-unreadable",
  "digest-mismatch",
  "diff-id-mismatch",
  "file-unreadable",
  "version-invalid",
  "nothing-found",
  "package-index-unread",
  "base-unread",
  "landmark-database",
] as const;

/** One of {@link gapCodes}. */
export type GapCode = (typeof gapCodes)[number];

/** Why something that should have been looked at was not, or not wholly. Any one makes the verdict `unknown`. */
export interface Gap {
  readonly code: GapCode;
  readonly message: string;
  readonly layer?: number | undefined;
  readonly path?: string | undefined;
}

/** The smallest version of a package that mends its fixable findings. */
export interface Upgrade {
  /** purl of the package as it is. */
  readonly package: string;
  readonly layer: number;
  readonly version: string;
  /** How many of its findings that version mends, and how many have a fix at all. Less only where advisories contradict. */
  readonly mends: number;
  readonly fixable: number;
}

/** Packages that were left out of matching on purpose, and why; no doubt about them touches the verdict. */
export interface Skipped {
  /** Stable, kebab-case: `owned-by-os-package`, `third-party-package`. */
  readonly code: string;
  readonly message: string;
  /** purls, sorted. */
  readonly packages: readonly string[];
}

/** What was looked at, by which plugin, with what outcome. */
export interface Coverage {
  readonly plugins: readonly PluginRun[];
  readonly files: number;
  readonly bytes: number;
  readonly gaps: readonly Gap[];
  readonly skipped: readonly Skipped[];
  /** Executables that no package claims, sorted by path. */
  readonly unownedExecutables: readonly { readonly path: string; readonly layer: number }[];
  /** In words what else is to be known of the image and its advisories; touches no verdict. */
  readonly notes: readonly string[];
  readonly database: DatabaseInfo;
}

/** One line of a verdict. */
export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** `fail` beats `unknown` beats `pass`. */
export interface Verdict {
  readonly decision: "pass" | "fail" | "unknown";
  /** Empty for `pass`. */
  readonly reasons: readonly Reason[];
}

/** One line of a verdict by a policy. */
export interface RuleReason extends Reason {
  /** Id of the policy's rule; null where no rule asks, but something is not known. */
  readonly rule: string | null;
  /** Keys of the findings, or of what checks found, that violate it, sorted (core/identity.ts). */
  readonly findings: readonly string[];
}

/** A step of the smallest change after which the verdict would be `pass`. */
export type Change =
  /** Bring a package to this version or a later one; `findings`: how many it mends. */
  | {
      readonly kind: "upgrade";
      readonly package: string;
      readonly layer: number;
      readonly version: string;
      readonly findings: number;
    }
  /** What mends a check, in words. */
  | { readonly kind: "edit"; readonly check: string; readonly layer: number | null; readonly text: string }
  /** Nothing that is known mends it: an exception with a reason, another component, or a wait. */
  | {
      readonly kind: "no-fix";
      readonly package: string;
      readonly layer: number;
      readonly ids: readonly string[];
    }
  /** What else is to be done, in words: name a feed, a newer base … */
  | { readonly kind: "other"; readonly text: string };

/** The verdict on an image by a policy. */
export interface ImageVerdict extends Verdict {
  readonly reasons: readonly RuleReason[];
  /** What rules that only warn have to say. */
  readonly warnings: readonly RuleReason[];
  /** Empty for `pass`. */
  readonly toPass: readonly Change[];
}

/** What an image was compared with, so that only what it changes counts. */
export interface Baseline {
  /** Of the baseline's image, as written. */
  readonly reference: string;
  readonly digest: string | null;
  /** How many findings this image brings in, how many only a new advisory does, and how many were there before. */
  readonly changed: number;
  readonly newAdvisories: number;
  readonly known: number;
  /** How many of the baseline's are gone. */
  readonly mended: number;
  /** purls of the packages that this image brings in, sorted: the baseline has them not, or in another version. */
  readonly packages: readonly string[];
}

/** The report of one image: what `--format json` writes (schemas/report.schema.json), without clock or host. */
export interface Report {
  readonly schemaVersion: string;
  readonly image: {
    readonly reference: string;
    readonly digest: string | null;
    readonly platform: Platform;
    readonly os: { readonly id: string; readonly version: string; readonly name: string } | null;
    /** Of its config. */
    readonly labels: Readonly<Record<string, string>>;
    readonly layers: readonly ReportLayer[];
  };
  readonly packages: readonly Package[];
  readonly hiddenPackages: readonly HiddenPackage[];
  readonly findings: readonly Finding[];
  /** What an exception or a VEX statement keeps out of the verdict. */
  readonly suppressed: readonly SuppressedFinding[];
  /** Sorted as the packages are. */
  readonly upgrades: readonly Upgrade[];
  readonly undecided: readonly Undecided[];
  /** How the image is built, worst first. */
  readonly checks: readonly CheckFinding[];
  readonly suppressedChecks: readonly SuppressedCheck[];
  /** Every exception that was given and what became of it, in the files' order. */
  readonly exceptions: readonly ExceptionState[];
  /** VEX statements that speak of a flaw of this image, in the documents' order. */
  readonly vex: readonly VexState[];
  /** null: nothing was compared. */
  readonly baseline: Baseline | null;
  /** Its signatures and attestations, verified; null: nobody asked. */
  readonly trust: TrustFacts | null;
  /** How up to date it is, as facts; what they mean is said by checks. */
  readonly currency: Currency;
  readonly coverage: Coverage;
  readonly policy: Policy;
  readonly verdict: ImageVerdict;
}

/** What a verdict is made from: the report without the policy and what it says. */
export type Facts = Omit<Report, "schemaVersion" | "policy" | "verdict">;
