import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import { type Command, exitCodes, type Io } from "./command.ts";

/** The commands, loaded only when called: start-up stays short. */
const commands: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  scan: () => import("./scan.ts"),
  why: () => import("./why.ts"),
  "why-not": () => import("./why-not.ts"),
  query: () => import("./query.ts"),
  db: () => import("./db.ts"),
  explain: () => import("./explain.ts"),
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
    return report(thrown, args, io);
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

function report(thrown: unknown, args: readonly string[], io: Io): number {
  const error = {
    code: codeOf(thrown),
    message: messageOf(thrown),
    hint: (thrown instanceof SeaworthyError ? thrown.hint : undefined) ?? null,
  };
  if (wantsJson(args)) io.stdout.write(`${JSON.stringify({ error })}\n`);
  const hint = error.hint === null ? "" : ` (${error.hint})`;
  io.stderr.write(`seaworthy: ${error.code}: ${oneLine(error.message)}${oneLine(hint)}\n`);
  return exitCodes.error;
}

function wantsJson(args: readonly string[]): boolean {
  return args.some(
    (arg, index) =>
      ["--format=json", "-fjson"].includes(arg) ||
      (arg === "json" && ["--format", "-f"].includes(args[index - 1] ?? "")),
  );
}

// Messages quote hostile names: control characters must not reach a terminal.
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
}
