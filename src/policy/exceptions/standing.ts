import { daysBetween } from "../../core/day.ts";
import type { Exception, ExceptionState } from "../../core/exception.ts";
import type { ExceptionLimits } from "../../core/policy.ts";
import { severityRank } from "../../core/severity.ts";
import type { Candidate } from "./candidate.ts";

/** EPSS values are jumpy when they are small: only one that is as high as this, and has risen so many times, reopens. */
const risenEpss = 0.1;
const risenTimes = 2;

/** Why an exception holds for nothing on a day, or under a policy; undefined: it holds. */
export interface Fallen {
  readonly state: Extract<ExceptionState["state"], "expired" | "not-yet" | "too-long">;
  readonly message: string;
}

/** Does an exception hold by its days? */
export function fallenBy(
  { created, expires }: Exception,
  today: string,
  { longestDays }: Pick<ExceptionLimits, "longestDays">,
): Fallen | undefined {
  if (expires !== null && expires < today) return { state: "expired", message: `it expired on ${expires}` };
  if (created !== null && created > today)
    return { state: "not-yet", message: `it was created on ${created}, which is after ${today}` };
  if (longestDays === null) return undefined;
  const most = `the policy's longest is ${longestDays} days`;
  if (expires === null) return { state: "too-long", message: `it never expires: ${most}` };
  // Where nobody tells since when, what is left of it is the least that it lasts.
  const days = daysBetween(created ?? today, expires);
  if (days <= longestDays) return undefined;
  const since = created === null ? "from today" : `from ${created}`;
  return { state: "too-long", message: `it lasts ${days} days ${since} to ${expires}: ${most}` };
}

/** What has happened to what an exception speaks of since it was made, in words; undefined: nothing that reopens it. */
export function reopenedBy(
  { reopens, seen, justification }: Exception,
  { item }: Candidate,
): string | undefined {
  const { severity } = item.kind === "finding" ? item.finding : item.check;
  for (const trigger of reopens) {
    if (trigger === "severity") {
      if (seen.severity !== undefined && severityRank(severity) < severityRank(seen.severity))
        return `its severity rose from ${seen.severity} to ${severity}`;
      continue;
    }
    if (item.kind === "check") continue;
    const { fix, kev, epss } = item.finding;
    const unfixed =
      seen.fixable === false || (seen.fixable === undefined && justification === "no_fix_available");
    if (trigger === "fix" && unfixed && fix.state === "fixed")
      return `a fix is out${fix.versions[0] === undefined ? "" : ` (${fix.versions[0]})`}`;
    if (trigger === "kev" && kev && seen.kev !== true) return "it is known to be exploited (KEV)";
    if (trigger === "epss" && epss !== undefined && hasRisen(seen.epss, epss))
      return `its EPSS rose from ${seen.epss} to ${epss}`;
  }
  return undefined;
}

function hasRisen(before: number | undefined, now: number): boolean {
  return before !== undefined && now >= risenEpss && now >= before * risenTimes;
}
