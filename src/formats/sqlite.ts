import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { RandomAccess } from "../core/plugin.ts";
import { bufferOf } from "./lines.ts";
import { createPageSet, type PageSet } from "./page-set.ts";
import { readRecord, readRowid, readVarint, type SqliteValue } from "./sqlite-record.ts";

/** A row, or why a part of the table could not be read; the rest is still told. */
export type SqliteRow =
  | { readonly kind: "row"; readonly rowid: number; readonly values: readonly SqliteValue[] }
  | { readonly kind: "damaged"; readonly error: SeaworthyError };

/** Is it a SQLite database by its magic number? */
export function isSqlite(head: Uint8Array): boolean {
  return bufferOf(head).toString("latin1", 0, 16) === "SQLite format 3\0";
}

/** Largest row that is read, in bytes. */
const maxPayload = 64 * 2 ** 20;

/**
 * All rows of one table of a SQLite database, in the order of their row ids (https://www.sqlite.org/fileformat2.html). Reads the
 * main file only: what a write-ahead log or a rollback journal beside it holds is not seen. Each page is read at most once.
 * @throws SeaworthyError `malformed` when it is no such database, `unsupported` for a table without row ids, when the table is absent `malformed`.
 */
export function* sqliteRows(bytes: RandomAccess, table: string): Generator<SqliteRow> {
  const database = openDatabase(bytes);
  const root = rootPage(database, table);
  if (database.missingPages > 0)
    yield damaged(`${database.missingPages} pages are missing at its end`, "truncated");
  yield* tableRows(database, root);
}

interface Database {
  readonly bytes: RandomAccess;
  readonly pageSize: number;
  /** Bytes of a page without the reserved ones at its end. */
  readonly usable: number;
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be";
  readonly missingPages: number;
  readonly seen: PageSet;
}

/** So much damage in the schema that the rest is not worth the time. */
const maxDamages = 1000;

const encodings = [undefined, "utf-8", "utf-16le", "utf-16be"] as const;

function openDatabase(bytes: RandomAccess): Database {
  const header = bufferOf(bytes.read(0, 100));
  if (header.length < 100 || !isSqlite(header)) throw malformed("it has no SQLite header");
  const stated = header.readUInt16BE(16);
  const pageSize = stated === 1 ? 65_536 : stated;
  const usable = pageSize - header.readUInt8(20);
  const encoding = encodings[header.readUInt32BE(56) || 1];
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0 || usable < 480)
    throw malformed(`a page of ${pageSize} bytes, ${usable} of them usable`);
  if (encoding === undefined) throw malformed(`text encoding ${header.readUInt32BE(56)}`);
  const pages = Math.floor(bytes.size / pageSize);
  // The size in the header counts only when the last writer knew of that field (1.3.6).
  const sizeKnown = header.readUInt32BE(24) === header.readUInt32BE(92);
  const missingPages = sizeKnown ? Math.max(0, header.readUInt32BE(28) - pages) : 0;
  return { bytes, pageSize, usable, encoding, missingPages, seen: createPageSet(pages + 1) };
}

// Table sqlite_schema (type, name, tbl_name, rootpage, sql) stands on page 1 (2.6).
function rootPage(database: Database, table: string): number {
  let damage: SeaworthyError | undefined;
  let damages = 0;
  for (const row of tableRows(database, 1)) {
    if (row.kind === "damaged") {
      damage ??= row.error;
      damages += 1;
      if (damages > maxDamages) break;
    } else {
      const [type, name, , root] = row.values;
      if (type === "table" && typeof name === "string" && name.toLowerCase() === table.toLowerCase())
        return typeof root === "number" ? root : 0;
    }
  }
  throw damage ?? malformed(`it has no table "${table}"`);
}

// Depth first from the left, with a stack of its own: the depth of a hostile tree is bounded by the pages it has.
function* tableRows(database: Database, root: number): Generator<SqliteRow> {
  const stack = [root];
  for (let number = stack.pop(); number !== undefined; number = stack.pop()) {
    if (!database.seen.enter(number)) {
      yield damaged(`page ${number} is not there or is used twice`);
      continue;
    }
    const page = readPage(database, number);
    const body = number === 1 ? 100 : 0;
    switch (page[body]) {
      case interiorTable:
        pushChildren(page, body, stack);
        break;
      case leafTable:
        yield* leafRows(database, page, body, number);
        break;
      case interiorIndex:
      case leafIndex:
        yield damaged(`page ${number} belongs to an index`);
        break;
      default:
        yield damaged(`page ${number} has the unknown type ${page[body] ?? "none"}`);
    }
  }
}

/** Kinds of b-tree pages (1.6). */
const interiorIndex = 2;
const interiorTable = 5;
const leafIndex = 10;
const leafTable = 13;

function readPage(database: Database, number: number): Buffer {
  return bufferOf(database.bytes.read((number - 1) * database.pageSize, database.pageSize));
}

function pushChildren(page: Buffer, body: number, stack: number[]): void {
  const cells = page.readUInt16BE(body + 3);
  const last = Math.floor((page.length - body - 12) / 2);
  stack.push(page.readUInt32BE(body + 8));
  for (let index = Math.min(cells, last) - 1; index >= 0; index -= 1) {
    const at = page.readUInt16BE(body + 12 + index * 2);
    // Page 0 is never there: the walk tells it as damage.
    stack.push(at + 4 <= page.length ? page.readUInt32BE(at) : 0);
  }
}

function* leafRows(database: Database, page: Buffer, body: number, number: number): Generator<SqliteRow> {
  const cells = page.readUInt16BE(body + 3);
  // Cells do not overlap, so together they are no larger than the page: without this a small file would be read for hours.
  let room = database.usable;
  for (let index = 0; index < cells; index += 1) {
    const at = body + 8 + index * 2;
    if (at + 2 > page.length) {
      yield damaged(`page ${number} says that it has ${cells} rows`);
      return;
    }
    const row = attempt(() => readCell(database, page, page.readUInt16BE(at)));
    room -= row.used;
    if (room < 0) {
      yield damaged(`the rows of page ${number} overlap`);
      return;
    }
    yield row.row;
  }
}

interface CellRow {
  readonly row: SqliteRow;
  readonly used: number;
}

function attempt(read: () => CellRow): CellRow {
  try {
    return read();
  } catch (thrown) {
    const error = thrown instanceof SeaworthyError ? thrown : malformed(messageOf(thrown));
    return { row: { kind: "damaged", error }, used: 2 };
  }
}

// A cell: payload size, row id, as much of the payload as stays in the page, number of the first overflow page (1.6).
function readCell(database: Database, page: Buffer, at: number): CellRow {
  const size = readVarint(page, at);
  const rowid = readRowid(page, size.end);
  const local = localPayload(size.value, database.usable);
  const end = rowid.end + local + (local < size.value ? 4 : 0);
  if (end > database.usable) throw malformed("a row passes the end of its page");
  if (size.value > Math.min(maxPayload, database.bytes.size))
    throw new SeaworthyError("limit-exceeded", `read SQLite database: a row of ${size.value} bytes`);
  const start = page.subarray(rowid.end, rowid.end + local);
  const payload =
    local < size.value ? withOverflow(database, start, size.value, page.readUInt32BE(end - 4)) : start;
  const values = readRecord(payload, database.encoding);
  return { row: { kind: "row", rowid: rowid.value, values }, used: end - at };
}

function localPayload(size: number, usable: number): number {
  const most = usable - 35;
  if (size <= most) return size;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((size - least) % (usable - 4));
  return fitting <= most ? fitting : least;
}

function withOverflow(database: Database, start: Buffer, size: number, first: number): Buffer {
  const parts = [start];
  let left = size - start.length;
  for (let number = first; left > 0; ) {
    if (number === 0 || !database.seen.enter(number))
      throw malformed(`overflow page ${number} is not there or is used twice`);
    const page = readPage(database, number);
    const take = Math.min(left, database.usable - 4);
    if (page.length < 4 + take) throw malformed(`overflow page ${number} is cut off`);
    parts.push(page.subarray(4, 4 + take));
    left -= take;
    number = page.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function damaged(state: string, code: "malformed" | "truncated" = "malformed"): SqliteRow {
  return { kind: "damaged", error: new SeaworthyError(code, `read SQLite database: ${state}`) };
}

function malformed(state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read SQLite database: ${state}`);
}
