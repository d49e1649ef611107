import type { AdvisoryDatabase, Affected } from "../core/advisory.ts";
import { mending } from "../core/affected.ts";
import type { Evidence, Fix } from "../core/finding.ts";
import { severityRank } from "../core/severity.ts";
import { compareText } from "../core/text-order.ts";
import type { TextScheme } from "../core/version.ts";
import { fixedSince } from "./fixed-since.ts";
import { flawId, type Match, type PackageMatches } from "./match-package.ts";
import { type Rating, rate } from "./rate.ts";

/** One flaw of a package, from all advisories that speak of it; its place (package, layer) is still to be added. */
export type Flawed = {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly evidence: readonly Evidence[];
  /** What `id` is sorted by. */
  readonly order: string;
} & (
  | ({
      readonly kind: "affected";
      readonly fix: Fix;
      readonly fixedSince: string | undefined;
      /** The entries that call the package affected: a version outside all of them mends the flaw. */
      readonly entries: readonly Affected[];
      readonly kev: boolean;
      readonly epss: number | undefined;
      readonly summary: string;
    } & Rating)
  | { readonly kind: "undecided"; readonly reason: string }
);

/** Advisories connected by their ids and aliases. */
interface FlawGroup {
  /** Names of the flaw itself. */
  readonly ids: ReadonlySet<string>;
  /** Each match with the names of the notice that it is of, if it mends other flaws, too (DSA, RHSA …). */
  readonly notices: ReadonlyMap<Match, readonly string[]>;
  readonly matches: readonly Match[];
}

/** Merges what several advisories say of the same flaws. Sorted by id. */
export function mergeMatches(
  { matches, cleared }: PackageMatches,
  scheme: TextScheme | undefined,
  database: AdvisoryDatabase,
): readonly Flawed[] {
  return groupByFlaw(matches)
    .flatMap((group) => {
      const deciding = decidingMatches(group, cleared);
      return deciding.length === 0 ? [] : [mergeGroup(group, deciding, scheme, database)];
    })
    .sort((a, b) => compareText(a.order, b.order));
}

// The vendor's tracker decides where it speaks of the flaw; else every advisory has its say.
function decidingMatches({ ids, matches }: FlawGroup, cleared: ReadonlySet<string>): readonly Match[] {
  const vendor = matches.filter((match) => match.vendor);
  if (vendor.length > 0) return vendor;
  return [...ids].some((id) => cleared.has(id)) ? [] : matches;
}

function mergeGroup(
  { ids, notices, matches }: FlawGroup,
  deciding: readonly Match[],
  scheme: TextScheme | undefined,
  database: AdvisoryDatabase,
): Flawed {
  const id = bestId(ids);
  const affected = deciding.filter(({ decision }) => decision.kind === "affected");
  const [undecided] = sortedMatches(deciding);
  if (affected.length === 0 && undecided?.decision.kind === "undecided")
    return {
      kind: "undecided",
      id,
      aliases: aliasesOf(id, ids, notices, deciding),
      order: idOrder(id),
      reason: undecided.decision.reason,
      evidence: evidenceOf(deciding),
    };
  const agreeing = matches.filter(({ decision }) => decision.kind === "affected");
  const fix = mergeFixes(affected, scheme);
  return {
    kind: "affected",
    id,
    aliases: aliasesOf(id, ids, notices, agreeing),
    order: idOrder(id),
    fix,
    fixedSince: fixedSince(fix, agreeing, scheme),
    entries: affected.map((match) => match.affected),
    epss: exploitProbability(ids, database),
    kev: [...ids].some((one) => one.startsWith("CVE-") && database.knownExploited(one) !== undefined),
    summary: summaryOf(id, agreeing, database),
    evidence: evidenceOf(agreeing),
    ...rate(ids, sortedMatches(agreeing), database),
  };
}

// Of several CVEs in one flaw the likeliest counts.
function exploitProbability(ids: ReadonlySet<string>, database: AdvisoryDatabase): number | undefined {
  const rated = [...ids].flatMap((id) =>
    id.startsWith("CVE-") ? (database.exploitProbability(id) ?? []) : [],
  );
  return rated.length === 0 ? undefined : Math.max(...rated);
}

// A notice that only may apply says nothing of what mends the flaw.
function aliasesOf(
  id: string,
  ids: ReadonlySet<string>,
  notices: FlawGroup["notices"],
  matches: readonly Match[],
): readonly string[] {
  const named = matches.flatMap((match) => notices.get(match) ?? []);
  return [...new Set([...ids, ...named])].filter((other) => other !== id).sort();
}

/**
 * Connects advisories that share an id. A notice (bundle) is no flaw: it counts for each flaw that it mends, and does not
 * connect them; one that names no flaw stands for itself.
 */
function groupByFlaw(matches: readonly Match[]): readonly FlawGroup[] {
  const parents = new Map<string, string>();
  const members: { readonly id: string; readonly notices: readonly string[]; readonly match: Match }[] = [];
  for (const match of matches) {
    const { advisory } = match;
    const { bundles } = advisory;
    const own = [flawId(advisory.id), advisory.id, ...advisory.aliases];
    if (bundles.length === 0) {
      const notices = own.slice(2).filter((alias) => isNotice(alias, advisory));
      for (const id of own) if (!notices.includes(id)) union(parents, own[0] ?? id, id);
      members.push({ id: own[0] ?? advisory.id, notices, match });
    } else
      for (const flaw of bundles) {
        union(parents, flaw, flaw);
        members.push({ id: flaw, notices: own, match });
      }
  }
  return collect(parents, members);
}

// Alpine writes the project's own notice beside the CVE (XSA, TALOS, GNUTLS-SA …), and one notice may speak of several flaws.
function isNotice(alias: string, { source }: Match["advisory"]): boolean {
  return source === "alpine-secdb" && !/^(?:CVE|GHSA)-/.test(alias);
}

function collect(
  parents: Map<string, string>,
  members: readonly { readonly id: string; readonly notices: readonly string[]; readonly match: Match }[],
): readonly FlawGroup[] {
  const groups = new Map<
    string,
    { ids: Set<string>; notices: Map<Match, readonly string[]>; matches: Match[] }
  >();
  const groupOf = (id: string) => {
    const root = find(parents, id);
    const known = groups.get(root);
    if (known !== undefined) return known;
    const group = { ids: new Set<string>(), notices: new Map<Match, readonly string[]>(), matches: [] };
    groups.set(root, group);
    return group;
  };
  for (const id of parents.keys()) groupOf(id).ids.add(id);
  for (const { id, notices, match } of members) {
    const group = groupOf(id);
    if (!group.matches.includes(match)) group.matches.push(match);
    group.notices.set(match, notices);
  }
  return [...groups.values()];
}

function union(parents: Map<string, string>, a: string, b: string): void {
  const [left, right] = [find(parents, a), find(parents, b)];
  if (left !== right) parents.set(right, left);
}

function find(parents: Map<string, string>, id: string): string {
  let root = id;
  for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) root = up;
  if (!parents.has(root)) parents.set(root, root);
  for (let at = id; at !== root; ) {
    const next = parents.get(at) ?? root;
    parents.set(at, root);
    at = next;
  }
  return root;
}

function bestId(ids: ReadonlySet<string>): string {
  const [first = "", ...others] = ids;
  return others.reduce((best, id) => (compareIds(id, best) < 0 ? id : best), first);
}

/**
 * What ids are sorted by, as text: CVEs first, then GHSA, then others; numbers as numbers (CVE-2021-9999 is before
 * CVE-2021-44228).
 */
function idOrder(id: string): string {
  if (id.startsWith("CVE-")) return `0${id.slice(0, 9)}${id.slice(9).padStart(12, "0")}`;
  return id.startsWith("GHSA-") ? `1${id}` : `2${id}`;
}

function compareIds(a: string, b: string): number {
  return compareText(idOrder(a), idOrder(b));
}

const bestFirst: readonly Fix["state"][] = ["fixed", "wont-fix", "not-fixed", "unknown"];

// A version mends a flaw when none of the advisories on it holds the version for affected. Where they contradict each other
// wholly, the versions that any of them names are still the best there is.
function mergeFixes(affected: readonly Match[], scheme: TextScheme | undefined): Fix {
  const fixes = affected.flatMap(({ decision }) => (decision.kind === "affected" ? [decision.fix] : []));
  const candidates = fixes.flatMap(({ versions }) => versions);
  if (candidates.length === 0 || scheme === undefined || affected.length === 1)
    return fixes.toSorted((a, b) => bestFirst.indexOf(a.state) - bestFirst.indexOf(b.state))[0] ?? unknownFix;
  const entries = affected.map((match) => match.affected);
  const all = mending(candidates, scheme, entries);
  return { state: "fixed", versions: all.length > 0 ? all : mending(candidates, scheme, []) };
}

const unknownFix: Fix = { state: "unknown", versions: [] };

function summaryOf(id: string, matches: readonly Match[], database: AdvisoryDatabase): string {
  const single = sortedMatches(matches).filter(({ advisory }) => advisory.bundles.length === 0);
  const own = single.map(({ advisory }) => advisory.summary).find((summary) => summary !== "");
  return own ?? (database.flaw(id)?.summary || (sortedMatches(matches)[0]?.advisory.summary ?? ""));
}

function evidenceOf(matches: readonly Match[]): readonly Evidence[] {
  return sortedMatches(matches).map(({ decision }) => decision.evidence);
}

function sortedMatches(matches: readonly Match[]): readonly Match[] {
  if (matches.length < 2) return matches;
  return matches.toSorted(
    (a, b) =>
      Number(b.vendor) - Number(a.vendor) ||
      compareText(a.advisory.source, b.advisory.source) ||
      compareIds(a.advisory.id, b.advisory.id) ||
      compareText(a.decision.evidence.key, b.decision.evidence.key) ||
      compareText(a.decision.evidence.range, b.decision.evidence.range),
  );
}

/** Worst first, then by id. */
export function compareFlawed(a: Flawed, b: Flawed): number {
  const rank = (one: Flawed) => (one.kind === "affected" ? severityRank(one.severity) : -1);
  return rank(a) - rank(b) || compareText(a.order, b.order);
}
