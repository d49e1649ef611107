import type { AdvisoryDatabase } from "../core/advisory.ts";
import { type Severity, severityRank } from "../core/severity.ts";
import { type CvssScore, scoreCvss } from "../formats/cvss.ts";
import type { Match } from "./match-package.ts";

/** A severity and where it is from: `debian-tracker`, `osv:GHSA-…`, `cvss:3.1:9.8`. */
export interface Rating {
  readonly severity: Severity;
  readonly severitySource: string;
}

/**
 * Rates a flaw: the vendor's word on this package and release, else the publisher's on the advisory, else the highest score of
 * the newest CVSS version among the vectors, else what any source says of the CVE. Matches come in order of authority.
 */
export function rate(
  ids: ReadonlySet<string>,
  matches: readonly Match[],
  database: AdvisoryDatabase,
): Rating {
  return (
    entryRating(matches) ??
    publisherRating(matches) ??
    cvssRating(vectors(ids, matches, database)) ??
    flawRating(ids, database) ?? { severity: "unknown", severitySource: "none" }
  );
}

function entryRating(matches: readonly Match[]): Rating | undefined {
  return worst(
    matches.map(({ affected, advisory, vendor }) => ({
      severity: affected.severity,
      severitySource: advisory.source,
      vendor,
    })),
  );
}

function publisherRating(matches: readonly Match[]): Rating | undefined {
  return worst(
    matches.map(({ advisory, vendor }) => ({
      severity: advisory.severity,
      severitySource: `${advisory.source}:${advisory.id}`,
      vendor,
    })),
  );
}

// The worst of the vendor's own; of all others' only where the vendor says nothing.
function worst(
  ratings: readonly (Omit<Rating, "severity"> & {
    readonly severity: Severity | undefined;
    readonly vendor: boolean;
  })[],
): Rating | undefined {
  const known = ratings.flatMap(({ severity, ...rest }) =>
    severity === undefined || severity === "unknown" ? [] : [{ severity, ...rest }],
  );
  const vendor = known.filter((rating) => rating.vendor);
  const [first] = (vendor.length > 0 ? vendor : known).toSorted(
    (a, b) => severityRank(a.severity) - severityRank(b.severity),
  );
  return first === undefined ? undefined : { severity: first.severity, severitySource: first.severitySource };
}

// A notice's vector is that of the worst flaw that it mends, so it speaks for one flaw only where it mends no other.
function vectors(
  ids: ReadonlySet<string>,
  matches: readonly Match[],
  database: AdvisoryDatabase,
): readonly string[] {
  const own = matches.flatMap(({ advisory }) => (advisory.bundles.length > 1 ? [] : advisory.cvss));
  if (own.length > 0) return own;
  const known = cves(ids).flatMap((cve) => database.flaw(cve)?.cvss ?? []);
  return known.length > 0 ? known : matches.flatMap(({ advisory }) => advisory.cvss);
}

function cves(ids: ReadonlySet<string>): readonly string[] {
  return [...ids].filter((id) => id.startsWith("CVE-")).sort();
}

function cvssRating(texts: readonly string[]): Rating | undefined {
  const scores = [...new Set(texts)].flatMap(scored);
  const [best] = scores.toSorted((a, b) => Number(b.version) - Number(a.version) || b.score - a.score);
  if (best === undefined) return undefined;
  return {
    severity: best.severity === "none" ? "negligible" : best.severity,
    severitySource: `cvss:${best.version}:${best.score.toFixed(1)}`,
  };
}

const known = new Map<string, readonly CvssScore[]>();
const mostKnown = 4096;

// A vector that cannot be scored rates nothing; another one, or none, does. Version 4 takes 0.3 ms to score, and the same few
// hundred vectors stand in most advisories.
function scored(text: string): readonly CvssScore[] {
  const before = known.get(text);
  if (before !== undefined) return before;
  const scores = tryScore(text);
  if (known.size >= mostKnown) known.clear();
  known.set(text, scores);
  return scores;
}

function tryScore(text: string): readonly CvssScore[] {
  try {
    return [scoreCvss(text)];
  } catch {
    return [];
  }
}

function flawRating(ids: ReadonlySet<string>, database: AdvisoryDatabase): Rating | undefined {
  for (const cve of cves(ids)) {
    const severity = database.flaw(cve)?.severity;
    if (severity !== undefined && severity !== "unknown") return { severity, severitySource: `flaw:${cve}` };
  }
  return undefined;
}
