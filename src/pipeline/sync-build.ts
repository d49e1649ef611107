import { statSync } from "node:fs";
import type { DatabaseInfo, DatabaseSource } from "../core/advisory.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { Feed, FeedRecord } from "../core/feed.ts";
import { type AdvisoryWriter, createAdvisoryWriter } from "../store/advisory-writer.ts";
import type { FeedDocuments, FetchedDocument } from "./sync-documents.ts";

/** What is built from what, and where. */
export interface BuildPlan {
  readonly feeds: readonly FeedDocuments[];
  /** Must not exist. */
  readonly path: string;
  readonly stagingPath: string;
  /** ISO 8601. */
  readonly built: string;
}

/** How far a build is: `done` of `total` bytes of documents. */
export interface BuildProgress {
  readonly document: string;
  readonly done: number;
  readonly total: number;
}

/**
 * Reads all documents into a new database file.
 * @throws SeaworthyError `feed-invalid` for a document that is not what it should be, `disk-failed`.
 */
export async function buildDatabase(
  plan: BuildPlan,
  progress: (progress: BuildProgress) => void,
): Promise<DatabaseInfo> {
  const writer = createAdvisoryWriter(plan.path, plan.stagingPath);
  try {
    const tallies = new Map<string, Tally>();
    const sizes = plan.feeds.flatMap(({ documents }) => documents.map(({ path }) => statSync(path).size));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    let done = 0;
    for (const { feed, documents, missing } of plan.feeds) {
      for (const document of documents) {
        progress({ document: document.name, done, total });
        const tally = tallyOf(tallies, feed, document.name, document);
        await readDocument(feed, document, tally, writer, plan.built);
        done += statSync(document.path).size;
      }
      for (const name of missing) noteMissing(feed, name, tallyOf(tallies, feed, name, undefined));
    }
    progress({ document: "", done, total });
    const sources = [...tallies.values()].map(sourceOf).sort((a, b) => (a.name < b.name ? -1 : 1));
    return writer.finish({ built: plan.built, sources });
  } catch (thrown) {
    writer.abandon();
    throw thrown;
  }
}

interface Tally {
  readonly name: string;
  readonly urls: string[];
  newest: string;
  fetched: string;
  records: number;
  rejected: number;
  readonly rejectedRecords: string[];
  readonly covers: Set<string>;
  readonly missing: string[];
}

function tallyOf(
  tallies: Map<string, Tally>,
  feed: Feed,
  document: string,
  fetched: FetchedDocument | undefined,
): Tally {
  const name = feed.source === undefined ? feed.id : feed.source(document);
  // An index that can be read says nothing of its own; one that is missing is the feed's loss.
  if (name === undefined && fetched !== undefined) return emptyTally("");
  return tallyNamed(tallies, name ?? feed.id, fetched);
}

function tallyNamed(tallies: Map<string, Tally>, name: string, fetched: FetchedDocument | undefined): Tally {
  const tally = tallies.get(name) ?? emptyTally(name);
  tallies.set(name, tally);
  if (fetched !== undefined) {
    tally.urls.push(fetched.url);
    // A source of several documents is as old as its oldest.
    if (tally.fetched === "" || fetched.fetched < tally.fetched) tally.fetched = fetched.fetched;
  }
  return tally;
}

function emptyTally(name: string): Tally {
  return {
    name,
    urls: [],
    newest: "",
    fetched: "",
    records: 0,
    rejected: 0,
    rejectedRecords: [],
    covers: new Set(),
    missing: [],
  };
}

// All that is there comes first: a release of which a part is missing would look like one with few flaws.
function noteMissing(feed: Feed, name: string, tally: Tally): void {
  tally.missing.push(name);
  for (const ecosystem of tally.covers) if (makesUp(feed, name, ecosystem)) tally.covers.delete(ecosystem);
}

function makesUp(feed: Feed, name: string, ecosystem: string): boolean {
  return feed.makesUp?.(name, ecosystem) ?? true;
}

async function readDocument(
  feed: Feed,
  document: FetchedDocument,
  tally: Tally,
  writer: AdvisoryWriter,
  now: string,
): Promise<void> {
  const before = { records: tally.records, rejected: tally.rejected };
  const covers = (ecosystem: string): boolean => makesUp(feed, document.name, ecosystem);
  for await (const record of feed.parse(document)) take(record, { tally, covers }, writer, now);
  refuseMostlyRejected(document, tally.records - before.records, tally.rejected - before.rejected, tally);
}

const shownRejected = 20;

interface Taker {
  readonly tally: Tally;
  readonly covers: (ecosystem: string) => boolean;
}

function take(record: FeedRecord, { tally, covers }: Taker, writer: AdvisoryWriter, now: string): void {
  switch (record.kind) {
    case "advisory":
      writer.advisory(record.advisory);
      for (const { ecosystem } of record.advisory.affected)
        if (!tally.covers.has(ecosystem) && covers(ecosystem)) tally.covers.add(ecosystem);
      noteDate(tally, record.advisory.modified ?? record.advisory.published, now);
      break;
    case "known-exploited":
      writer.knownExploited(record.entry);
      noteDate(tally, record.entry.added, now);
      break;
    case "exploit-probability":
      writer.exploitProbability(record.entry);
      noteDate(tally, record.entry.day, now);
      break;
    case "lifecycle":
      writer.lifecycle(record.id, record.lifecycle);
      break;
    case "rejected":
      tally.rejected++;
      if (tally.rejectedRecords.length < shownRejected)
        tally.rejectedRecords.push(`${record.record}: ${record.reason}`.slice(0, 300));
      return;
  }
  tally.records++;
}

// A date to come is a mistake of the record and would hide how old the rest is.
function noteDate(tally: Tally, date: string | undefined, now: string): void {
  if (date !== undefined && date > tally.newest && date <= now) tally.newest = date;
}

// A page of another kind under the right address must not pass for a feed with nothing to say.
function refuseMostlyRejected(
  document: FetchedDocument,
  records: number,
  rejected: number,
  tally: Tally,
): void {
  if (rejected === 0 || records >= rejected) return;
  throw new SeaworthyError(
    "feed-invalid",
    `read feed "${document.name}": ${rejected} of ${records + rejected} records are not readable, first ${tally.rejectedRecords.at(-1) ?? ""}`,
  );
}

function sourceOf(tally: Tally): DatabaseSource {
  const { name, newest, fetched, records, rejected, rejectedRecords, missing } = tally;
  return {
    name,
    url: tally.urls[0] ?? "",
    newest,
    fetched,
    advisories: records,
    covers: [...tally.covers].sort(),
    rejected,
    rejectedRecords,
    missing,
  };
}
