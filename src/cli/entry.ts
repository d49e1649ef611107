import { messageOf } from "../core/errors.ts";
import type { Io } from "./command.ts";
import { exitCodes } from "./command.ts";
import { readVersion } from "./version.ts";

// The process's own edges: where a command's Io comes from, and what signals, a closed pipe and a bug end in.

silenceSqliteWarning();
process.on("uncaughtException", (thrown) => quit(thrown));
process.on("unhandledRejection", (thrown) => quit(thrown));
// exit runs the "exit" listeners, which delete spooled files; dying of the signal would not.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)
  process.on(signal, () => process.exit(code));
process.stdout.on("error", closedPipe);
process.stderr.on("error", closedPipe);

const { main } = await import("./main.ts");
const code = await main(process.argv.slice(2), processIo(), readVersion());
await drained(process.stdout);
await drained(process.stderr);
process.exit(code);

function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, env, cwd: process.cwd(), today: today(env["SOURCE_DATE_EPOCH"]) };
}

// https://reproducible-builds.org/specs/source-date-epoch/
function today(epoch: string | undefined): string {
  const fixed = epoch !== undefined && /^\d{1,11}$/u.test(epoch);
  return new Date(fixed ? Number(epoch) * 1000 : Date.now()).toISOString().slice(0, 10);
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}

// `seaworthy scan … | head`: the reader is gone, and a verdict's exit code must not be made up: 141, as SIGPIPE would.
function closedPipe(error: NodeJS.ErrnoException): void {
  process.exit(error.code === "EPIPE" ? 141 : exitCodes.error);
}

function quit(thrown: unknown): void {
  const stack = process.env["SEAWORTHY_DEBUG"] === "1" && thrown instanceof Error ? `\n${thrown.stack}` : "";
  const message = messageOf(thrown).replace(/[\p{Cc}\p{Cf}]+/gu, " ");
  process.stderr.write(
    `seaworthy: internal: ${message} (please report it; SEAWORTHY_DEBUG=1 tells more)${stack}\n`,
    () => process.exit(exitCodes.error),
  );
}

// node:sqlite is a release candidate in Node 24 and says so once per process; every other warning stays.
function silenceSqliteWarning(): void {
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name === "ExperimentalWarning" && warning.message.startsWith("SQLite")) return;
    for (const listener of listeners) listener(warning);
  });
}
