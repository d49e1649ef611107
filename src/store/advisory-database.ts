import { existsSync } from "node:fs";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type {
  Advisory,
  AdvisoryDatabase,
  AdvisoryKey,
  Affected,
  DatabaseInfo,
  DatabaseSource,
  Flaw,
  Lifecycle,
} from "../core/advisory.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { flagMore, flagWithdrawn, readAffected } from "./advisory-affected.ts";
import { ByteReader } from "./advisory-bytes.ts";
import { type AdvisoryDetail, readAscending, readDetail, readFlaw } from "./advisory-detail.ts";
import { type IdPrefix, readId } from "./advisory-ids.ts";
import { type DetailReader, StoredAdvisory } from "./advisory-record.ts";
import { applicationId, probabilityUnit, schemaVersion } from "./advisory-schema.ts";
import { isSealed } from "./advisory-seal.ts";
import { lifecycleReleases } from "./lifecycle-release.ts";

/**
 * Opens an advisory database read-only; the file is never written or locked, so it may be replaced by a rename while it is open.
 * @throws SeaworthyError `database-missing`, `database-invalid`.
 */
export function openDatabase(path: string): AdvisoryDatabase {
  if (!existsSync(path))
    throw new SeaworthyError("database-missing", `open advisory database "${path}": no such file`, { hint });
  const database = openFile(path);
  try {
    checkSchema(database, path);
    if (!isSealed(path)) throw invalid(path, "the file is damaged: its checksum is wrong");
    return reader(database);
  } catch (thrown) {
    database.close();
    throw thrown instanceof SeaworthyError ? thrown : invalid(path, messageOf(thrown), thrown);
  }
}

const hint = "run seaworthy db update";

function invalid(path: string, found: string, cause?: unknown): SeaworthyError {
  return new SeaworthyError("database-invalid", `open advisory database "${path}": ${found}`, {
    hint,
    cause,
  });
}

// immutable: no locks and no look for a journal, for a file that is only ever replaced as a whole.
function openFile(path: string): DatabaseSync {
  try {
    return new DatabaseSync(new URL(`${pathToFileURL(path).href}?immutable=1`), { readOnly: true });
  } catch (thrown) {
    throw invalid(path, messageOf(thrown), thrown);
  }
}

function checkSchema(database: DatabaseSync, path: string): void {
  const application = pragma(database, "application_id", path);
  if (application !== applicationId) throw invalid(path, "not a Seaworthy advisory database");
  const version = pragma(database, "user_version", path);
  if (version !== schemaVersion)
    throw invalid(path, `its schema version is ${version}, this Seaworthy reads ${schemaVersion}`);
}

function pragma(database: DatabaseSync, name: string, path: string): number {
  try {
    return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  } catch (thrown) {
    throw invalid(path, messageOf(thrown), thrown);
  }
}

interface Key extends AdvisoryKey {
  readonly data: number;
}

function reader(database: DatabaseSync): AdvisoryDatabase {
  const { ecosystems, prefixes } = readTables(database);
  const numbers = new Map(ecosystems.map((name, number) => [name, number]));
  const findPackage = statement(database, "SELECT affected FROM package WHERE ecosystem = ? AND name = ?");
  const findEnding = statement(
    database,
    "SELECT name FROM package WHERE ecosystem = ? AND substr(name, -?) = ? ORDER BY name",
  );
  const getPackage = statement(database, "SELECT ecosystem, name, affected FROM package WHERE n = ?");
  const getAffected = statement(database, "SELECT data FROM affected WHERE n = ?");
  const getIdent = statement(database, "SELECT advisories, flaw FROM ident WHERE id = ?");
  const flaw = remembering((cve) => flawOf(getIdent, cve));
  const details = detailReader(database, prefixes, flaw);
  const info = readInfo(database);
  const covered = new Set(info.sources.flatMap((source) => source.covers));
  const read = (key: Key): readonly StoredAdvisory[] =>
    decode(blob(getAffected.get(key.data)), key, prefixes, details);
  const packageOf = (number: number): Key => {
    const row = columns(getPackage.get(number));
    return { ecosystem: ecosystems[Number(row[0])] ?? "", name: String(row[1]), data: Number(row[2]) };
  };
  return {
    info,
    covers: (ecosystem) => covered.has(ecosystem),
    lookup({ ecosystem, name }) {
      const number = numbers.get(ecosystem);
      const found = number === undefined ? undefined : findPackage.get(number, name);
      return found === undefined ? [] : read({ ecosystem, name, data: Number(columns(found)[0]) });
    },
    namesEnding: (ecosystem, ending) =>
      columnOf(findEnding, numbers.get(ecosystem) ?? -1, ending.length, ending),
    byId: (id) =>
      numbersOf(getIdent, id).map((number) =>
        whole(number, details.of(number).packages.map(packageOf), read, details),
      ),
    flaw,
    knownExploited: knownExploitedReader(database),
    exploitProbability: probabilityReader(database),
    lifecycle: lifecycleReader(database),
    close: () => database.close(),
  };
}

function readTables(database: DatabaseSync): {
  ecosystems: readonly string[];
  prefixes: readonly IdPrefix[];
} {
  const get = database.prepare("SELECT value FROM meta WHERE name = ?");
  const value = (name: string): string => String(get.get(name)?.["value"]);
  return { ecosystems: JSON.parse(value("ecosystems")), prefixes: JSON.parse(value("prefixes")) };
}

function readInfo(database: DatabaseSync): DatabaseInfo {
  const meta = new Map(
    database
      .prepare("SELECT name, value FROM meta")
      .all()
      .map((row) => [row["name"], String(row["value"])]),
  );
  const rows = database.prepare("SELECT value FROM source ORDER BY n").all();
  const sources: readonly DatabaseSource[] = rows.map((row) => JSON.parse(String(row["value"])));
  return {
    kind: "full",
    schema: schemaVersion,
    built: meta.get("built") ?? "",
    digest: meta.get("digest") ?? "",
    sources,
  };
}

// Rows as arrays: half the cost of objects on the hot path.
function statement(database: DatabaseSync, sql: string): StatementSync {
  const prepared = database.prepare(sql);
  prepared.setReturnArrays(true);
  return prepared;
}

function columns(row: unknown): readonly SQLOutputValue[] {
  return Array.isArray(row) ? row : [];
}

function blob(row: unknown): Uint8Array {
  const [data] = columns(row);
  return data instanceof Uint8Array ? data : new Uint8Array();
}

function decode(
  data: Uint8Array,
  key: AdvisoryKey,
  prefixes: readonly IdPrefix[],
  details: DetailReader,
): readonly StoredAdvisory[] {
  const input = new ByteReader(data);
  const found: StoredAdvisory[] = [];
  let number = 0;
  while (!input.done) {
    number += input.varint();
    const id = readId(input, prefixes);
    let flags = input.byte();
    const withdrawn = (flags & flagWithdrawn) !== 0;
    const affected: Affected[] = [readAffected(input, flags, key)];
    while ((flags & flagMore) !== 0) {
      flags = input.byte();
      affected.push(readAffected(input, flags, key));
    }
    found.push(new StoredAdvisory(number, id, withdrawn, affected, details));
  }
  return found;
}

function whole(
  number: number,
  keys: readonly Key[],
  read: (key: Key) => readonly StoredAdvisory[],
  details: DetailReader,
): Advisory {
  const found = keys.flatMap((key) => read(key).filter((advisory) => advisory.number === number));
  const detail = details.of(number);
  const affected = found.flatMap((advisory) => advisory.affected);
  return new StoredAdvisory(number, detail.id, detail.withdrawn !== undefined, affected, details);
}

function detailReader(
  database: DatabaseSync,
  prefixes: readonly IdPrefix[],
  flaw: (cve: string) => Flaw | undefined,
): DetailReader {
  const get = statement(database, "SELECT data FROM advisory WHERE n = ?");
  const of = (number: number): AdvisoryDetail => readDetail(new ByteReader(blob(get.get(number))), prefixes);
  return { of, flaw };
}

function numbersOf(getIdent: StatementSync, id: string): readonly number[] {
  const row = getIdent.get(id);
  return row === undefined ? [] : readAscending(new ByteReader(blob(row)));
}

function flawOf(getIdent: StatementSync, cve: string): Flaw | undefined {
  const [, data] = columns(getIdent.get(cve));
  return data instanceof Uint8Array ? { id: cve, ...readFlaw(new ByteReader(data)) } : undefined;
}

const mostRemembered = 4096;

// One flaw is asked for its rating, its vectors and its words, for each package that has it.
function remembering(read: (cve: string) => Flaw | undefined): (cve: string) => Flaw | undefined {
  const known = new Map<string, Flaw | undefined>();
  return (cve) => {
    if (known.has(cve)) return known.get(cve);
    const flaw = read(cve);
    if (known.size >= mostRemembered) known.clear();
    known.set(cve, flaw);
    return flaw;
  };
}

function columnOf(statement: StatementSync, ...values: readonly (string | number)[]): readonly string[] {
  return statement.all(...values).map((row) => String(columns(row)[0]));
}

function knownExploitedReader(database: DatabaseSync): AdvisoryDatabase["knownExploited"] {
  const get = statement(database, "SELECT added, due FROM known_exploited WHERE cve = ?");
  return (cve) => {
    const row = get.get(cve);
    if (row === undefined) return undefined;
    const [added, due] = columns(row);
    return { cve, added: String(added), due: due === null ? undefined : String(due) };
  };
}

function probabilityReader(database: DatabaseSync): AdvisoryDatabase["exploitProbability"] {
  const get = statement(database, "SELECT score FROM exploit_probability WHERE cve = ?");
  return (cve) => {
    const row = get.get(cve);
    return row === undefined ? undefined : Number(columns(row)[0]) / probabilityUnit;
  };
}

function lifecycleReader(database: DatabaseSync): AdvisoryDatabase["lifecycle"] {
  const get = database.prepare("SELECT value FROM lifecycle WHERE id = ? AND release = ?");
  return (id, version) => {
    const rows = lifecycleReleases(id, version).map((release) => get.get(id, release));
    const found = rows.find((row) => row !== undefined);
    if (found === undefined) return undefined;
    const lifecycle: Lifecycle = JSON.parse(String(found["value"]));
    return lifecycle;
  };
}
