import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { AdvisoryDatabase } from "../core/advisory.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Network } from "../net/http.ts";
import { openDatabase } from "../store/advisory-database.ts";
import type { SyncEvent } from "./sync.ts";
import { type DocumentSource, directorySource, documentUrl } from "./sync-documents.ts";
import { cacheSource, webSource } from "./sync-web.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The database file where none is named: `SEAWORTHY_DB`, else in the user's data directory (XDG). */
export function databasePath(env: Environment): string {
  const named = env["SEAWORTHY_DB"];
  if (named !== undefined && named !== "") return named;
  const data = env["XDG_DATA_HOME"] || join(env["HOME"] || homedir(), ".local/share");
  return join(data, "seaworthy/advisories.db");
}

/** Where downloaded feeds are kept (XDG). */
function feedCache(env: Environment): string {
  return join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "seaworthy/feeds");
}

/** How feeds are reached. */
export interface SourceOptions {
  /** A directory or base URL laid out HOST/PATH; undefined for upstream. */
  readonly from: string | undefined;
  readonly cwd: string;
  readonly env: Environment;
  readonly offline: boolean;
  readonly network: Network;
  /** ISO 8601. */
  readonly now: string;
  readonly received?: (name: string, bytes: number, total: number | undefined) => void;
}

/** The source that `--from` names. Offline and without a mirror: what earlier updates left in the cache. */
export function documentSource(options: SourceOptions): DocumentSource {
  const { from, cwd, env, offline, network, now, received } = options;
  const base = from !== undefined && /^https?:\/\//.test(from) ? from.replace(/\/*$/, "/") : undefined;
  if (from !== undefined && base === undefined)
    return directorySource(from.startsWith("file:") ? fileURLToPath(from) : resolve(cwd, from));
  const cache = feedCache(env);
  if (offline && base === undefined) return cacheSource({ base, cache });
  return webSource({ base, cache, network, now, ...(received === undefined ? {} : { received }) });
}

/** How a scan gets its database. */
export interface EnsureOptions extends Omit<SourceOptions, "from"> {
  /** `--db FILE`; undefined for the default place. */
  readonly path: string | undefined;
  readonly tell: (event: SyncEvent) => void;
}

/** An opened database, and what the user should know of it in one line. */
export interface EnsuredDatabase {
  readonly database: AdvisoryDatabase;
  readonly note?: string | undefined;
}

/**
 * The database that is there; else, with a network, a new one; else the embedded landmarks with a note. One that is named
 * by `--db` must be there. `SEAWORTHY_DB_FROM` names a mirror for the first build.
 * @throws SeaworthyError `database-missing`, `database-invalid`.
 */
export async function ensureDatabase(options: EnsureOptions): Promise<EnsuredDatabase> {
  const path = options.path ?? databasePath(options.env);
  if (options.path !== undefined || existsSync(path)) return { database: openDatabase(path) };
  const from = options.env["SEAWORTHY_DB_FROM"] || undefined;
  if (options.offline && from === undefined) return landmarks("offline and no advisory database yet");
  try {
    if (from === undefined) await probe(options.network);
    const source = documentSource({ ...options, from });
    // Not loaded before: schemas of feeds would cost every scan 60 ms.
    const [{ feeds }, { syncDatabase }] = await Promise.all([
      import("../feeds/list.ts"),
      import("./sync.ts"),
    ]);
    await syncDatabase({ path, feeds, source, now: options.now, tell: options.tell });
    return { database: openDatabase(path) };
  } catch (thrown) {
    return landmarks(`the advisory database could not be built: ${messageOf(thrown)}`);
  }
}

async function landmarks(why: string): Promise<EnsuredDatabase> {
  const { landmarkDatabase } = await import("../store/landmarks.ts");
  const note = `${why}; using the embedded landmark advisories only (run seaworthy db update where there is a network)`;
  return { database: landmarkDatabase(), note };
}

const probed = "osv-vulnerabilities.storage.googleapis.com/ecosystems.txt";
const patience = 5000;

// A machine behind a closed door must not wait through every time-out and repetition of a real download.
async function probe(network: Network): Promise<void> {
  const signal = AbortSignal.timeout(patience);
  try {
    const response = await network.request(documentUrl("https://", probed), { signal });
    response.discard();
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    throw new SeaworthyError(
      "network-failed",
      `connect to "${probed.split("/")[0]}": no answer within ${patience / 1000} s`,
    );
  }
}
