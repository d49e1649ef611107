import type { DatabaseInfo } from "../core/advisory.ts";
import type { Finding } from "../core/finding.ts";
import type { FindingCondition } from "../core/policy.ts";

// Feeds that rate flaws whatever advisories say. Where the database is without one, no finding says so by itself: it looks unrated.

/** Feeds that an advisory database is without. */
export interface MissingRatings {
  readonly epss: boolean;
  readonly kev: boolean;
}

/** What a rule would have to know of a finding, by code as in a policy's `unknown`. */
export interface Unrated {
  readonly code: "epss-missing" | "kev-missing";
  readonly undecided: string;
}

const noEpss: Unrated = {
  code: "epss-missing",
  undecided: "the advisory database has no EPSS (feed epss; run seaworthy db update)",
};
const noKev: Unrated = {
  code: "kev-missing",
  undecided: "the advisory database has no catalogue of exploited flaws (feed kev; run seaworthy db update)",
};

/** Which feeds is a database without? Of its own few flaws the embedded set tells whether they are exploited. */
export function missingRatings({ kind, sources }: DatabaseInfo): MissingRatings {
  // A feed that could not be fetched is listed, with nothing in it.
  const has = (feed: string): boolean =>
    sources.some(({ name, advisories }) => name === feed && advisories > 0);
  return { epss: !has("epss"), kev: kind !== "landmark" && !has("kev") };
}

/** What a rule asks of a finding by a field, and nobody can tell. */
export function unratedByField(
  { epss, kev }: Finding,
  where: FindingCondition,
  missing: MissingRatings,
): Unrated | undefined {
  if (missing.kev && where.kev !== undefined && !kev) return noKev;
  if (missing.epss && where.epss !== undefined && epss === undefined) return noEpss;
  return undefined;
}

/** The same of an expression, over one finding or many. A text in it that looks like the field counts, too. */
export function unratedByText(
  findings: readonly Finding[],
  when: string | undefined,
  missing: MissingRatings,
): Unrated | undefined {
  if (when === undefined) return undefined;
  if (missing.kev && /\.\s*kev\b/u.test(when) && findings.some(({ kev }) => !kev)) return noKev;
  if (missing.epss && /\.\s*epss\b/u.test(when) && findings.some(({ epss }) => epss === undefined))
    return noEpss;
  return undefined;
}
