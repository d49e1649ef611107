import { execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./needs.ts";

/** One private folder for all tests of this process, deleted when it ends. */
let root: string | undefined;

/** A new, empty folder; gone when the test process ends. */
export function scratch(name: string): string {
  root ??= makeRoot();
  const dir = mkdtempSync(join(root, `${name}-`));
  mkdirSync(dir, { recursive: true });
  return dir;
}

function makeRoot(): string {
  const dir = mkdtempSync(join(tmpdir(), "seaworthy-test-"));
  process.on("exit", () => {
    if (process.env["SEAWORTHY_KEEP_SCRATCH"] === "1") return void process.stderr.write(`kept: ${dir}\n`);
    // Roots that mmdebstrap or umoci made may hold folders without write permission.
    try {
      execFileSync("chmod", ["-R", "u+rwX", dir], { stdio: "ignore" });
      rmSync(dir, { recursive: true, force: true });
    } catch {
      process.stderr.write(`left behind: ${dir}\n`);
    }
  });
  return dir;
}

/** What a program did. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly stdin?: string; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const settings: SpawnOptions = { cwd: options.cwd, env: options.env ?? process.env };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...settings, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => {});
    child.stdin.end(options.stdin ?? "");
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** Runs a program that must succeed, and answers its stdout. */
export async function tool(
  program: string,
  args: readonly string[],
  options: { readonly stdin?: string; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const outcome = await run(program, args, options);
  if (outcome.code === 0) return outcome.stdout;
  throw new Error(
    `run ${program} ${args.join(" ")}: ended with ${outcome.code}\n${outcome.stderr.slice(-2000)}`,
  );
}

/** Runs the command from source, with a cache of its own and no configuration of the machine's user. */
export function seaworthy(
  args: readonly string[],
  options: { readonly stdin?: string; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  return run(process.execPath, [join(repository, "src/cli/entry.ts"), ...args], {
    ...options,
    env: { ...cleanEnvironment(), ...options.env },
  });
}

let home: string | undefined;

/** The environment that tests give to the command: HOME and caches are private folders. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  home ??= scratch("home");
  return {
    ...process.env,
    HOME: home,
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_DATA_HOME: join(home, ".local/share"),
    XDG_CONFIG_HOME: join(home, ".config"),
    NO_COLOR: "1",
    SEAWORTHY_DB: undefined,
    SEAWORTHY_CACHE_DIR: undefined,
    DOCKER_CONFIG: undefined,
  };
}
