import type { Fix } from "../core/finding.ts";
import type { TextScheme } from "../core/version.ts";
import type { Match } from "./match-package.ts";

/**
 * Since when a fixed version is out, `YYYY-MM-DD`: the earliest notice (DSA, RHSA …) of those that bring one of the versions that mend
 * the flaw. For languages, whose advisories are mostly published with the fix, the earliest of them. What follows a flaw through
 * a distribution's releases (trackers) is dated by the flaw, and says nothing of its fix. Undefined: nobody says.
 */
export function fixedSince(
  { versions }: Fix,
  matches: readonly Match[],
  scheme: TextScheme | undefined,
): string | undefined {
  const language = scheme !== undefined && !osSchemes.has(scheme.id);
  const dates = matches.flatMap(({ advisory, decision }) => {
    if (decision.kind !== "affected" || !decision.fix.versions.some((one) => versions.includes(one)))
      return [];
    const dated = language || advisory.bundles.length > 0;
    return dated && advisory.published !== undefined ? [advisory.published.slice(0, 10)] : [];
  });
  return dates.length === 0 ? undefined : dates.reduce((first, date) => (date < first ? date : first));
}

const osSchemes: ReadonlySet<string> = new Set(["apk", "deb", "rpm"]);
