import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { DatabaseInfo, DatabaseSource } from "../core/advisory.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Feed } from "../core/feed.ts";
import { createNetwork } from "../net/http.ts";
import { databasePath, documentSource } from "../pipeline/database.ts";
import { openDatabase } from "../store/advisory-database.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { databaseProgress } from "./db-progress.ts";

const usage = `seaworthy db update [--from DIR|URL] [--db FILE] [--only FEED,…] [--allow-loss] [--offline]
seaworthy db status [--db FILE] [--format table|json]

update   builds the advisory database from upstream feeds and puts it in the place of the old one;
         whatever goes wrong, the old one stays in use
status   tells what the database holds, from where, how old

  --from DIR|URL   a mirror laid out HOST/PATH, as wget -x leaves it; default: upstream
  --db FILE        default: $SEAWORTHY_DB, else ~/.local/share/seaworthy/advisories.db
  --only FEED,…    build from these feeds alone: osv, debian-tracker, alpine-secdb, kev, epss, endoflife
  --allow-loss     take a mirror that has less than the old database, too: releases, records, news
  --offline        open no connection: build from the mirror, or from what earlier updates downloaded
  --format FORMAT  table (default) or json

Exit codes: 0 done, 2 error.
`;

const options = {
  from: { type: "string" },
  db: { type: "string" },
  only: { type: "string" },
  "allow-loss": { type: "boolean" },
  offline: { type: "boolean" },
  format: { type: "string", short: "f" },
} as const;

/** `seaworthy db`. */
export const command: Command = {
  name: "db",
  summary: "build the advisory database, or tell what is in it",
  usage,
  run: async (args, io) => {
    const { values, positionals } = read(args);
    const [action, ...more] = positionals;
    if (more.length > 0) throw wrong(`"${more[0]}" is one argument too many`);
    if (values.format !== undefined && !["table", "json"].includes(values.format))
      throw wrong(`--format is table or json, not "${values.format}"`);
    const path = resolve(io.cwd, values.db ?? databasePath(io.env));
    if (action === "update") return update(path, values, io);
    if (action === "status") return status(path, values.format === "json", io);
    throw wrong(action === undefined ? "say update or status" : `"${action}" is neither update nor status`);
  },
};

type Values = ReturnType<typeof read>["values"];

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (thrown) {
    throw wrong(messageOf(thrown));
  }
}

function wrong(state: string): SeaworthyError {
  return new SeaworthyError("usage", `read arguments of "db": ${state}`, { hint: "seaworthy db --help" });
}

async function update(path: string, values: Values, io: Io): Promise<number> {
  // Loaded only here: schemas of feeds would cost every status 60 ms.
  const [{ feeds }, { syncDatabase }] = await Promise.all([
    import("../feeds/list.ts"),
    import("../pipeline/sync.ts"),
  ]);
  const chosen = chosenFeeds(feeds, values.only);
  const progress = databaseProgress(io.stderr);
  const offline = values.offline === true;
  const network = createNetwork({ env: io.env, offline });
  const now = instant(io);
  const { from } = values;
  try {
    const source = documentSource({
      from,
      cwd: io.cwd,
      env: io.env,
      offline,
      network,
      now,
      received: progress.received,
    });
    const allowLoss = values["allow-loss"] === true;
    const info = await syncDatabase({ path, feeds: chosen, source, now, tell: progress.tell, allowLoss });
    progress.end();
    if (values.format === "json")
      io.stdout.write(`${JSON.stringify(described(path, info, io), undefined, 2)}\n`);
    else io.stdout.write(`${summaryOf(path, info)}\n`);
    return exitCodes.pass;
  } finally {
    progress.end();
    await network.close();
  }
}

function chosenFeeds(feeds: readonly Feed[], only: string | undefined): readonly Feed[] {
  if (only === undefined) return feeds;
  return only.split(",").map((id) => {
    const feed = feeds.find((each) => each.id === id.trim());
    if (feed === undefined)
      throw wrong(`no feed "${id}"; there are ${feeds.map((each) => each.id).join(", ")}`);
    return feed;
  });
}

// https://reproducible-builds.org/specs/source-date-epoch/
function instant(io: Io): string {
  const epoch = Number(io.env["SOURCE_DATE_EPOCH"] || Number.NaN);
  return (Number.isSafeInteger(epoch) ? new Date(epoch * 1000) : new Date())
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}

function summaryOf(path: string, info: DatabaseInfo): string {
  const advisories = info.sources.reduce((sum, source) => sum + source.advisories, 0);
  const megabytes = (statSync(path).size / 1e6).toFixed(1);
  return `${path}: ${advisories} records of ${info.sources.length} sources, ${megabytes} MB, ${info.digest}`;
}

function status(path: string, json: boolean, io: Io): number {
  const database = openDatabase(path);
  database.close();
  const about = described(path, database.info, io);
  io.stdout.write(json ? `${JSON.stringify(about, undefined, 2)}\n` : table(about));
  return exitCodes.pass;
}

type Described = ReturnType<typeof described>;

function described(path: string, info: DatabaseInfo, io: Io) {
  return {
    path,
    bytes: statSync(path).size,
    kind: info.kind,
    schema: info.schema,
    built: info.built,
    ageDays: daysSince(info.built, io.today),
    digest: info.digest,
    sources: info.sources.map((source) => ({ ...source, ageDays: daysSince(source.fetched, io.today) })),
  };
}

/** Whole days from a date to today; null when there is no date. */
function daysSince(date: string, today: string): number | null {
  const days = Math.floor((Date.parse(today) - Date.parse(date.slice(0, 10))) / 86_400_000);
  return Number.isNaN(days) ? null : days;
}

function table(about: Described): string {
  const head = ["source", "records", "rejected", "newest", "fetched", "age", "covers"];
  const rows = [head, ...about.sources.map(rowOf)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const remarks = about.sources.flatMap(remarksOf);
  return [
    about.path,
    `built ${about.built}, ${days(about.ageDays)} old, ${(about.bytes / 1e6).toFixed(1)} MB, schema ${about.schema}`,
    about.digest,
    "",
    ...lines,
    ...(remarks.length > 0 ? ["", ...remarks] : []),
    "",
  ].join("\n");
}

function rowOf(source: DatabaseSource & { readonly ageDays: number | null }): readonly string[] {
  return [
    source.name,
    source.advisories === 0 && source.missing?.length ? "missing" : String(source.advisories),
    String(source.rejected ?? 0),
    source.newest.slice(0, 10) || "-",
    source.fetched.slice(0, 10) || "-",
    days(source.ageDays),
    source.covers.length > 3 ? `${source.covers.length} releases` : source.covers.join(" ") || "-",
  ];
}

function days(count: number | null): string {
  return count === null ? "-" : count === 1 ? "1 day" : `${count} days`;
}

function remarksOf(source: DatabaseSource): readonly string[] {
  const missing = (source.missing ?? []).map((name) => `missing: ${source.name}: ${name}`);
  const rejected = (source.rejectedRecords ?? []).map((record) => `rejected: ${source.name}: ${record}`);
  return [...missing, ...rejected];
}
