import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import { type AlertConfig, readAlertConfig } from "../notify/config.ts";
import { type AlertOutcome, alertReceivers } from "../pipeline/alert.ts";
import { type AlertState, alertStateText, readAlertState } from "../pipeline/alert-state.ts";
import { deliver } from "../pipeline/deliver.ts";
import { withLock } from "../pipeline/lock.ts";
import { readReport } from "../reports/read-json.ts";
import { makeDirectories } from "../store/make-directories.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { judgedDay, readArguments, usageError } from "./options.ts";

const options = {
  config: { type: "string", short: "c" },
  state: { type: "string" },
  "dry-run": { type: "boolean" },
  today: { type: "string" },
} as const;

const usage = `seaworthy alert REPORT... [OPTIONS]

Tells receivers what is new in saved reports (scan --format json): severe findings that a version mends, and those that are
known to be exploited. One alert for one advisory, over all images; told once, again when more images have it or it got worse.

REPORT  a file that scan --format json wrote

  -c, --config FILE      receivers; default: .seaworthy/alerts.yaml
      --state FILE       what was told; default: .seaworthy/alerts-state.json. Keep it from run to run
      --dry-run          say what would be told, tell nobody
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

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("alert", args, options);
  if (positionals.length === 0) throw usageError("alert", "no report is named");
  const reports = positionals.map((file) => readReport(readText(resolve(io.cwd, file), "report"), file));
  const config = resolve(io.cwd, values.config ?? ".seaworthy/alerts.yaml");
  const request = {
    reports,
    config: readAlertConfig(readText(config, "alerts"), values.config ?? ".seaworthy/alerts.yaml", io.env),
    stateFile: resolve(io.cwd, values.state ?? ".seaworthy/alerts-state.json"),
    today: judgedDay("alert", values, io),
    dryRun: values["dry-run"] === true,
  };
  return sendAlerts(request, io);
}

/** What is to be told, by whom it is known. */
export interface AlertRequest {
  readonly reports: readonly Report[];
  readonly config: AlertConfig;
  readonly stateFile: string;
  readonly today: string;
  readonly dryRun: boolean;
}

/** Tells the receivers and says what became of each; the exit code. */
export async function sendAlerts(request: AlertRequest, io: Io): Promise<number> {
  if (request.dryRun) return print(await work(request, io), io, "would tell");
  const patience = {
    patience: 60_000,
    waiting: () => void io.stderr.write("another run tells alerts: waiting\n"),
  };
  return withLock(`${request.stateFile}.lock`, patience, async () =>
    print(await work(request, io), io, "told"),
  );
}

function work(
  { reports, config, stateFile, today, dryRun }: AlertRequest,
  io: Io,
): Promise<readonly AlertOutcome[]> {
  const state = existsSync(stateFile) ? readAlertState(readText(stateFile, "alert state"), stateFile) : {};
  const settings = { env: io.env, now: Date.now };
  return alertReceivers({
    reports,
    config,
    state,
    today,
    deliver: async (receiver, batch) => (dryRun ? undefined : deliver(receiver, batch, settings)),
    save: (next) => (dryRun ? undefined : saveState(stateFile, next)),
  });
}

function print(outcomes: readonly AlertOutcome[], io: Io, verb: string): number {
  for (const { receiver, kind, alerts, error } of outcomes) {
    const count = `${alerts} alert${alerts === 1 ? "" : "s"}`;
    if (error === undefined) io.stdout.write(`${receiver} (${kind}): ${verb} ${count}\n`);
    else
      io.stderr.write(`seaworthy: ${error.code}: ${receiver} (${kind}): ${count} wait: ${error.message}\n`);
  }
  return outcomes.some(({ error }) => error !== undefined) ? exitCodes.unknown : exitCodes.pass;
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    throw new SeaworthyError("usage", `read ${what} "${file}": ${messageOf(thrown)}`, { cause: thrown });
  }
}

// A run that dies while it writes must leave the old memory or the new one.
function saveState(file: string, state: AlertState): void {
  try {
    makeDirectories(dirname(file));
    writeFileSync(`${file}.tmp`, alertStateText(state), { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
  } catch (thrown) {
    throw new SeaworthyError("disk-failed", `write alert state "${file}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
