import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Io } from "./command.ts";

/** A Dockerfile to lint. */
export interface LintInput {
  /** As it was named. */
  readonly name: string;
  /** Undefined for the standard input. */
  readonly path: string | undefined;
  /** Undefined where it is no UTF-8. */
  readonly text: string | undefined;
}

const largest = 4 << 20;
const usual = ["Dockerfile", "Containerfile"];

/** Reads the files that the command line names, each once. @throws SeaworthyError `usage`, `limit-exceeded` where there is none or one is no Dockerfile by its size. */
export async function lintInputs(names: readonly string[], io: Io): Promise<readonly LintInput[]> {
  const inputs = new Map<string, LintInput>();
  for (const name of names.length === 0 ? [await defaultFile(io)] : names)
    for (const file of name === "-" ? [name] : await filesOf(name, io)) {
      const path = file === "-" ? undefined : resolve(io.cwd, file);
      const key = path ?? file;
      if (!inputs.has(key)) inputs.set(key, await inputOf(file, path, io));
    }
  return [...inputs.values()];
}

async function defaultFile(io: Io): Promise<string> {
  for (const name of usual) if (await isFile(resolve(io.cwd, name))) return name;
  throw new SeaworthyError("usage", `lint directory "${io.cwd}": it has no Dockerfile and no Containerfile`, {
    hint: "name a file",
  });
}

/** Is it there, and a regular file (or a link to one)? */
export async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (there) => there.isFile(),
    () => false,
  );
}

async function filesOf(name: string, io: Io): Promise<readonly string[]> {
  const there = await stat(resolve(io.cwd, name)).catch((thrown: unknown) => {
    throw unreadable(name, thrown);
  });
  if (!there.isDirectory()) return [name];
  const found = await dockerfilesIn(resolve(io.cwd, name), name, 0);
  if (found.length > 0) return found;
  throw new SeaworthyError("usage", `lint directory "${name}": there is no Dockerfile in it`, {
    hint: "name a file",
  });
}

const deepest = 32;
const closed = new Set(["node_modules", ".git"]);

async function dockerfilesIn(directory: string, name: string, depth: number): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((thrown: unknown) => {
    throw unreadable(name, thrown);
  });
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isFile() && isDockerfile(entry.name)) found.push(join(name, entry.name));
    if (entry.isDirectory() && !closed.has(entry.name) && depth < deepest)
      found.push(...(await dockerfilesIn(join(directory, entry.name), join(name, entry.name), depth + 1)));
  }
  return found;
}

// Programs and documents about Dockerfiles are called like them, too.
const others = /\.(?:dockerignore|go|golden|java|js|json|md|py|rb|rs|sh|tmpl|toml|ts|txt|ya?ml)$/i;

function isDockerfile(name: string): boolean {
  const named = /^(?:Dockerfile|Containerfile|dockerfile|containerfile)(?:\..+)?$/.test(name);
  return (named || /.\.(?:dockerfile|containerfile)$/i.test(name)) && !others.test(name);
}

async function inputOf(name: string, path: string | undefined, io: Io): Promise<LintInput> {
  const bytes = await boundedBytes(path === undefined ? io.stdin : createReadStream(path), name).catch(
    (thrown: unknown) => {
      throw thrown instanceof SeaworthyError ? thrown : unreadable(name, thrown);
    },
  );
  return { name, path, text: textOf(bytes) };
}

// Devices and pipes have no size that could be asked for.
async function boundedBytes(stream: AsyncIterable<unknown>, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > largest) throw tooLarge(name);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

// Decoding what is none would change the file when it is mended.
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function tooLarge(name: string): SeaworthyError {
  return new SeaworthyError("limit-exceeded", `read Dockerfile "${name}": more than ${largest} bytes`);
}

function unreadable(name: string, thrown: unknown): SeaworthyError {
  return new SeaworthyError("usage", `read "${name}": ${messageOf(thrown)}`, { cause: thrown });
}
