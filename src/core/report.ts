import type { DatabaseInfo } from "./advisory.ts";
import type { CheckFinding } from "./check.ts";
import type { Currency } from "./currency.ts";
import type { Finding, Undecided } from "./finding.ts";
import type { Platform } from "./image.ts";
import type { HiddenPackage, Package } from "./package.ts";
import type { PluginRun } from "./plugin.ts";
import type { Severity } from "./severity.ts";

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

/** What kind of thing was not looked at; stable, each explained in docs/cli.md. */
export type GapCode =
  | "os-unknown"
  | "os-contradiction"
  | "os-end-of-life"
  | "feed-missing"
  | "package-database-missing"
  | "package-database-incomplete"
  | "layer-unreadable"
  | "digest-mismatch"
  | "diff-id-mismatch"
  | "file-unreadable"
  | "version-invalid"
  | "nothing-found"
  | "package-index-unread"
  | "base-unread"
  | "landmark-database";

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

/** How a policy changes a check. */
export interface CheckSetting {
  /** In place of the check's own. */
  readonly severity?: Severity | undefined;
  /** It makes no findings. */
  readonly off?: boolean | undefined;
}

/** What a policy decides from. */
export interface Policy {
  readonly failOn: Severity | "never";
  readonly onlyFixed: boolean;
  /** Is an executable that no package claims a reason for `unknown`? */
  readonly unownedExecutables: "list" | "unknown";
  /** By id of the check; one that is not named is as its text says. */
  readonly checks: Readonly<Record<string, CheckSetting>>;
}

/** One line of a verdict. */
export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** `fail` beats `unknown` beats `pass`. */
export interface Verdict {
  readonly decision: "pass" | "fail" | "unknown";
  readonly reasons: readonly Reason[];
}

/** The report of one image: what `--format json` writes (schemas/report.schema.json), without clock or host. */
export interface Report {
  readonly schemaVersion: string;
  readonly image: {
    readonly reference: string;
    readonly digest: string | null;
    readonly platform: Platform;
    readonly os: { readonly id: string; readonly version: string; readonly name: string } | null;
    readonly layers: readonly ReportLayer[];
  };
  readonly packages: readonly Package[];
  readonly hiddenPackages: readonly HiddenPackage[];
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Finding[];
  /** Sorted as the packages are. */
  readonly upgrades: readonly Upgrade[];
  readonly undecided: readonly Undecided[];
  /** How the image is built, worst first. */
  readonly checks: readonly CheckFinding[];
  /** How up to date it is, as facts; what they mean is said by checks. */
  readonly currency: Currency;
  readonly coverage: Coverage;
  readonly policy: Policy;
  readonly verdict: Verdict;
}
