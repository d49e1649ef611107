import { DatabaseSync } from "node:sqlite";
import type { Advisory, ExploitProbability, KnownExploited, Lifecycle } from "../core/advisory.ts";
import type { Severity } from "../core/severity.ts";
import { flagWithdrawn, writeAffected } from "./advisory-affected.ts";
import { ByteWriter } from "./advisory-bytes.ts";
import { EntryStore } from "./advisory-entries.ts";
import { probabilityUnit, stagingTables } from "./advisory-schema.ts";
import { advisoryPage } from "./advisory-url.ts";

/** An advisory's details as they wait. */
export interface StagedDetail {
  readonly severity?: Severity | undefined;
  readonly cvss: readonly string[];
  readonly aliases: readonly string[];
  readonly bundles: readonly string[];
  readonly published?: string | undefined;
  readonly modified?: string | undefined;
  readonly withdrawn?: string | undefined;
  readonly summary: string;
  readonly url: string;
}

/** A flaw's rating and words as they wait. */
export type StagedFlaw = Pick<StagedDetail, "severity" | "cvss" | "summary">;

/** Takes records in any order into a file of their own. */
export interface Staging {
  readonly database: DatabaseSync;
  readonly entries: EntryStore;
  readonly advisory: (advisory: Advisory) => void;
  readonly knownExploited: (entry: KnownExploited) => void;
  readonly exploitProbability: (entry: ExploitProbability) => void;
  readonly lifecycle: (id: string, lifecycle: Lifecycle) => void;
}

/** Opens an empty staging file; losing it costs nothing, so nothing is synced. */
export function openStaging(path: string): Staging {
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -8000; PRAGMA temp_store = FILE",
  );
  database.exec(`${stagingTables} BEGIN`);
  const addExploited = database.prepare("INSERT OR REPLACE INTO known_exploited VALUES (?, ?, ?)");
  const addProbability = database.prepare("INSERT OR REPLACE INTO exploit_probability VALUES (?, ?)");
  const addLifecycle = database.prepare("INSERT OR IGNORE INTO lifecycle VALUES (?, ?, ?)");
  const entries = new EntryStore();
  return {
    database,
    entries,
    advisory: advisoryInserter(database, entries),
    knownExploited: ({ cve, added, due }) => void addExploited.run(cve, added, due ?? null),
    exploitProbability: ({ cve, probability }) =>
      void addProbability.run(cve, Math.round(probability * probabilityUnit)),
    lifecycle: (id, lifecycle) => void addLifecycle.run(id, lifecycle.release, JSON.stringify(lifecycle)),
  };
}

function advisoryInserter(database: DatabaseSync, entries: EntryStore): (advisory: Advisory) => void {
  // The same record comes in several documents (npm and PyPI of one GHSA): its affected entries add up, the newest words win.
  const addAdvisory = database.prepare(
    `INSERT INTO advisory (source, id, modified, detail) VALUES (?, ?, ?, ?) ON CONFLICT (source, id) DO UPDATE SET
     detail = CASE WHEN (excluded.modified, excluded.detail) > (modified, detail) THEN excluded.detail ELSE detail END,
     modified = max(modified, excluded.modified) RETURNING n`,
  );
  const addIdent = database.prepare("INSERT INTO ident VALUES (?, ?)");
  const addFlaw = database.prepare("INSERT INTO flaw VALUES (?, ?, ?, ?, ?)");
  const out = new ByteWriter();
  return (advisory) => {
    const { id, source } = advisory;
    for (const flaw of flawsOf(advisory)) addFlaw.run(flaw.id, flaw.rank, source, id, flaw.detail);
    if (advisory.affected.length === 0) return;
    const row = addAdvisory.get(source, id, advisory.modified ?? "", JSON.stringify(detailOf(advisory)));
    const n = Number(row?.["n"]);
    for (const name of new Set([id, ...advisory.aliases, ...advisory.bundles])) addIdent.run(name, n);
    for (const affected of advisory.affected) {
      writeAffected(out, affected);
      const body = out.take();
      if (advisory.withdrawn !== undefined) body[0] = (body[0] ?? 0) | flagWithdrawn;
      entries.add(affected.ecosystem, affected.name, n, body);
    }
  };
}

function detailOf(advisory: Advisory): StagedDetail {
  const { severity, cvss, aliases, bundles, published, modified, withdrawn, summary, source, id } = advisory;
  const url = advisory.url === undefined || advisory.url === advisoryPage(source, id) ? "" : advisory.url;
  return { severity, cvss, aliases, bundles, published, modified, withdrawn, summary, url };
}

// An advisory of one flaw rates that flaw; a bundle's rating is that of its worst flaw and is no use. Withdrawn words are not used.
function flawsOf(advisory: Advisory): readonly { id: string; rank: number; detail: string }[] {
  if (advisory.bundles.length > 0 || advisory.withdrawn !== undefined) return [];
  if (advisory.cvss.length === 0 && advisory.summary === "" && advisory.severity === undefined) return [];
  const cves = flawIds(advisory);
  const { severity, cvss, summary } = advisory;
  const detail = JSON.stringify({ severity, cvss, summary } satisfies StagedFlaw);
  return cves.map((id) => ({ id, rank: flawRank(advisory, id, cves.length), detail }));
}

/** The CVE ids of an advisory of one flaw. */
function flawIds(advisory: Pick<Advisory, "id" | "aliases">): readonly string[] {
  return [advisory.id, ...advisory.aliases].filter((id) => id.startsWith("CVE-"));
}

// Best first: a rating before none, the CVE's own record before a record about it, one CVE before several.
function flawRank(advisory: Advisory, cve: string, cves: number): number {
  return (advisory.cvss.length > 0 ? 0 : 4) + (advisory.id === cve ? 0 : cves === 1 ? 1 : 2);
}
