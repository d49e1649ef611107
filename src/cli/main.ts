import { resolve } from "node:path";
import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import type { Failure } from "../reports/error-output.ts";
import { type Command, exitCodes, type Io } from "./command.ts";

/** The commands, loaded only when called: start-up stays short. */
const commands: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  scan: () => import("./scan.ts"),
  lint: () => import("./lint.ts"),
  ci: () => import("./ci.ts"),
  why: () => import("./why.ts"),
  "why-not": () => import("./why-not.ts"),
  slim: () => import("./slim.ts"),
  report: () => import("./report.ts"),
  query: () => import("./query.ts"),
  exceptions: () => import("./exceptions.ts"),
  db: () => import("./db.ts"),
  policy: () => import("./policy.ts"),
  alert: () => import("./alert.ts"),
  verify: () => import("./verify.ts"),
  attest: () => import("./attest.ts"),
  verdict: () => import("./verdict.ts"),
  sign: () => import("./sign.ts"),
  explain: () => import("./explain.ts"),
  vex: () => import("./vex.ts"),
};

/** Runs one command line (without node and script) and answers its exit code; prints errors as one line with a code. */
export async function main(args: readonly string[], io: Io, version: string): Promise<number> {
  const [first, ...rest] = args;
  try {
    if (first === "--version" || first === "-V") return print(io, `seaworthy ${version}\n`);
    if (first === undefined || first === "--help" || first === "-h" || first === "help")
      return print(io, await help());
    const load = Object.hasOwn(commands, first) ? commands[first] : undefined;
    if (load === undefined) throw unknownCommand(first);
    const { command } = await load();
    if (rest.includes("--help") || rest.includes("-h")) return print(io, command.usage);
    return await command.run(rest, io);
  } catch (thrown) {
    return await report(thrown, args, io);
  }
}

function print(io: Io, text: string): number {
  io.stdout.write(text);
  return exitCodes.pass;
}

async function help(): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map((load) => load()));
  const width = Math.max(...loaded.map(({ command }) => command.name.length));
  const rows = loaded.map(({ command }) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return ["seaworthy COMMAND [OPTIONS]", "", ...rows, "", "seaworthy COMMAND --help tells more.", ""].join(
    "\n",
  );
}

function unknownCommand(name: string): SeaworthyError {
  const known = Object.keys(commands).join(", ");
  return new SeaworthyError("usage", `run command "${name}": no such command`, {
    hint: `use one of ${known}`,
  });
}

async function report(thrown: unknown, args: readonly string[], io: Io): Promise<number> {
  const error = {
    code: codeOf(thrown),
    message: messageOf(thrown),
    hint: (thrown instanceof SeaworthyError ? thrown.hint : undefined) ?? null,
  };
  // Where the command line itself is wrong, no file that it names is touched.
  const targets = targetsOf(args).filter(({ file }) => file === undefined || error.code !== "usage");
  for (const target of targets) await writeError(error, target, io);
  const hint = error.hint === null ? "" : ` (${error.hint})`;
  io.stderr.write(`seaworthy: ${error.code}: ${oneLine(error.message)}${oneLine(hint)}\n`);
  return exitCodes.error;
}

interface Target {
  readonly format: string;
  readonly file: string | undefined;
}

// A file of yesterday's report must not be taken for today's. When the file cannot be written either, the line on stderr is left.
async function writeError(failure: Failure, { format, file }: Target, io: Io): Promise<void> {
  const [{ writeOutput }, { errorOutput, errorLine }] = await Promise.all([
    import("./write-output.ts"),
    import("../reports/error-output.ts"),
  ]);
  const text = errorOutput(format, failure) ?? (file === undefined ? "" : errorLine(failure));
  if (text === "") return;
  await writeOutput(text, file === undefined ? undefined : resolve(io.cwd, file), io).catch(() => undefined);
}

/** The formats that were asked for, and their files. Read here, since parsing may be what failed. */
function targetsOf(args: readonly string[]): readonly Target[] {
  const [output] = valuesOf(args, "--output", "-o");
  const loose = output === undefined || output === "-" ? undefined : output;
  return valuesOf(args, "--format", "-f").map((text) => {
    const equals = text.indexOf("=");
    return equals < 0
      ? { format: text, file: loose }
      : { format: text.slice(0, equals), file: text.slice(equals + 1) };
  });
}

function valuesOf(args: readonly string[], long: string, short: string): readonly string[] {
  return args.flatMap((arg, index) => {
    if (arg === long || arg === short) return args[index + 1] ?? [];
    if (arg.startsWith(`${long}=`)) return [arg.slice(long.length + 1)];
    return arg.startsWith(short) && !arg.startsWith("--") ? [arg.slice(short.length)] : [];
  });
}

// Messages quote hostile names: control characters must not reach a terminal.
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
}
