import type { SQLInputValue } from "node:sqlite";

/** `PRAGMA application_id` of an advisory database: "Seaw". */
export const applicationId = 0x53_65_61_77;

/** Version of tables and encodings; a file of another version is refused. */
export const schemaVersion = 3;

/**
 * The tables of an advisory database. All rows are inserted in the order of their keys.
 * `package.data` names the row of `affected`: packages of which the same is said share it.
 * `affected.data`: per advisory, by number: difference to the number before, id, flags, affected entries (advisory-affected.ts).
 * `advisory.data`: advisory-detail.ts. `ident.advisories`: numbers of advisories with this id, alias or bundled flaw.
 */
export const tables = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (n INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE affected (n INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE package (n INTEGER PRIMARY KEY, ecosystem INTEGER NOT NULL, name TEXT NOT NULL, affected INTEGER NOT NULL);
CREATE TABLE advisory (n INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE ident (id TEXT PRIMARY KEY, advisories BLOB, flaw BLOB) WITHOUT ROWID;
CREATE TABLE known_exploited (cve TEXT PRIMARY KEY, added TEXT NOT NULL, due TEXT) WITHOUT ROWID;
CREATE TABLE exploit_probability (cve TEXT PRIMARY KEY, score INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE lifecycle (id TEXT, release TEXT, value TEXT NOT NULL, PRIMARY KEY (id, release)) WITHOUT ROWID;
`;

/** A probability of 1, as `exploit_probability.score` counts it: EPSS has five digits. */
export const probabilityUnit = 100_000;

/** Made after the rows: cheaper than keeping it up to date. */
export const packageIndex = "CREATE UNIQUE INDEX package_key ON package (ecosystem, name)";

/** Where the rows wait until they can be sorted; a private file beside the database, deleted at the end. */
export const stagingTables = `
CREATE TABLE advisory (n INTEGER PRIMARY KEY, source TEXT NOT NULL, id TEXT NOT NULL, modified TEXT NOT NULL, detail TEXT NOT NULL, UNIQUE (source, id));
CREATE TABLE ident (id TEXT NOT NULL, n INTEGER NOT NULL);
CREATE TABLE flaw (id TEXT NOT NULL, rank INTEGER NOT NULL, source TEXT NOT NULL, advisory TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE known_exploited (cve TEXT PRIMARY KEY, added TEXT NOT NULL, due TEXT) WITHOUT ROWID;
CREATE TABLE exploit_probability (cve TEXT PRIMARY KEY, score INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE lifecycle (id TEXT, release TEXT, value TEXT NOT NULL, PRIMARY KEY (id, release)) WITHOUT ROWID;
`;

/** One table's rows: inserted, and added to the digest. */
export type RowSink = (...values: SQLInputValue[]) => void;
