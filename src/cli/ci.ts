import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import { type CiArguments, ciArguments } from "./ci-arguments.ts";
import { refreshDatabase } from "./ci-database.ts";
import { inert, inertStream } from "./ci-log.ts";
import { type CiOutputs, writeOutputs } from "./ci-outputs.ts";
import {
  annotations,
  type CiReport,
  clearReports,
  formatArguments,
  lintReports,
  scanReports,
  showReports,
  writeErrors,
} from "./ci-reports.ts";
import { type CiSystem, ciSystem, githubChange } from "./ci-system.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { usageError } from "./options.ts";
import { readVersion } from "./version.ts";

const usage = `seaworthy ci [k8s] IMAGE [OPTIONS] [SCAN OPTIONS]
seaworthy ci cache-key

Scans, and shows the result in the way of the CI system that runs it: table in the log, annotations, summary, report files,
outputs for later steps. Each option of scan may be given; -- ends them.

      --output-dir DIR   where reports go; default: seaworthy-report
      --cache-dir DIR    database, layers and what alerts were told are kept here, for the system's cache
      --dockerfile FILE  as of scan; the file is linted, too
      --lint-fail-on SEVERITY
                         what lint finds can fail the run from this severity on; default: never
      --no-lint          do not lint the Dockerfile
      --no-alert         tell nobody, though there is .seaworthy/alerts.yaml
      --no-db-update     take the database as it is, however old
      --system NAME      in the place of the one that the environment shows; also $SEAWORTHY_CI

cache-key  prints a key for the cache directory: one for each version and day

Exit codes: 0 pass, 1 fail, 2 error, 3 unknown. docs/ci.md has templates.
`;

/** `seaworthy ci`. */
export const command: Command = {
  name: "ci",
  summary: "scan in a pipeline: annotations, summary, reports and outputs as the CI system reads them",
  usage,
  run,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  if (args[0] === "cache-key") return cacheKey(args.slice(1), io);
  const given = ciArguments(args, io.env);
  const system = withEvent(ciSystem(io.env, given.system), io);
  const directory = resolve(io.cwd, given.outputDir);
  const log = inertStream(io.stdout);
  const errors = inertStream(io.stderr);
  const quiet = { ...io, env: cachedIn(given.cacheDir, io), stdout: log.stream, stderr: errors.stream };
  try {
    clearReports(directory);
    const judged = await judge(given, system, directory, quiet);
    await log.flush();
    showReports(system, directory, io);
    writeOutputs(system, outputsOf(given, system, judged), directory, io);
    if (mayAlert(given, system, io)) await alert(given, directory, quiet);
    return codeOfRun(judged);
  } catch (thrown) {
    await log.flush();
    const error = harmless(thrown);
    tellError(error, given, system, directory, io);
    throw error;
  } finally {
    await log.flush();
    await errors.flush();
  }
}

function cacheKey(more: readonly string[], io: Io): number {
  if (more.length > 0) throw usageError("ci", `"${more[0]}" is one argument too many`);
  io.stdout.write(`seaworthy-${readVersion()}-${io.today}\n`);
  return exitCodes.pass;
}

function withEvent(system: CiSystem, io: Io): CiSystem {
  const { GITHUB_EVENT_PATH: path } = io.env;
  if (system.id !== "github" || path === undefined || path === "") return system;
  try {
    return { ...system, change: githubChange(system.change, JSON.parse(readFileSync(path, "utf8"))) };
  } catch {
    return system;
  }
}

function cachedIn(directory: string | undefined, io: Io): Io["env"] {
  if (directory === undefined) return io.env;
  const cache = resolve(io.cwd, directory);
  return { ...io.env, XDG_CACHE_HOME: cache, XDG_DATA_HOME: cache, SEAWORTHY_CACHE_DIR: undefined };
}

interface Judged {
  readonly scan: number;
  readonly lint: number | undefined;
}

async function judge(given: CiArguments, system: CiSystem, directory: string, io: Io): Promise<Judged> {
  if (given.updateDatabase) await refreshDatabase(io);
  const { command: scan } = await import("./scan.ts");
  const reports = [...scanReports(system.id, given.set), ...annotations(system.id, "scan")];
  const code = await scan.run(withFormats(given, reports, directory), io);
  if (given.dockerfile === undefined || !given.lint) return { scan: code, lint: undefined };
  return { scan: code, lint: await lint(given, given.dockerfile, system, directory, io) };
}

// "k8s" stays the first word.
function withFormats(given: CiArguments, reports: readonly CiReport[], directory: string): readonly string[] {
  const formats = formatArguments(reports, directory);
  return given.set ? ["k8s", ...formats, ...given.scan.slice(1)] : [...formats, ...given.scan];
}

async function lint(
  given: CiArguments,
  dockerfile: string,
  system: CiSystem,
  directory: string,
  io: Io,
): Promise<number> {
  const { command: linter } = await import("./lint.ts");
  io.stdout.write("\n");
  const reports = [...lintReports(system.id), ...annotations(system.id, "lint")];
  const formats = formatArguments(reports, directory);
  return linter.run([...formats, "--fail-on", given.lintFailOn ?? "never", "--", dockerfile], io);
}

function codeOfRun({ scan, lint }: Judged): number {
  const codes = [scan, lint ?? exitCodes.pass];
  return [exitCodes.fail, exitCodes.unknown].find((code) => codes.includes(code)) ?? exitCodes.pass;
}

function outputsOf(given: CiArguments, system: CiSystem, judged: Judged): CiOutputs {
  const files = [
    ...scanReports(system.id, given.set),
    ...(judged.lint === undefined ? [] : lintReports(system.id)),
  ];
  const code = codeOfRun(judged);
  return [
    ["decision", decisionOf(code)],
    ["exit-code", String(code)],
    ["scan-decision", decisionOf(judged.scan)],
    ["lint-decision", judged.lint === undefined ? "" : decisionOf(judged.lint)],
    ...changeOutputs(given, system),
    ...files.map(({ output, file }) => [output, join(given.outputDir, file)] as const),
  ];
}

function changeOutputs({ outputDir }: CiArguments, { id, change }: CiSystem): CiOutputs {
  return [
    ["system", id],
    ["pull-request", change.pullRequest ?? ""],
    ["base", change.base ?? ""],
    ["fork", change.fork === null ? "" : String(change.fork)],
    ["directory", outputDir],
  ];
}

function decisionOf(code: number): string {
  return Object.entries(exitCodes).find(([, known]) => known === code)?.[0] ?? "error";
}

// Who runs this at home, or asks for a change, tells nobody.
function mayAlert({ alert, set }: CiArguments, { id, change }: CiSystem, io: Io): boolean {
  if (!alert || set || id === "none" || change.pullRequest !== null) return false;
  return existsSync(resolve(io.cwd, ".seaworthy/alerts.yaml"));
}

async function alert({ cacheDir, today }: CiArguments, directory: string, io: Io): Promise<void> {
  const { command: alerts } = await import("./alert.ts");
  const state = cacheDir === undefined ? [] : ["--state", join(cacheDir, "alerts-state.json")];
  const day = today === undefined ? [] : ["--today", today];
  await alerts.run([...state, ...day, "--", join(directory, "report.json")], io);
}

// The message quotes names that are a stranger's, and main prints it as it is.
function harmless(thrown: unknown): SeaworthyError {
  const hint = thrown instanceof SeaworthyError ? thrown.hint : undefined;
  return new SeaworthyError(codeOf(thrown), inert(messageOf(thrown)), {
    hint: hint === undefined ? undefined : inert(hint),
    cause: thrown,
  });
}

function tellError(
  error: SeaworthyError,
  given: CiArguments,
  system: CiSystem,
  directory: string,
  io: Io,
): void {
  const failure = { code: error.code, message: error.message, hint: error.hint ?? null };
  writeErrors(failure, system, given.set, directory);
  showReports(system, directory, io);
  const outputs: CiOutputs = [
    ["decision", "error"],
    ["exit-code", String(exitCodes.error)],
    ...changeOutputs(given, system),
  ];
  writeOutputs(system, outputs, directory, io);
}
