import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { feeds } from "../src/feeds/list.ts";
import { syncDatabase } from "../src/pipeline/sync.ts";
import { directorySource } from "../src/pipeline/sync-documents.ts";
import { openDatabase } from "../src/store/advisory-database.ts";

// Figures of the advisory database: `node bench/database.ts MIRROR` (../shared/feeds/mirror.sh DIR makes one), or
// `node bench/database.ts FILE.db` for the look-ups alone.

const [given = ""] = process.argv.slice(2);
if (given === "" || !existsSync(given)) throw new Error("usage: node bench/database.ts MIRROR|FILE.db");
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-bench-"));
try {
  const path = statSync(given).isDirectory() ? await build(given) : given;
  say("size", `${(statSync(path).size / 1e6).toFixed(1)} MB`);
  measureOpening(path);
  measureLookups(path);
} finally {
  rmSync(scratch, { recursive: true });
}

function say(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(34)} ${figure}\n`);
}

async function build(mirror: string): Promise<string> {
  const path = join(scratch, "advisories.db");
  const start = performance.now();
  await syncDatabase({
    path,
    feeds,
    source: directorySource(mirror),
    now: "2026-01-01T00:00:00Z",
    tell: () => undefined,
  });
  say("build", `${((performance.now() - start) / 1000).toFixed(1)} s`);
  say("peak memory of the process", `${Math.round(process.resourceUsage().maxRSS / 1000)} MB`);
  return path;
}

function measureOpening(path: string): void {
  openDatabase(path).close();
  const times = Array.from({ length: 21 }, () => {
    const start = performance.now();
    const database = openDatabase(path);
    database.lookup({ ecosystem: "npm", name: "lodash" });
    database.close();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  say("open, first look-up, close (median)", `${(times[10] ?? 0).toFixed(2)} ms`);
}

function measureLookups(path: string): void {
  const keys = sampleKeys(path);
  const database = openDatabase(path);
  for (const key of keys.slice(0, 2000)) database.lookup(key);
  let advisories = 0;
  time(keys, "look-ups of packages that are there", (key) => (advisories += database.lookup(key).length));
  say("  advisories a look-up", (advisories / keys.length).toFixed(1));
  time(keys, "look-ups of packages that are not", ({ ecosystem, name }) =>
    database.lookup({ ecosystem, name: `${name}-not` }),
  );
  const debian = keys.filter(({ ecosystem }) => ecosystem === "debian:12").slice(0, 1000);
  time(debian, `${debian.length} packages of debian:12`, (key) => database.lookup(key));
  database.close();
}

function time<T>(items: readonly T[], what: string, work: (item: T) => unknown): void {
  const start = performance.now();
  for (const item of items) work(item);
  const elapsed = performance.now() - start;
  say(
    what,
    `${Math.round((items.length / elapsed) * 1000)} a second (${elapsed.toFixed(1)} ms for ${items.length})`,
  );
}

// Every n-th package in an order that has nothing to do with the file's.
function sampleKeys(path: string): readonly { readonly ecosystem: string; readonly name: string }[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const meta = database.prepare("SELECT value FROM meta WHERE name = 'ecosystems'").get();
  const ecosystems: readonly string[] = JSON.parse(String(meta?.["value"]));
  const rows = database
    .prepare("SELECT ecosystem, name FROM package ORDER BY (n * 7919) % 104729 LIMIT 30000")
    .all();
  database.close();
  return rows.map((row) => ({
    ecosystem: ecosystems[Number(row["ecosystem"])] ?? "",
    name: String(row["name"]),
  }));
}
