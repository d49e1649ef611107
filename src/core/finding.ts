import { type Severity, severities } from "./severity.ts";

/** `fixed`: a version that mends it is out for this release. `not-fixed`: none yet. `wont-fix`: the vendor said none will come. `unknown`: nobody says. */
export type FixState = "fixed" | "not-fixed" | "wont-fix" | "unknown";

/** `versions`: the fixed versions, smallest that mends first; empty unless `state` is `fixed`. */
export interface Fix {
  readonly state: FixState;
  readonly versions: readonly string[];
}

/** One comparison that decided, in words of the ecosystem: `3.0.11-1 < 3.0.15-1` by `deb`. */
export interface Comparison {
  readonly scheme: string;
  readonly left: string;
  readonly relation: "<" | "=" | ">";
  readonly right: string;
}

/** Why one advisory applies, or does not. */
export interface Evidence {
  readonly advisory: string;
  readonly source: string;
  readonly url?: string | undefined;
  /** Key that was looked up, `debian:12/openssl`. */
  readonly key: string;
  /** The range in words: `>= 0, < 3.0.15-1~deb12u1`; or `= 1.2.3` for an enumerated version. */
  readonly range: string;
  readonly comparisons: readonly Comparison[];
}

/** A matcher's answer for one package and one advisory. */
export type Decision =
  | {
      readonly kind: "affected";
      readonly fix: Fix;
      readonly evidence: Evidence;
      readonly severity?: Severity | undefined;
    }
  | { readonly kind: "not-affected"; readonly reason: string; readonly evidence: Evidence }
  | { readonly kind: "undecided"; readonly reason: string; readonly evidence: Evidence };

/** One flaw in one package of an image; all advisories that speak of it are merged into it. */
export interface Finding {
  /** The CVE id where there is one, else GHSA, else the publisher's. */
  readonly id: string;
  /** Every other id, sorted, without `id`. */
  readonly aliases: readonly string[];
  /** purl of the package. */
  readonly package: string;
  readonly severity: Severity;
  /** Where the severity is from: `debian-tracker`, `cvss:3.1:9.8` … */
  readonly severitySource: string;
  readonly fix: Fix;
  /** `YYYY-MM-DD`: since when a fixed version is out, where a notice or a language's advisory tells it. */
  readonly fixedSince?: string | undefined;
  /** Index of the layer that brought the package's version. */
  readonly layer: number;
  readonly kev: boolean;
  /** Probability that it is exploited in the next 30 days, 0 to 1 (https://www.first.org/epss/); absent: nobody rated it. */
  readonly epss?: number | undefined;
  /** Beside a baseline: `changed` came with this image, `new-advisory` was published since, `known` was there before. */
  readonly since?: "changed" | "new-advisory" | "known" | undefined;
  readonly summary: string;
  readonly evidence: readonly Evidence[];
}

/** A match that could not be decided; makes a verdict `unknown`. */
export interface Undecided {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly package: string;
  readonly layer: number;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}

/** How many findings there are. */
export interface FindingCounts {
  /** Of each severity that occurs, worst first. */
  readonly bySeverity: readonly { readonly severity: Severity; readonly count: number }[];
  readonly fixable: number;
  /** Of flaws that are known to be exploited. */
  readonly exploited: number;
}

/** Counts findings. */
export function countFindings(findings: readonly Finding[]): FindingCounts {
  const bySeverity = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [{ severity, count }];
  });
  const fixable = findings.filter(({ fix }) => fix.state === "fixed").length;
  return { bySeverity, fixable, exploited: findings.filter(({ kev }) => kev).length };
}
