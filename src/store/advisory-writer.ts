import { createHash, type Hash } from "node:crypto";
import { closeSync, fsyncSync, openSync } from "node:fs";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import type {
  Advisory,
  DatabaseInfo,
  DatabaseSource,
  ExploitProbability,
  KnownExploited,
  Lifecycle,
} from "../core/advisory.ts";
import { ByteWriter } from "./advisory-bytes.ts";
import { type AdvisoryDetail, writeAscending, writeDetail, writeFlaw } from "./advisory-detail.ts";
import { IdWriter } from "./advisory-ids.ts";
import { type RankedAdvisory, writePackages } from "./advisory-packages.ts";
import { applicationId, packageIndex, type RowSink, schemaVersion, tables } from "./advisory-schema.ts";
import { sealFile } from "./advisory-seal.ts";
import { openStaging, type StagedDetail, type StagedFlaw, type Staging } from "./advisory-staging.ts";

/** Builds an advisory database file: records in any order, then `finish`. */
export interface AdvisoryWriter {
  readonly advisory: (advisory: Advisory) => void;
  readonly knownExploited: (entry: KnownExploited) => void;
  readonly exploitProbability: (entry: ExploitProbability) => void;
  /** `id` is an os-release id or a runtime's key; the first entry for a release stays. */
  readonly lifecycle: (id: string, lifecycle: Lifecycle) => void;
  /** Sorts everything into the file, syncs it to disk and closes. */
  finish(about: { readonly built: string; readonly sources: readonly DatabaseSource[] }): DatabaseInfo;
  /** Closes without finishing; the files are the caller's to delete. */
  abandon(): void;
}

/**
 * Starts a database at `path` (which must not exist), with a staging file beside it. The same records give the same
 * digest and the same tables, in whatever order they come. The caller deletes `stagingPath` and renames `path`.
 */
export function createAdvisoryWriter(path: string, stagingPath: string): AdvisoryWriter {
  const staging = openStaging(stagingPath);
  return {
    advisory: staging.advisory,
    knownExploited: staging.knownExploited,
    exploitProbability: staging.exploitProbability,
    lifecycle: staging.lifecycle,
    finish: (about) => {
      const info = writeDatabase(staging, path, about);
      staging.database.close();
      sealFile(path);
      syncFile(path);
      return info;
    },
    abandon: () => staging.database.close(),
  };
}

function writeDatabase(
  staging: Staging,
  path: string,
  about: { readonly built: string; readonly sources: readonly DatabaseSource[] },
): DatabaseInfo {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      `PRAGMA page_size = 8192; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion};
       PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; ${tables} BEGIN`,
    );
    const digest = createHash("sha256");
    writeRows(staging, database, digest);
    const info: DatabaseInfo = {
      kind: "full",
      schema: schemaVersion,
      built: about.built,
      digest: `sha256:${digest.digest("hex")}`,
      sources: about.sources,
    };
    writeInfo(database, info);
    database.exec(`${packageIndex}; COMMIT`);
    return info;
  } finally {
    database.close();
  }
}

function writeRows(staging: Staging, database: DatabaseSync, digest: Hash): void {
  const staged = staging.database;
  staged.exec(
    "CREATE INDEX flaw_order ON flaw (id, rank, source, advisory); CREATE INDEX ident_id ON ident (id)",
  );
  const ids = new IdWriter();
  const ranked = rankAdvisories(staged);
  const addMeta = rowSink(database, digest, "meta", 2);
  const { ecosystems, packagesOf } = writePackages(staging.entries, ids, ranked, {
    affected: rowSink(database, digest, "affected", 2),
    package: rowSink(database, digest, "package", 4),
  });
  writeAdvisories(staged, rowSink(database, digest, "advisory", 2), ids, packagesOf);
  writeIdents(staged, rowSink(database, digest, "ident", 3), ranked, packagesOf);
  copyRows(staged, "known_exploited", rowSink(database, digest, "known_exploited", 3));
  copyProbabilities(staged, rowSink(database, digest, "exploit_probability", 2));
  copyRows(staged, "lifecycle", rowSink(database, digest, "lifecycle", 3));
  addMeta("ecosystems", JSON.stringify(ecosystems));
  addMeta("prefixes", JSON.stringify(ids.prefixes));
}

// Numbers by (source, id), so that they do not depend on the order in which the records came.
function rankAdvisories(staged: DatabaseSync): (advisory: number) => RankedAdvisory {
  const ranked: RankedAdvisory[] = [];
  let rank = 0;
  for (const row of staged.prepare("SELECT n, source, id FROM advisory ORDER BY source, id").iterate())
    ranked[Number(row["n"])] = { rank: ++rank, source: String(row["source"]), id: String(row["id"]) };
  return (advisory) => ranked[advisory] ?? { rank: 0, source: "", id: "" };
}

function rowSink(database: DatabaseSync, digest: Hash, table: string, columns: number): RowSink {
  const insert = database.prepare(`INSERT INTO ${table} VALUES (${Array(columns).fill("?").join(", ")})`);
  return (...values) => {
    insert.run(...values);
    digest.update(`${table}\n`);
    for (const value of values) {
      const bytes = ArrayBuffer.isView(value) ? value : Buffer.from(String(value));
      digest.update(`${bytes.byteLength}\n`).update(bytes);
    }
  };
}

function writeAdvisories(
  staged: DatabaseSync,
  add: RowSink,
  ids: IdWriter,
  packagesOf: (rank: number) => readonly number[],
): void {
  let rank = 0;
  const flaw = staged.prepare(
    "SELECT detail FROM flaw WHERE id = ? ORDER BY rank, source, advisory, detail LIMIT 1",
  );
  const out = new ByteWriter();
  for (const row of staged
    .prepare("SELECT n, source, id, detail FROM advisory ORDER BY source, id")
    .iterate()) {
    rank++;
    const packages = packagesOf(rank);
    // All that it says is said by a better source.
    if (packages.length === 0) continue;
    const id = String(row["id"]);
    const detail = parseStaged<StagedDetail>(row["detail"]);
    const best = flaw.get(soleFlaw(id, detail.aliases));
    writeDetail(out, ids, String(row["source"]), {
      ...withoutShared(detail, best === undefined ? undefined : parseStaged<StagedFlaw>(best["detail"])),
      id,
      packages,
    });
    add(rank, out.take());
  }
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- rows that this module's own staging wrote
function parseStaged<T>(json: SQLOutputValue | undefined): T {
  return JSON.parse(typeof json === "string" ? json : "null");
}

/** The one CVE that an advisory is about, or "" when it is none or several. */
function soleFlaw(id: string, aliases: readonly string[]): string {
  const [only, ...more] = [id, ...aliases].filter((name) => name.startsWith("CVE-"));
  return only !== undefined && more.length === 0 ? only : "";
}

// Words and vectors of a flaw are kept once, with the flaw; the reader takes them from there.
function withoutShared(
  detail: StagedDetail,
  flaw: StagedFlaw | undefined,
): Omit<AdvisoryDetail, "id" | "packages"> {
  const { severity, published, modified, withdrawn, aliases, bundles, url } = detail;
  const sameWords = flaw !== undefined && flaw.summary === detail.summary;
  const sameVectors = flaw !== undefined && flaw.cvss.join("\n") === detail.cvss.join("\n");
  return {
    severity,
    cvss: sameVectors ? [] : detail.cvss,
    aliases,
    bundles,
    published,
    modified,
    withdrawn,
    summary: sameWords ? "" : detail.summary,
    url,
  };
}

function writeIdents(
  staged: DatabaseSync,
  add: RowSink,
  ranked: (advisory: number) => RankedAdvisory,
  packagesOf: (rank: number) => readonly number[],
): void {
  const out = new ByteWriter();
  const query = staged.prepare("SELECT id, group_concat(n) AS numbers FROM ident GROUP BY id ORDER BY id");
  const flaw = staged.prepare("SELECT detail FROM flaw WHERE id = ? ORDER BY rank, source, advisory, detail");
  for (const row of query.iterate()) {
    const numbers = String(row["numbers"]).split(",");
    const kept = numbers.map((n) => ranked(Number(n)).rank).filter((rank) => packagesOf(rank).length > 0);
    const id = String(row["id"]);
    const told = flaw.all(id).map((each) => parseStaged<StagedFlaw>(each["detail"]));
    if (kept.length === 0 && told.length === 0) continue;
    writeAscending(
      out,
      [...new Set(kept)].sort((a, b) => a - b),
    );
    const advisories = out.take();
    add(id, advisories, flawBytes(out, told));
  }
}

function flawBytes(out: ByteWriter, told: readonly StagedFlaw[]): Buffer | null {
  const [best] = told;
  if (best === undefined) return null;
  const summary = best.summary || (told.find((flaw) => flaw.summary !== "")?.summary ?? "");
  const severity = best.severity ?? told.find((flaw) => flaw.severity !== undefined)?.severity;
  writeFlaw(out, { severity, cvss: best.cvss, summary });
  return out.take();
}

function copyRows(staged: DatabaseSync, table: string, add: RowSink): void {
  for (const row of staged.prepare(`SELECT * FROM ${table}`).iterate()) add(...Object.values(row));
}

// Of flaws that an advisory names alone: EPSS rates each CVE that there is.
function copyProbabilities(staged: DatabaseSync, add: RowSink): void {
  const rows = staged.prepare(
    "SELECT cve, score FROM exploit_probability WHERE EXISTS (SELECT 1 FROM ident WHERE ident.id = cve) ORDER BY cve",
  );
  for (const row of rows.iterate()) add(String(row["cve"]), Number(row["score"]));
}

// Not part of the digest: when and whence is not what is said.
function writeInfo(database: DatabaseSync, info: DatabaseInfo): void {
  const meta = database.prepare("INSERT INTO meta VALUES (?, ?)");
  meta.run("built", info.built);
  meta.run("digest", info.digest);
  const source = database.prepare("INSERT INTO source VALUES (?, ?)");
  for (const [n, value] of info.sources.entries()) source.run(n, JSON.stringify(value));
}

function syncFile(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
