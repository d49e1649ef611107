import type { DatabaseInfo, DatabaseSource } from "../core/advisory.ts";
import type { Feed } from "../core/feed.ts";

// Sources grow. One that loses more than this share of its records was cut short somewhere.
const leastShare = 0.75;

/**
 * What a new database does not tell any more of what the old one told, in words; of these feeds alone, for the others were
 * left out by choice. An image of a release that is lost would have no findings of which nobody says that they are missing.
 */
export function lossesOf(
  before: DatabaseInfo,
  after: DatabaseInfo,
  feeds: readonly Feed[],
): readonly string[] {
  const asked = before.sources.filter(({ name }) => feeds.some(({ id }) => id === name.split(" ", 1)[0]));
  const now = new Map(after.sources.map((source) => [source.name, source]));
  return [
    ...uncovered(asked, after),
    ...asked.flatMap((source) => sourceLosses(source, now.get(source.name))),
  ];
}

function uncovered(asked: readonly DatabaseSource[], after: DatabaseInfo): readonly string[] {
  const covered = new Set(after.sources.flatMap(({ covers }) => covers));
  const lost = [...new Set(asked.flatMap(({ covers }) => covers))].filter((key) => !covered.has(key)).sort();
  return lost.length === 0 ? [] : [`no advisories for ${firstOf(lost, ", ")}`];
}

const mostTold = 5;

/** The first of some texts in one line, and how many more there are. */
export function firstOf(texts: readonly string[], separator: string): string {
  const more = texts.length > mostTold ? [`and ${texts.length - mostTold} more`] : [];
  return [...texts.slice(0, mostTold), ...more].join(separator);
}

function sourceLosses(before: DatabaseSource, after: DatabaseSource | undefined): readonly string[] {
  const { name, advisories, newest } = before;
  const records = after?.advisories ?? 0;
  if (records < advisories * leastShare) return [`${name}: ${records} records, before ${advisories}`];
  if (after === undefined || after.newest >= newest) return [];
  return [`${name}: newest of ${after.newest.slice(0, 10) || "no day"}, before of ${newest.slice(0, 10)}`];
}
