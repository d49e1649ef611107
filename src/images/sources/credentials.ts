import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { isRecord, optionalRecord, optionalText, parseJson, record } from "../../formats/shape.ts";

/** What a user has for a registry. */
export type Credentials =
  | { readonly kind: "basic"; readonly user: string; readonly password: string }
  /** An OAuth refresh token, to be exchanged. */
  | { readonly kind: "identity"; readonly token: string }
  /** Sent as it is. */
  | { readonly kind: "bearer"; readonly token: string };

/** What was found, and what went wrong on the way: told only if the registry then wants credentials. */
export interface CredentialSearch {
  readonly credentials: Credentials | undefined;
  readonly problems: readonly string[];
}

/** Where to look. */
export interface CredentialPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * Looks for the credentials of a repository where `docker login`, `podman login` and `skopeo login` leave them: the file
 * that `REGISTRY_AUTH_FILE` names, Docker's `config.json` (`auths`, `credHelpers`, `credsStore`), then containers' `auth.json`.
 * Keys may have a path, the longest that covers the repository counts
 * (https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md).
 */
export async function findCredentials(
  host: string,
  repository: string,
  places: CredentialPlaces,
): Promise<CredentialSearch> {
  const problems: string[] = [];
  for (const path of filesOf(places)) {
    try {
      const config = await readConfig(path);
      const found = config && (await search(config, host, repository, { ...places, problems }));
      if (found !== undefined) return { credentials: found, problems };
    } catch (thrown) {
      problems.push(messageOf(thrown));
    }
  }
  return { credentials: undefined, problems };
}

function filesOf({ env, home }: CredentialPlaces): readonly string[] {
  const docker = join(env["DOCKER_CONFIG"] || join(home, ".docker"), "config.json");
  const configured = join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "containers/auth.json");
  const running = env["XDG_RUNTIME_DIR"];
  return [
    ...(env["REGISTRY_AUTH_FILE"] ? [env["REGISTRY_AUTH_FILE"]] : []),
    docker,
    ...(running ? [join(running, "containers/auth.json")] : []),
    configured,
  ];
}

type Config = Readonly<Record<string, unknown>>;

async function readConfig(path: string): Promise<Config | undefined> {
  const text = await readFile(path, "utf8").catch((thrown: unknown) => {
    if (isRecord(thrown) && (thrown["code"] === "ENOENT" || thrown["code"] === "ENOTDIR")) return undefined;
    throw thrown;
  });
  return text === undefined ? undefined : record(parseJson(text, `"${path}"`), `"${path}"`);
}

async function search(
  config: Config,
  host: string,
  repository: string,
  places: CredentialPlaces & { readonly problems: string[] },
): Promise<Credentials | undefined> {
  const helpers = optionalRecord(config["credHelpers"], "credHelpers") ?? {};
  const keys = keysOf(host, repository);
  for (const key of keys) {
    const helper = entryFor(helpers, key);
    if (typeof helper === "string") return runHelper(helper, serverOf(key), places);
  }
  const store = optionalText(config["credsStore"], "credsStore") || undefined;
  if (store !== undefined) {
    try {
      const stored = await runHelper(store, serverOf(host), places);
      if (stored !== undefined) return stored;
    } catch (thrown) {
      // The file itself may still have it: `docker login` wrote it before the store was set up.
      places.problems.push(messageOf(thrown));
    }
  }
  const auths = optionalRecord(config["auths"], "auths") ?? {};
  for (const key of keys) {
    const found = credentialsOf(entryFor(auths, key));
    if (found !== undefined) return found;
  }
  return undefined;
}

// From the repository itself up to its registry.
function keysOf(host: string, repository: string): readonly string[] {
  const parts = repository.split("/");
  const paths = parts.map((_, index) => `${host}/${parts.slice(0, parts.length - index).join("/")}`);
  return [...paths, host];
}

function entryFor(entries: Config, key: string): unknown {
  const exact = Object.hasOwn(entries, key) ? entries[key] : undefined;
  return exact ?? Object.entries(entries).find(([name]) => normalised(name) === key)?.[1];
}

// Docker writes a key as the user gave it: with a scheme, with the path of an API version, by an old name of Docker Hub.
function normalised(key: string): string {
  const bare = key.replace(/^https?:\/\//, "").replace(/\/(?:v[12]\/?)?$/, "");
  return bare.replace(/^(?:index|registry-1|registry)\.docker\.io(?=$|\/)/, "docker.io");
}

function serverOf(key: string): string {
  return key === "docker.io" ? "https://index.docker.io/v1/" : key;
}

function credentialsOf(entry: unknown): Credentials | undefined {
  if (!isRecord(entry)) return undefined;
  const identity = optionalText(entry["identitytoken"], "identitytoken") || undefined;
  if (identity !== undefined) return { kind: "identity", token: identity };
  const bearer = optionalText(entry["registrytoken"], "registrytoken") || undefined;
  if (bearer !== undefined) return { kind: "bearer", token: bearer };
  const encoded = optionalText(entry["auth"], "auth") || undefined;
  if (encoded === undefined) {
    const user = optionalText(entry["username"], "username");
    return user ? basic(user, optionalText(entry["password"], "password") ?? "") : undefined;
  }
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  // Docker pads what it wrote with NULs.
  return colon < 1 ? undefined : basic(text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, ""));
}

function basic(user: string, password: string): Credentials {
  return user === "<token>" ? { kind: "identity", token: password } : { kind: "basic", user, password };
}

const helperTime = 30_000;
const helperOutput = 1 << 20;

// https://github.com/docker/docker-credential-helpers: `get`, the server on stdin, JSON on stdout.
async function runHelper(
  helper: string,
  server: string,
  { env }: CredentialPlaces,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  if (!/^[\w.-]+$/.test(helper))
    throw new Error(`run "${program.slice(0, 80)}": no name of a credential helper`);
  const { code, output } = await runProgram(program, server, env);
  // Helpers say so in words, on stdout.
  if (code !== 0 && /credentials not found/i.test(output)) return undefined;
  if (code !== 0) throw new Error(`run ${program}: it ended with code ${code}`);
  const answer = record(parseJson(output, `answer of ${program}`), `answer of ${program}`);
  const user = optionalText(answer["Username"], "Username") ?? "";
  const secret = optionalText(answer["Secret"], "Secret") ?? "";
  return user === "" && secret === "" ? undefined : basic(user, secret);
}

function runProgram(
  program: string,
  input: string,
  env: CredentialPlaces["env"],
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["get"], { env, stdio: ["pipe", "pipe", "ignore"] });
    // The timeout of spawn itself outlives a program that could not be started.
    const timer = setTimeout(() => child.kill(), helperTime);
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > helperOutput) child.kill();
      else chunks.push(chunk);
    });
    child.once("error", (cause) => {
      clearTimeout(timer);
      reject(new Error(`run ${program}: it cannot be started`, { cause }));
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (code === null) reject(new Error(`run ${program}: it was ended by ${signal} (no answer in time?)`));
      else resolve({ code, output: Buffer.concat(chunks).toString("utf8") });
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
