import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sharedDirectory } from "./needs.ts";
import { scratch, tool } from "./scratch.ts";

/** A real registry on loopback, on a port that the system picked. */
export interface Registry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  close(): void;
}

/** Starts docker-registry; with `user`, it asks for basic authentication. */
export async function startRegistry(user?: {
  readonly name: string;
  readonly password: string;
}): Promise<Registry> {
  const dir = scratch("registry");
  const config = join(dir, "config.yml");
  const lines = [
    "version: 0.1",
    `storage: {filesystem: {rootdirectory: ${join(dir, "data")}}}`,
    'http: {addr: "127.0.0.1:0", secret: test}',
  ];
  if (user !== undefined) {
    const users = await tool("htpasswd", ["-nbB", user.name, user.password]);
    writeFileSync(join(dir, "htpasswd"), users);
    lines.push(`auth: {htpasswd: {realm: test, path: ${join(dir, "htpasswd")}}}`);
  }
  writeFileSync(config, `${lines.join("\n")}\n`);
  const child = spawn("docker-registry", ["serve", config], { stdio: ["ignore", "ignore", "pipe"] });
  process.once("exit", () => child.kill("SIGKILL"));
  return { host: await address(child), close: () => child.kill("SIGKILL") };
}

/**
 * Starts a registry with the referrers API, which docker-registry does not have: ../shared/testregistry, built by go.
 * Its lists come in pages of two.
 */
export async function startReferrersRegistry(user?: {
  readonly name: string;
  readonly password: string;
}): Promise<Registry> {
  program ??= buildTestRegistry();
  const login = user === undefined ? [] : ["-user", user.name, "-password", user.password];
  const child = spawn(await program, ["-page", "2", ...login], { stdio: ["ignore", "pipe", "pipe"] });
  process.once("exit", () => child.kill("SIGKILL"));
  return { host: await address(child), close: () => child.kill("SIGKILL") };
}

let program: Promise<string> | undefined;

async function buildTestRegistry(): Promise<string> {
  const dir = scratch("testregistry");
  cpSync(join(sharedDirectory, "testregistry"), dir, { recursive: true });
  const built = join(dir, "registry");
  await tool("go", ["build", "-o", built, "."], { cwd: dir });
  return built;
}

function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /(?:listening on |^)(127\.0\.0\.1:\d+)/u.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("close", () => reject(new Error(`start registry: it ended\n${said}`)));
    child.once("error", reject);
  });
}
