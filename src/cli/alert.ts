import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import type { AlertConfig } from "../notify/config.ts";
import type { AlertOutcome } from "../pipeline/alert.ts";
import type { AlertState } from "../pipeline/alert-state.ts";
import { withLock } from "../pipeline/lock.ts";
import { clean } from "../reports/terminal.ts";
import { makeDirectories } from "../store/make-directories.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { judgedDay, readArguments, usageError } from "./options.ts";
import { writeOutput } from "./write-output.ts";

const options = {
  config: { type: "string", short: "c" },
  state: { type: "string" },
  format: { type: "string", short: "f" },
  deadline: { type: "string" },
  "dry-run": { type: "boolean" },
  today: { type: "string" },
} as const;

const usage = `seaworthy alert REPORT... [OPTIONS]

Tells receivers what is new in saved reports (scan --format json): severe findings that a version mends, and those that are
known to be exploited. One alert for one advisory, over all images; told once, again when more images have it or it got worse.
docs/alerts.md tells the form of the file, and what counts as news.

REPORT  a file that scan --format json wrote

  -c, --config FILE      receivers; default: .seaworthy/alerts.yaml
      --state FILE       what was told; default: .seaworthy/alerts-state.json. Keep it from run to run
      --deadline SECONDS how long one receiver may take, with repetitions; default: 60. All are told at the same time
  -f, --format FORMAT    text (default), or json: what was told to whom, and what waits
      --dry-run          say what would be told, tell nobody, write nothing
      --today YYYY-MM-DD default: $SOURCE_DATE_EPOCH, else today

Exit codes: 0 everybody was told, 2 error, 3 a receiver could not be told: what it should know waits for the next run.
`;

/** `seaworthy alert`. */
export const command: Command = {
  name: "alert",
  summary: "tell Slack, Teams, a webhook, mail or Alertmanager what is new in reports",
  usage,
  run,
};

/** What is to be told, by whom it is known. */
interface AlertRequest {
  readonly reports: readonly Report[];
  readonly config: AlertConfig;
  readonly stateFile: string;
  readonly today: string;
  readonly dryRun: boolean;
  /** Milliseconds. */
  readonly deadline: number;
}

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("alert", args, options);
  if (positionals.length === 0) throw usageError("alert", "no report is named");
  const format = values.format ?? "text";
  if (format !== "text" && format !== "json")
    throw usageError("alert", `--format is text or json, not "${format}"`);
  const deadline = deadlineOf(values.deadline ?? "60");
  const { readReport } = await import("../reports/read-json.ts");
  const { readAlertConfig } = await import("../notify/config.ts");
  const file = values.config ?? ".seaworthy/alerts.yaml";
  const request = {
    reports: positionals.map((name) => readReport(readText(resolve(io.cwd, name), "report"), name)),
    config: readAlertConfig(readText(resolve(io.cwd, file), "alerts"), file, io.env),
    stateFile: resolve(io.cwd, values.state ?? ".seaworthy/alerts-state.json"),
    today: judgedDay("alert", values, io),
    dryRun: values["dry-run"] === true,
    deadline,
  };
  const outcomes = await sendAlerts(request, io);
  const verb = request.dryRun ? "would be told" : "told";
  await writeOutput(
    format === "json" ? jsonOf(outcomes, request.dryRun) : textOf(outcomes, verb),
    undefined,
    io,
  );
  for (const outcome of outcomes)
    if (outcome.error !== null) io.stderr.write(errorLine(outcome, outcome.error));
  return outcomes.some(({ error }) => error !== null) ? exitCodes.unknown : exitCodes.pass;
}

function deadlineOf(text: string): number {
  const seconds = /^\d{1,4}$/u.test(text) ? Number(text) : 0;
  if (seconds < 1) throw usageError("alert", `--deadline is seconds from 1 to 9999, not "${text}"`);
  return seconds * 1000;
}

async function sendAlerts(request: AlertRequest, io: Io): Promise<readonly AlertOutcome[]> {
  if (request.dryRun) return work(request, io);
  const options = {
    // Another run may be telling; it ends by its deadline.
    patience: request.deadline + 60_000,
    waiting: () => void io.stderr.write("another run tells alerts: waiting\n"),
  };
  return withLock(`${request.stateFile}.lock`, options, () => work(request, io));
}

async function work(request: AlertRequest, io: Io): Promise<readonly AlertOutcome[]> {
  const { reports, config, stateFile, today, dryRun, deadline } = request;
  const { alertReceivers } = await import("../pipeline/alert.ts");
  const { alertStateText, readAlertState } = await import("../pipeline/alert-state.ts");
  const { deliver } = await import("../pipeline/deliver.ts");
  const state: AlertState = existsSync(stateFile)
    ? readAlertState(readText(stateFile, "alert state"), stateFile)
    : new Map();
  const settings = { env: io.env, now: Date.now, limits: { deadline } };
  return alertReceivers({
    reports,
    config,
    state,
    today,
    deliver: async (receiver, alerts, arrived) =>
      dryRun ? arrived(alerts) : deliver(receiver, { today, alerts }, settings, arrived),
    save: (next) => (dryRun ? undefined : saveState(stateFile, alertStateText(next))),
  });
}

function textOf(outcomes: readonly AlertOutcome[], verb: string): string {
  return outcomes
    .map(({ receiver, kind, told }) => {
      const lines = told.map(
        ({ id, severity, news, images }) =>
          `  ${news}  ${severity}  ${clean(id)}  ${images.length} ${images.length === 1 ? "image" : "images"}\n`,
      );
      return `${receiver} (${kind}): ${counted(told)} ${verb}\n${lines.join("")}`;
    })
    .join("");
}

function jsonOf(outcomes: readonly AlertOutcome[], dryRun: boolean): string {
  return `${JSON.stringify({ schemaVersion: "1.0", dryRun, receivers: outcomes }, undefined, 2)}\n`;
}

function errorLine(
  { receiver, kind, waiting }: AlertOutcome,
  error: NonNullable<AlertOutcome["error"]>,
): string {
  const wait = `${counted(waiting)} wait${waiting.length === 1 ? "s" : ""}`;
  return `seaworthy: ${error.code}: ${receiver} (${kind}): ${wait} for the next run: ${clean(error.message)}\n`;
}

function counted({ length }: readonly unknown[]): string {
  return `${length} alert${length === 1 ? "" : "s"}`;
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    throw new SeaworthyError("usage", `read ${what} "${file}": ${messageOf(thrown)}`, { cause: thrown });
  }
}

// A run that dies while it writes must leave the old memory or the new one.
function saveState(file: string, text: string): void {
  const draft = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    makeDirectories(dirname(file));
    writeFileSync(draft, text, { mode: 0o600, flag: "wx", flush: true });
    renameSync(draft, file);
  } catch (thrown) {
    rmSync(draft, { force: true });
    throw new SeaworthyError("disk-failed", `write alert state "${file}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
