import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { garbage, truncations } from "../../tests/support/hostile.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { accessBytes } from "./random-access.ts";
import { holdsChanges } from "./sqlite-journal.ts";

function holds(bytes: Uint8Array): boolean {
  return holdsChanges(accessBytes(bytes));
}

/** The `-wal` or `-journal` file as it is while a connection that changed rows is still open. */
function journalOf(mode: "wal" | "delete", suffix: string): Buffer {
  const path = join(scratch("journal"), "db");
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA journal_mode=${mode}; CREATE TABLE t (a); INSERT INTO t VALUES (1)`);
    if (mode === "delete") database.exec("PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN");
    for (let index = 0; index < 50; index += 1) database.exec("INSERT INTO t VALUES (zeroblob(3000))");
    return readFileSync(path + suffix);
  } finally {
    database.close();
  }
}

const wal = journalOf("wal", "-wal");

test("holdsChanges() finds a committed frame of a write-ahead log", () => {
  assert.ok(wal.length > 4096);
  assert.equal(holds(wal), true);
});

test("holdsChanges() finds a rollback journal", () => {
  assert.equal(holds(journalOf("delete", "-journal")), true);
});

test("holdsChanges() leaves a log of an older generation", () => {
  const old = Buffer.from(wal);
  old.writeUInt32BE(old.readUInt32BE(16) + 1, 16);
  assert.equal(holds(old), false);
});

test("holdsChanges() leaves a log that ends before its first commit, and garbage", () => {
  assert.equal(holds(wal.subarray(0, 32)), false);
  assert.equal(holds(wal.subarray(0, 32 + 24 + 100)), false);
  for (const bytes of garbage) assert.equal(holds(bytes), false);
  for (const bytes of truncations(wal, 997)) holds(bytes);
});
