import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { mayBeCompose } from "../manifests/compose.ts";
import { looksLikeManifest, type ManifestTree } from "../manifests/found.ts";
import { isKustomization } from "../manifests/kustomize.ts";
import type { Io } from "./command.ts";

const mostFiles = 50_000;
const longestFile = 32 * 2 ** 20;
const headLength = 64 * 2 ** 10;

// Version control, and what package managers put there.
const passedOver: ReadonlySet<string> = new Set([".git", ".hg", ".svn", "node_modules", ".terraform"]);

/**
 * The files below directories, the files named themselves, and the standard input for `-`. Links are followed, each directory once.
 * @throws SeaworthyError `usage` for what is not there, `limit-exceeded`.
 */
export async function manifestTree(given: readonly string[], io: Io): Promise<ManifestTree> {
  const paths = new Set<string>();
  const seen = new Set<string>();
  for (const path of given) {
    if (path === "-") paths.add("-");
    else collect(posix.normalize(path).replace(/(?<=.)\/$/u, ""), io.cwd, paths, seen);
  }
  const input = paths.has("-") ? await readInput(io) : "";
  return {
    paths: [...paths].sort(),
    kind: (path) => (path === "-" ? "file" : kindOf(resolve(io.cwd, path))),
    read: (path) => (path === "-" ? input : readText(resolve(io.cwd, path), path)),
  };
}

function kindOf(path: string): "file" | "directory" | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === true) return "file";
    return found?.isDirectory() === true ? "directory" : undefined;
  } catch {
    return undefined;
  }
}

function collect(path: string, cwd: string, paths: Set<string>, seen: Set<string>): void {
  const kind = kindOf(resolve(cwd, path));
  if (kind === undefined)
    throw new SeaworthyError("usage", `read manifests "${path}": no such file or directory`, {
      hint: "name a directory, a file or - for the standard input; an image of that name is registry:NAME",
    });
  if (kind === "file") paths.add(path);
  else descend(path, cwd, paths, seen);
}

function descend(path: string, cwd: string, paths: Set<string>, seen: Set<string>): void {
  const real = realpathSync(resolve(cwd, path));
  if (seen.has(real)) return;
  seen.add(real);
  for (const name of namesIn(path, cwd, paths)) {
    if (passedOver.has(name)) continue;
    const below = posix.join(path, name);
    const kind = kindOf(resolve(cwd, below));
    if (kind === "directory") descend(below, cwd, paths, seen);
    else if (kind === "file" && isCandidate(below)) paths.add(below);
    if (paths.size > mostFiles)
      throw new SeaworthyError("limit-exceeded", `read manifests: more than ${mostFiles} files`);
  }
}

// A directory that cannot be listed stands for itself: reading it fails, and that is told as any file's failure is.
function namesIn(path: string, cwd: string, paths: Set<string>): readonly string[] {
  try {
    return readdirSync(resolve(cwd, path)).sort();
  } catch {
    paths.add(path);
    return [];
  }
}

function isCandidate(path: string): boolean {
  return /\.(?:ya?ml|json)$/iu.test(path) || isKustomization(path) || /\/charts\/[^/]+\.tgz$/u.test(path);
}

function readText(file: string, path: string): string {
  try {
    const { size } = statSync(file);
    if (size <= longestFile) return readFileSync(file, "utf8");
    const head = readHead(file);
    // Data of another kind may be as large as it likes.
    if (!looksLikeManifest(head) && !mayBeCompose(head)) return "";
    throw new SeaworthyError(
      "limit-exceeded",
      `read manifest "${path}": ${size} bytes, more than ${longestFile}`,
    );
  } catch (thrown) {
    if (thrown instanceof SeaworthyError) throw thrown;
    throw new SeaworthyError("disk-failed", `read manifest "${path}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function readHead(file: string): string {
  const handle = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(headLength);
    return bytes.toString("utf8", 0, readSync(handle, bytes));
  } finally {
    closeSync(handle);
  }
}

async function readInput({ stdin }: Io): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > longestFile)
      throw new SeaworthyError("limit-exceeded", `read the standard input: more than ${longestFile} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
