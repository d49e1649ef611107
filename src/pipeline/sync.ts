import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { DatabaseInfo } from "../core/advisory.ts";
import { codeOf, type ErrorCode, SeaworthyError } from "../core/errors.ts";
import type { Feed } from "../core/feed.ts";
import { openDatabase } from "../store/advisory-database.ts";
import { makeDirectories } from "../store/make-directories.ts";
import { withLock } from "./lock.ts";
import type { BuildPlan, BuildProgress } from "./sync-build.ts";
import { type DocumentSource, type FeedDocuments, fetchFeed } from "./sync-documents.ts";
import { asDiskError } from "./sync-errors.ts";
import { firstOf, lossesOf } from "./sync-losses.ts";

/** What a sync tells while it runs. */
export type SyncEvent =
  | { readonly kind: "waiting" }
  | { readonly kind: "fetched"; readonly document: string }
  | { readonly kind: "missing"; readonly feed: string; readonly documents: readonly string[] }
  /** What the new database lacks that the old one told. */
  | { readonly kind: "poorer"; readonly losses: readonly string[] }
  | ({ readonly kind: "building" } & BuildProgress);

/** What to sync, from where to where. */
export interface SyncOptions {
  /** The database file, replaced as a whole or not at all. */
  readonly path: string;
  readonly feeds: readonly Feed[];
  readonly source: DocumentSource;
  /** ISO 8601. */
  readonly now: string;
  readonly tell: (event: SyncEvent) => void;
  /** Replace the old database by a poorer one of a mirror, too? Default: no. */
  readonly allowLoss?: boolean;
  /** How long to wait for another process, in milliseconds. */
  readonly patience?: number;
}

/** A build's plan as it goes to the worker: feeds by id. */
export type WorkerPlan = Omit<BuildPlan, "feeds"> & {
  readonly feeds: readonly (Omit<FeedDocuments, "feed"> & { readonly feed: string })[];
};

/** What the worker says. */
export type WorkerMessage =
  | { readonly kind: "progress"; readonly progress: BuildProgress }
  | { readonly kind: "done"; readonly info: DatabaseInfo }
  | {
      readonly kind: "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string | undefined;
    };

const patience = 30 * 60_000;
// The first is enough for all that there was in 2026, and keeps the process below 300 MB; the second is for years to come.
const heaps = [128, 1024] as const;
const youngHeap = 8;

/**
 * Fetches all feeds and puts a new database in the place of the old one; on any failure the old one stays. One process at a
 * time: who had to wait takes what the other has just built.
 * @throws SeaworthyError `source-unavailable` when there is no feed at all, `feed-invalid`, `disk-failed`, `database-busy`,
 * `database-poorer`, and those of the network.
 */
export async function syncDatabase(options: SyncOptions): Promise<DatabaseInfo> {
  const { path } = options;
  const before = fingerprint(path);
  let waited = false;
  const waiting = (): void => {
    waited = true;
    options.tell({ kind: "waiting" });
  };
  return withLock(`${path}.lock`, { patience: options.patience ?? patience, waiting }, async () => {
    if (waited && fingerprint(path) !== before) return infoOf(path);
    removeLeftovers(path);
    const feeds = await fetchAll(options);
    return replace(path, feeds, options);
  });
}

function fingerprint(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.ino}:${stat.mtimeMs}:${stat.size}`;
}

function infoOf(path: string): DatabaseInfo {
  const database = openDatabase(path);
  database.close();
  return database.info;
}

// Whoever holds the lock is the only writer: other temporary files are those of the dead.
function removeLeftovers(path: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(prefix) && /\.(?:new|staging)(?:-journal)?$/.test(name))
      rmSync(join(dirname(path), name), { force: true });
}

async function fetchAll(options: SyncOptions): Promise<readonly FeedDocuments[]> {
  const found: FeedDocuments[] = [];
  for (const feed of options.feeds) {
    const fetched = await fetchFeed(feed, options.source, (document) =>
      options.tell({ kind: "fetched", document }),
    );
    if (fetched.missing.length > 0) tellMissing(fetched, options);
    found.push(fetched);
  }
  if (found.every(({ documents }) => documents.length === 0))
    throw new SeaworthyError(
      "source-unavailable",
      `read feeds from "${options.source.name}": none of them is there`,
      {
        hint: "a mirror is laid out HOST/PATH, as wget -x leaves it",
      },
    );
  return found;
}

function tellMissing({ feed, missing }: FeedDocuments, { source, tell }: SyncOptions): void {
  if (!source.partial)
    throw new SeaworthyError(
      "source-unavailable",
      `fetch feed "${feed.id}": ${missing.join(", ")} is not there`,
    );
  tell({ kind: "missing", feed: feed.id, documents: missing });
}

async function replace(
  path: string,
  feeds: readonly FeedDocuments[],
  options: SyncOptions,
): Promise<DatabaseInfo> {
  const plan: WorkerPlan = {
    path: `${path}.${process.pid}.new`,
    stagingPath: `${path}.${process.pid}.staging`,
    built: options.now,
    feeds: feeds.map((each) => ({ ...each, feed: each.feed.id })),
  };
  try {
    makeDirectories(dirname(path));
    const info = await build(plan, (progress) => options.tell({ kind: "building", ...progress }));
    // Proves that it opens before the old one goes.
    infoOf(plan.path);
    checkLosses(info, options);
    renameSync(plan.path, path);
    syncDirectory(dirname(path));
    return info;
  } catch (thrown) {
    if (codeOf(thrown) === "feed-invalid")
      options.source.distrust?.(feeds.flatMap(({ documents }) => documents));
    throw asDiskError(thrown);
  } finally {
    removeBuild(plan);
  }
}

// What upstream takes back is gone; of a mirror it is far more likely that it was not copied whole.
function checkLosses(after: DatabaseInfo, { path, feeds, source, allowLoss, tell }: SyncOptions): void {
  const before = readableInfo(path);
  const losses = before === undefined ? [] : lossesOf(before, after, feeds);
  if (losses.length === 0) return;
  if (!source.partial || allowLoss === true) return tell({ kind: "poorer", losses });
  throw new SeaworthyError(
    "database-poorer",
    `replace advisory database "${path}": "${source.name}" has less than it: ${firstOf(losses, "; ")}`,
    { hint: "complete the mirror, or accept the loss with --allow-loss; the old database stays" },
  );
}

// An old database that cannot be read, or of another schema, is no loss.
function readableInfo(path: string): DatabaseInfo | undefined {
  try {
    return infoOf(path);
  } catch {
    return undefined;
  }
}

async function build(plan: WorkerPlan, progress: (progress: BuildProgress) => void): Promise<DatabaseInfo> {
  const [first, second] = heaps;
  return (
    (await buildWithin(first, plan, progress)) ?? (await buildWithin(second, plan, progress)) ?? outOfMemory()
  );
}

function outOfMemory(): never {
  throw new SeaworthyError(
    "limit-exceeded",
    `build advisory database: more than ${heaps[1]} MB of memory needed`,
  );
}

/** Undefined when the heap of so many MB was too small. */
function buildWithin(
  megabytes: number,
  plan: WorkerPlan,
  progress: (progress: BuildProgress) => void,
): Promise<DatabaseInfo | undefined> {
  removeBuild(plan);
  const worker = new Worker(new URL("./sync-worker.ts", import.meta.url), {
    workerData: plan,
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: youngHeap },
  });
  return new Promise((resolve, reject) => {
    worker.on("message", (message: WorkerMessage) => {
      switch (message.kind) {
        case "progress":
          return progress(message.progress);
        case "done":
          return resolve(message.info);
        case "failed":
          return reject(new SeaworthyError(message.code, message.message, { hint: message.hint }));
      }
    });
    worker.on("error", (cause) => {
      if ("code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY") return resolve(undefined);
      reject(new SeaworthyError("internal", `build advisory database: ${cause.message}`, { cause }));
    });
    worker.on("exit", (code) =>
      reject(new SeaworthyError("internal", `build advisory database: worker ended with ${code}`)),
    );
  });
}

function removeBuild(plan: WorkerPlan): void {
  for (const each of [plan.path, plan.stagingPath])
    for (const file of [each, `${each}-journal`]) rmSync(file, { force: true });
}

function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
