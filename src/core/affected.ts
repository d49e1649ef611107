import type { Advisory, Affected, AffectedRange } from "./advisory.ts";
import type { Comparison, Decision, Evidence, Fix } from "./finding.ts";
import type { TextScheme } from "./version.ts";

/** A version and the order that it stands in. */
export interface Subject {
  readonly version: string;
  readonly scheme: TextScheme;
}

/**
 * Is a version affected, by an entry's ranges and enumerated versions? Undecided where a text that matters does not parse and
 * nothing else decides. The evidence of "not affected" is put into words only when it is read: most decisions never are.
 */
export function decideAffected(subject: Subject, advisory: Advisory, affected: Affected): Decision {
  const hit = find(subject, affected);
  const evidence = (): Evidence => ({
    advisory: advisory.id,
    source: advisory.source,
    url: advisory.url,
    key: `${affected.ecosystem}/${affected.name}`,
    ...wording(subject, affected, hit),
  });
  switch (hit.kind) {
    case "range":
    case "version":
      return {
        kind: "affected",
        fix: fixOf(subject, affected, hit),
        evidence: evidence(),
        severity: affected.severity,
      };
    case "unparsed":
      return { kind: "undecided", reason: unparsedReason(subject, hit.range), evidence: evidence() };
    case "none":
      return notAffected(() => outsideReason(affected), evidence);
  }
}

/** A decision whose words are made when they are asked for. */
export function notAffected(reason: () => string, evidence: () => Evidence): Decision {
  return new NotAffected(reason, evidence);
}

// A class, for there is one for nearly every advisory that is looked at: getters of a literal cost five times as much.
class NotAffected {
  readonly kind = "not-affected";
  readonly #reason: () => string;
  readonly #evidence: () => Evidence;

  constructor(reason: () => string, evidence: () => Evidence) {
    this.#reason = reason;
    this.#evidence = evidence;
  }

  get reason(): string {
    return this.#reason();
  }

  get evidence(): Evidence {
    return this.#evidence();
  }
}

/** Does an entry hold a version for affected? Undefined when that cannot be told. */
export function affects(subject: Subject, affected: Affected): boolean | undefined {
  const { kind } = find(subject, affected);
  return kind === "unparsed" ? undefined : kind !== "none";
}

/** A range in words: `>= 1.0, < 1.4`. */
export function rangeText(range: AffectedRange): string {
  const end =
    range.fixed !== undefined
      ? `, < ${range.fixed}`
      : range.lastAffected !== undefined
        ? `, <= ${range.lastAffected}`
        : "";
  return `>= ${range.introduced}${end}`;
}

type Hit =
  | { readonly kind: "range"; readonly range: AffectedRange }
  | { readonly kind: "version"; readonly version: string }
  | { readonly kind: "unparsed"; readonly range: AffectedRange }
  | { readonly kind: "none" };

const none: Hit = { kind: "none" };

function find(subject: Subject, affected: Affected): Hit {
  let unparsed: AffectedRange | undefined;
  for (const range of affected.ranges) {
    const inside = within(subject, range);
    if (inside === true) return { kind: "range", range };
    if (inside === undefined) unparsed ??= range;
  }
  const { version, scheme } = subject;
  for (const one of affected.versions)
    if (one === version || scheme.compareText(one, version) === 0) return { kind: "version", version: one };
  return unparsed === undefined ? none : { kind: "unparsed", range: unparsed };
}

// A bound that excludes the version decides, whatever the other one is.
function within({ version, scheme }: Subject, range: AffectedRange): boolean | undefined {
  const start = range.introduced === "0" ? 0 : scheme.compareText(version, range.introduced);
  if (start !== undefined && start < 0) return false;
  const end = endOf({ version, scheme }, range);
  if (end === false) return false;
  return start === undefined || end === undefined ? undefined : true;
}

function endOf({ version, scheme }: Subject, range: AffectedRange): boolean | undefined {
  if (range.fixed !== undefined) {
    const order = scheme.compareText(version, range.fixed);
    return order === undefined ? undefined : order < 0;
  }
  if (range.lastAffected === undefined) return true;
  const order = scheme.compareText(version, range.lastAffected);
  return order === undefined ? undefined : order <= 0;
}

function fixOf({ version, scheme }: Subject, affected: Affected, hit: Hit): Fix {
  const above = affected.ranges.flatMap(({ fixed }) =>
    fixed !== undefined && (scheme.compareText(fixed, version) ?? 1) > 0 ? [fixed] : [],
  );
  const versions = affected.intent === undefined ? mending(above, scheme, [affected]) : [];
  if (versions.length > 0) return { state: "fixed", versions };
  return { state: unfixedState(affected, hit), versions: [] };
}

/** Of the versions that fix something, those that none of the entries holds for affected, ascending. */
export function mending(
  candidates: readonly string[],
  scheme: TextScheme,
  entries: readonly Affected[],
): readonly string[] {
  return [...new Set(candidates)]
    .filter((version) => !entries.some((entry) => affects({ version, scheme }, entry) === true))
    .sort((a, b) => scheme.compareText(a, b) || (a < b ? -1 : 1));
}

function unfixedState({ intent }: Affected, hit: Hit): Fix["state"] {
  switch (intent) {
    case "wont-fix":
      return "wont-fix";
    case "none":
      return "not-fixed";
    case "unknown":
      return "unknown";
    case undefined:
      // A range without end says that every later version is affected, too; a last affected version leaves open what mends it.
      return hit.kind === "range" && hit.range.lastAffected === undefined ? "not-fixed" : "unknown";
  }
}

function wording(subject: Subject, affected: Affected, hit: Hit): Pick<Evidence, "range" | "comparisons"> {
  switch (hit.kind) {
    case "version":
      return { range: `= ${hit.version}`, comparisons: comparisons(subject, [hit.version]) };
    case "range":
    case "unparsed":
      return { range: rangeText(hit.range), comparisons: comparisons(subject, bounds(hit.range)) };
    case "none":
      return { range: entryText(affected), comparisons: exclusions(subject, affected) };
  }
}

const mostShown = 20;

function entryText({ ranges, versions }: Affected): string {
  const parts = [...ranges.map(rangeText), ...versions.map((version) => `= ${version}`)];
  const more = parts.length > mostShown ? [`${parts.length - mostShown} more`] : [];
  return [...parts.slice(0, mostShown), ...more].join(" or ") || "no version";
}

function bounds(range: AffectedRange): readonly string[] {
  const texts = [range.introduced === "0" ? undefined : range.introduced, range.fixed ?? range.lastAffected];
  return texts.filter((text) => text !== undefined);
}

function comparisons({ version, scheme }: Subject, others: readonly string[]): readonly Comparison[] {
  return others.flatMap((right) => {
    const order = scheme.compareText(version, right);
    if (order === undefined) return [];
    const relation = order < 0 ? "<" : order > 0 ? ">" : "=";
    return [{ scheme: scheme.id, left: version, relation, right } as const];
  });
}

// The one comparison of each range that keeps the version out of it.
function exclusions(subject: Subject, { ranges }: Affected): readonly Comparison[] {
  return ranges.slice(0, mostShown).flatMap((range) => {
    const all = comparisons(subject, bounds(range));
    const below = all.find(({ relation, right }) => relation === "<" && right === range.introduced);
    return below === undefined ? all.slice(-1) : [below];
  });
}

function unparsedReason({ version, scheme }: Subject, range: AffectedRange): string {
  if (!scheme.valid(version)) return `the version "${version}" is not one by the rules of ${scheme.id}`;
  const bad = bounds(range).find((bound) => !scheme.valid(bound));
  return `the advisory's bound "${bad ?? rangeText(range)}" is not a version by the rules of ${scheme.id}`;
}

function outsideReason({ ranges, versions }: Affected): string {
  return ranges.length === 0 && versions.length === 0
    ? "the advisory says that no version is affected"
    : "the version is outside what the advisory calls affected";
}
