import type { AffectedRange } from "../core/advisory.ts";
import type { TextScheme } from "../core/version.ts";
import { readBound } from "./osv-bound.ts";
import type { OsvAffected, OsvEvent } from "./osv-schema.ts";

type Change = { readonly kind: keyof OsvEvent; readonly version: string };

const kinds = ["introduced", "fixed", "last_affected", "limit"] as const;

/**
 * The intervals of an affected entry, by OSV's evaluation (https://ossf.github.io/osv-schema/#evaluation): events are sorted
 * by version, the first end closes. GIT ranges speak of commits and say nothing of a version.
 */
export function affectedRanges(
  affected: OsvAffected,
  scheme: TextScheme | undefined,
): readonly AffectedRange[] {
  const spoken = affected.ranges.filter((range) => range.type !== "GIT");
  const ranges = spoken.flatMap((range) =>
    intervals(
      sorted(
        range.events.flatMap((event) => changesOf(event, scheme)),
        scheme,
      ),
    ),
  );
  // Where the record itself names an end, be it before its beginning, that field is none.
  const ended = spoken.some(({ events }) => events.some((event) => event.fixed ?? event.last_affected));
  if (ended) return ranges;
  return withLastKnown(ranges, affected.database_specific?.last_known_affected_version_range, scheme);
}

/** Versions that no range covers: most records list each version of their ranges, too. */
export function versionsBeside(
  versions: readonly string[],
  ranges: readonly AffectedRange[],
  scheme: TextScheme | undefined,
): readonly string[] {
  if (
    ranges.some(
      (range) => range.introduced === "0" && range.fixed === undefined && range.lastAffected === undefined,
    )
  )
    return [];
  const beside = versions.filter((version) => !ranges.some((range) => within(version, range, scheme)));
  return [...new Set(beside)];
}

function changesOf(event: OsvEvent, scheme: TextScheme | undefined): readonly Change[] {
  return kinds.flatMap((kind) => {
    const version = event[kind];
    return version === undefined ? [] : [{ kind, version: readBound(version, kind, scheme) }];
  });
}

// `0` is before all; where a version does not parse, the order of the record is the best there is.
function sorted(changes: readonly Change[], scheme: TextScheme | undefined): readonly Change[] {
  const first = changes.filter((change) => change.kind === "introduced" && change.version === "0");
  const rest = changes.filter((change) => !first.includes(change));
  if (scheme === undefined || rest.length <= 1 || !rest.every((change) => scheme.valid(change.version)))
    return [...first, ...rest];
  return [...first, ...rest.toSorted((a, b) => scheme.compareText(a.version, b.version) ?? 0)];
}

function intervals(changes: readonly Change[]): readonly AffectedRange[] {
  const found: AffectedRange[] = [];
  let introduced: string | undefined;
  for (const { kind, version } of changes) {
    if (kind === "introduced") {
      introduced ??= version;
      continue;
    }
    if (introduced === undefined) continue;
    if (kind === "limit" && version === "*") continue;
    found.push(
      kind === "last_affected" ? { introduced, lastAffected: version } : { introduced, fixed: version },
    );
    introduced = undefined;
  }
  if (introduced !== undefined) found.push({ introduced });
  return found;
}

/** GitHub's way to bound a range that nothing mends: `<= 1.2.3` or `< 1.2.3`. */
function withLastKnown(
  ranges: readonly AffectedRange[],
  bound: string | undefined,
  scheme: TextScheme | undefined,
): readonly AffectedRange[] {
  const [only] = ranges;
  if (bound === undefined || only === undefined || ranges.length > 1) return ranges;
  if (only.fixed !== undefined || only.lastAffected !== undefined) return ranges;
  const found = /^(<=?|=) ?(\S+)$/.exec(bound.trim());
  const version = found?.[2];
  if (version === undefined) return ranges;
  const below = found?.[1] === "<";
  const read = readBound(version, below ? "fixed" : "last_affected", scheme);
  return [below ? { ...only, fixed: read } : { ...only, lastAffected: read }];
}

function within(version: string, range: AffectedRange, scheme: TextScheme | undefined): boolean {
  const from = range.introduced === "0" ? 0 : scheme?.compareText(version, range.introduced);
  if (from === undefined || from < 0) return false;
  if (range.fixed !== undefined) return (scheme?.compareText(version, range.fixed) ?? 0) < 0;
  return range.lastAffected === undefined || (scheme?.compareText(version, range.lastAffected) ?? 1) <= 0;
}
