import type { Exception, ExceptionState } from "../../core/exception.ts";
import type { Report } from "../../core/report.ts";
import { applyExceptions, type ExceptionSubject } from "./apply.ts";
import { fallenBy } from "./standing.ts";

/** What became of one exception in several images. */
export interface Review {
  readonly exception: Exception;
  /** `idle`: of none of these images, which is no error. */
  readonly state: Exclude<ExceptionState["state"], "out-of-scope"> | "idle";
  /** Over all images. */
  readonly suppressed: number;
  readonly message: string;
}

/** What a saved report's image was before its exceptions; what VEX suppresses stays suppressed. */
export function subjectOf({ image, packages, undecided, ...report }: Report): ExceptionSubject {
  return {
    image: { references: [image.reference], digest: image.digest, labels: image.labels, namespaces: [] },
    // Those that come back have their old suppression with them, which nobody asks for and a new one replaces.
    findings: [
      ...report.findings,
      ...report.suppressed.filter(({ suppression }) => suppression.kind === "exception"),
    ],
    suppressed: report.suppressed.filter(({ suppression }) => suppression.kind === "vex"),
    checks: [...report.checks, ...report.suppressedChecks],
    undecided,
    packages,
    layers: image.layers,
  };
}

/**
 * Asks exceptions about several images, each by the limits of its report's policy. One that is used anywhere is used; `unmatched` is one
 * that matches in none of the images that it speaks of.
 */
export function reviewExceptions(
  exceptions: readonly Exception[],
  reports: readonly Report[],
  today: string,
): readonly Review[] {
  const all = reports.map(
    (report) => applyExceptions(subjectOf(report), exceptions, today, report.policy.exceptions).states,
  );
  return exceptions.map((exception, index) =>
    reviewOf(
      today,
      exception,
      all.flatMap((states) => states[index] ?? []),
    ),
  );
}

/** The first of these that an image says counts: the gravest before `used`, those that another image makes up for after it. */
const order = [
  "expired",
  "not-yet",
  "too-long",
  "over-broad",
  "reopened",
  "used",
  "shadowed",
  "unmatched",
] as const;

function reviewOf(today: string, exception: Exception, states: readonly ExceptionState[]): Review {
  const suppressed = states.reduce((sum, state) => sum + state.suppressed, 0);
  for (const word of order) {
    const found = states.find(({ state }) => state === word);
    if (found !== undefined) return { exception, state: word, suppressed, message: found.message };
  }
  const fallen = fallenBy(exception, today, { longestDays: null });
  if (fallen !== undefined) return { exception, ...fallen, suppressed };
  return { exception, state: "idle", suppressed, message: states[0]?.message ?? "" };
}
