import { SeaworthyError } from "../core/errors.ts";
import type { FoundPackage, Ownership } from "../core/package.ts";
import type { Extraction, Extractor, FoundFile } from "../core/plugin.ts";
import { bufferOf } from "../formats/lines.ts";
import { createOwnedPaths, type OwnedPaths } from "../formats/owned-paths.ts";
import { createProblemList, type ProblemList, problemsBeside } from "../formats/problem-list.ts";
import { parseRpmHeader, type RpmHeader, type StoredHeader } from "../formats/rpm-header.ts";
import { berkeleyHeaders, isBerkeleyHash } from "../formats/rpmdb-bdb.ts";
import { isNdb, ndbHeaders } from "../formats/rpmdb-ndb.ts";
import { isSqlite, sqliteRows } from "../formats/sqlite.ts";
import { holdsChanges } from "../formats/sqlite-journal.ts";

/**
 * The package database of rpm in each of its stores: SQLite (since 4.16), ndb (SUSE), Berkeley DB hash (before). Keys that were
 * imported (`gpg-pubkey`), which rpm lists as packages, are no software and are left out. A write-ahead log or rollback journal with
 * changes that are not yet in the SQLite file is a problem: the packages in it are not seen.
 */
export const rpm: Extractor = {
  id: "rpm",
  wants: (file) => isDatabase(file.path) || (file.size > 0 && isJournal(file.path)),
  extract: (file) => (isJournal(file.path) ? journalProblem(file) : packagesOf(file)),
};

/** Where the database is by default, on newer and SUSE systems, and on ostree's. */
const directories = ["var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"] as const;
const stores: ReadonlySet<string> = new Set(["Packages", "Packages.db", "rpmdb.sqlite"]);
const journals: ReadonlySet<string> = new Set(["rpmdb.sqlite-wal", "rpmdb.sqlite-journal"]);

function isDatabase(path: string): boolean {
  return isNamed(path, stores);
}

function isJournal(path: string): boolean {
  return isNamed(path, journals);
}

function isNamed(path: string, names: ReadonlySet<string>): boolean {
  const directory = directories.find((each) => path.startsWith(each));
  return directory !== undefined && names.has(path.slice(directory.length));
}

function journalProblem({ bytes }: FoundFile): Extraction {
  if (!holdsChanges(bytes)) return {};
  const message = `read journal of the rpm database: it holds changes that are not yet in the database`;
  return { problems: [{ code: "unsupported", message }] };
}

/** More than any distribution has. */
const maxPackages = 100_000;

function packagesOf({ bytes }: FoundFile): Extraction {
  const problems = createProblemList("rpm database");
  const packages: FoundPackage[] = [];
  const owns: Ownership[] = [];
  const owned = createOwnedPaths("rpm database");
  let keys = 0;
  try {
    for (const stored of storedHeaders(bytes)) {
      if (problems.isFull()) break;
      const header = headerOf(stored, owned, problems);
      if (header === undefined) continue;
      if (header.name === "gpg-pubkey") {
        keys += 1;
        continue;
      }
      packages.push(packageOf(header));
      if (header.paths.length > 0) owns.push({ owner: `rpm ${header.name}`, os: true, paths: header.paths });
      if (packages.length > maxPackages)
        throw new SeaworthyError("limit-exceeded", `read rpm database: more than ${maxPackages} packages`);
    }
  } catch (thrown) {
    problems.caught(thrown);
  }
  problems.addAll(owned.problems());
  return { packages, owns, problems: problemsBeside(packages.length + keys > 0, problems) };
}

function* storedHeaders(bytes: FoundFile["bytes"]): Generator<StoredHeader> {
  const head = bufferOf(bytes.read(0, 64));
  if (isSqlite(head)) yield* sqliteHeaders(bytes);
  else if (isNdb(head)) yield* ndbHeaders(bytes);
  else if (isBerkeleyHash(head)) yield* berkeleyHeaders(bytes);
  else throw new SeaworthyError("malformed", "read rpm database: no store of rpm begins like it");
}

// CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL): rpm lib/backend/sqlite.c.
function* sqliteHeaders(bytes: FoundFile["bytes"]): Generator<StoredHeader> {
  for (const row of sqliteRows(bytes, "Packages")) {
    if (row.kind === "damaged") {
      yield row;
      continue;
    }
    const blob = row.values[1];
    if (blob instanceof Uint8Array) yield { kind: "header", bytes: blob };
    else {
      const message = `read rpm database (SQLite): package ${row.rowid} has no header`;
      yield { kind: "damaged", error: new SeaworthyError("malformed", message) };
    }
  }
}

function headerOf(stored: StoredHeader, owned: OwnedPaths, problems: ProblemList): RpmHeader | undefined {
  if (stored.kind === "damaged") {
    problems.caught(stored.error);
    return undefined;
  }
  try {
    return parseRpmHeader(stored.bytes, owned);
  } catch (thrown) {
    problems.caught(thrown);
    return undefined;
  }
}

function packageOf(header: RpmHeader): FoundPackage {
  const { name, version, release, epoch = 0, licence, vendor, modularityLabel } = header;
  return {
    type: "rpm",
    name,
    version: `${epoch === 0 ? "" : `${epoch}:`}${version}-${release}`,
    arch: stated(header.arch),
    source: sourceOf(header.sourceRpm),
    module: stated(modularityLabel),
    licences: stated(licence) === undefined ? [] : [licence ?? ""],
    vendor: stated(vendor),
  };
}

// `NAME-VERSION-RELEASE.src.rpm`, of which only the name may hold dashes. The epoch of the source package is not told.
function sourceOf(file: string | undefined): FoundPackage["source"] {
  const match = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(file ?? "");
  return match === null ? undefined : { name: match[1] ?? "", version: match[2] ?? "" };
}

function stated(text: string | undefined): string | undefined {
  return text === "" || text === "(none)" ? undefined : text;
}
