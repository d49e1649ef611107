import assert from "node:assert/strict";
import { join } from "node:path";
import type { Package } from "../../src/core/package.ts";
import type { Report } from "../../src/core/report.ts";
import { writeMirror } from "./mirror.ts";
import { type Outcome, scratch, seaworthy } from "./scratch.ts";
import { checkFormats } from "./valid-formats.ts";

/** A scan's report with its exit code and the bytes it came as. */
export interface Scanned extends Outcome {
  readonly report: Report;
}

/** Scans by the command against the tests' own database; every format of the report is checked, whatever the test is about. */
export async function scan(
  reference: string,
  options: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Scanned> {
  const args = ["scan", "--format", "json", "--db", await testDatabase(), ...(options.args ?? []), reference];
  const outcome = await seaworthy(args, options.env === undefined ? {} : { env: options.env });
  assert.notEqual(outcome.stdout, "", outcome.stderr);
  // After an error there is no report.
  if (outcome.code !== 2) await checkFormats(outcome.stdout);
  // The schema is checked by the report's own tests; here a wrong shape fails in the assertions.
  // oxlint-disable-next-line typescript/consistent-type-assertions -- our own output
  return { ...outcome, report: JSON.parse(outcome.stdout) as Report };
}

let database: Promise<string> | undefined;

/** A database built by `db update --from` a mirror of facts that the tests wrote, once a run. */
export function testDatabase(): Promise<string> {
  database ??= buildDatabase();
  return database;
}

async function buildDatabase(): Promise<string> {
  const dir = scratch("database");
  const mirror = join(dir, "mirror");
  const db = join(dir, "advisories.db");
  await writeMirror(mirror);
  const { code, stderr } = await seaworthy(["db", "update", "--from", mirror, "--db", db]);
  assert.equal(code, 0, stderr);
  return db;
}

/** `type name version` of every package, sorted: what is compared with a real tool. */
export function named(packages: readonly Package[]): readonly string[] {
  return packages.map(({ type, name, version }) => `${type} ${name} ${version}`).sort();
}
