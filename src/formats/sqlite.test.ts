import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { garbage, mutations, readHostile, truncations } from "../../tests/support/hostile.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { accessBytes } from "./random-access.ts";
import { type SqliteRow, sqliteRows } from "./sqlite.ts";

function make(fill: (database: DatabaseSync) => void): { readonly bytes: Buffer; readonly path: string } {
  const path = join(scratch("sqlite"), "db");
  const database = new DatabaseSync(path);
  fill(database);
  database.close();
  return { bytes: readFileSync(path), path };
}

function rowsOf(bytes: Uint8Array, table = "t"): readonly SqliteRow[] {
  return [...sqliteRows(accessBytes(bytes), table)];
}

/** Rows as SQLite's own engine reads them. */
function truth(path: string, table = "t"): readonly unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database
      .prepare(`SELECT rowid AS rowid_, * FROM ${table} ORDER BY rowid`)
      .all()
      .map(Object.values);
  } finally {
    database.close();
  }
}

function plain(rows: readonly SqliteRow[]): readonly unknown[] {
  return rows.map((row) =>
    row.kind === "damaged"
      ? row.error.message
      : [
          row.rowid,
          ...row.values.map((value) => (value instanceof Uint8Array ? Uint8Array.from(value) : value)),
        ],
  );
}

for (const pageSize of [512, 1024, 4096, 65_536])
  test(`sqliteRows() reads pages of ${pageSize} bytes as SQLite does`, () => {
    const { bytes, path } = make((database) => {
      database.exec(
        `PRAGMA page_size=${pageSize}; CREATE TABLE other (x); CREATE TABLE t (a, b BLOB, c TEXT)`,
      );
      const insert = database.prepare("INSERT INTO t VALUES (?, ?, ?)");
      database.exec("BEGIN");
      // Around every bound between what stays in a page and what flows over.
      for (let size = 0; size < 3000; size += 7)
        insert.run(size, Buffer.alloc(size, size % 251), "x".repeat(size % 40));
      for (const size of [pageSize - 40, pageSize - 35, pageSize - 34, pageSize * 3, 200_000])
        insert.run(null, Buffer.alloc(size, 1), "");
      database.exec("COMMIT; DELETE FROM t WHERE a % 5 = 0; DROP TABLE other");
    });
    assert.deepEqual(plain(rowsOf(bytes)), truth(path));
  });

test("sqliteRows() reads every type of value", () => {
  const { bytes, path } = make((database) => {
    database.exec("CREATE TABLE t (a, b, c)");
    const insert = database.prepare("INSERT INTO t VALUES (?, ?, ?)");
    for (const number of [
      0,
      1,
      -1,
      127,
      128,
      -129,
      32_768,
      -(2 ** 23) - 1,
      2 ** 31,
      2 ** 40,
      -(2 ** 50),
      1.5,
      -0.1,
    ])
      insert.run(number, null, `${number}`);
    insert.run("ä€\u{1f4a9}", Buffer.from([0, 255]), "");
  });
  assert.deepEqual(plain(rowsOf(bytes)), truth(path));
});

for (const encoding of ["UTF-8", "UTF-16le", "UTF-16be"])
  test(`sqliteRows() reads text in ${encoding}, and the table's name without case`, () => {
    const { bytes } = make((database) => {
      database.exec(`PRAGMA encoding='${encoding}'; CREATE TABLE Tä (a); INSERT INTO Tä VALUES ('€ß')`);
    });
    assert.deepEqual(plain(rowsOf(bytes, "tä")), [[1, "€ß"]]);
  });

test("sqliteRows() reads a row id column as null, and negative row ids", () => {
  const { bytes } = make((database) => {
    database.exec("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, b BLOB NOT NULL)");
    database.exec("INSERT INTO t VALUES (7, x'0102'), (9, x'03'), (-5, x'04')");
  });
  assert.deepEqual(plain(rowsOf(bytes)), [
    [-5, null, Uint8Array.of(4)],
    [7, null, Uint8Array.of(1, 2)],
    [9, null, Uint8Array.of(3)],
  ]);
});

const small = make((database) => {
  database.exec("PRAGMA page_size=512; CREATE TABLE t (a BLOB)");
  const insert = database.prepare("INSERT INTO t VALUES (?)");
  for (let index = 0; index < 40; index += 1) insert.run(Buffer.alloc(index * 30, index));
});

test("sqliteRows() refuses what is no database or lacks the table", () => {
  for (const bytes of garbage) assert.throws(() => rowsOf(bytes), { code: "malformed" });
  assert.throws(() => rowsOf(small.bytes, "u"), { code: "malformed", message: /no table "u"/ });
  assert.throws(() => rowsOf(small.bytes.subarray(0, 100)), { code: "malformed" });
});

test("sqliteRows() tells missing pages and gives the rows of the others", () => {
  const rows = rowsOf(small.bytes.subarray(0, small.bytes.length - 1024));
  const errors = rows.flatMap((row) => (row.kind === "damaged" ? [row.error] : []));
  assert.equal(errors[0]?.code, "truncated");
  assert.ok(rows.length - errors.length > 20, `${rows.length - errors.length} rows`);
  assert.ok(rows.length - errors.length < 40);
});

test("sqliteRows() tells a page of zeros and a table that is an index", () => {
  const bytes = Buffer.from(small.bytes);
  bytes.fill(0, 512, 1024);
  assert.deepEqual(plain(rowsOf(bytes)), ["read SQLite database: page 2 has the unknown type 0"]);
  const { bytes: other } = make((database) => {
    database.exec("CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID; INSERT INTO t VALUES (1)");
  });
  assert.deepEqual(plain(rowsOf(other)), ["read SQLite database: page 2 belongs to an index"]);
});

test("sqliteRows() ends on a tree or a chain that bites its tail", () => {
  const tree = Buffer.from(small.bytes);
  assert.equal(tree[512], 5, "page 2 is an inner page");
  tree.writeUInt32BE(2, 512 + 8);
  assert.match(String(plain(rowsOf(tree)).at(-1)), /page 2 is not there or is used twice/);
  for (let page = 2; page * 512 < small.bytes.length; page += 1) {
    const chain = Buffer.from(small.bytes);
    chain.writeUInt32BE(page + 1, page * 512);
    assert.ok(rowsOf(chain).length < 200);
  }
});

test("sqliteRows() does not read one cell many times over", () => {
  const { bytes } = make((database) => {
    database.exec("PRAGMA page_size=65536; CREATE TABLE t (a BLOB)");
    database.prepare("INSERT INTO t VALUES (?)").run(Buffer.alloc(60_000));
  });
  const page = 65_536;
  const cell = bytes.readUInt16BE(page + 8);
  bytes.writeUInt16BE(2000, page + 3);
  for (let index = 0; index < 2000; index += 1) bytes.writeUInt16BE(cell, page + 8 + index * 2);
  const rows = plain(rowsOf(bytes));
  assert.equal(rows.length, 2);
  assert.match(String(rows[1]), /overlap/);
});

test("sqliteRows() survives hostile bytes", () => {
  const read = (bytes: Parameters<typeof sqliteRows>[0]): Iterable<unknown> => sqliteRows(bytes, "t");
  const cut = readHostile(truncations(small.bytes, 17), read);
  assert.ok(cut.includes("malformed"));
  const changed = readHostile(mutations(small.bytes, 1500), read);
  assert.ok(changed.filter((outcome) => outcome === 40).length > 100, "most changes hurt one row at most");
});
