import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { mayBeCompose } from "../manifests/compose.ts";
import { looksLikeManifest, type ManifestTree } from "../manifests/found.ts";
import { isKustomization } from "../manifests/kustomize.ts";
import type { Io } from "./command.ts";
import { type Bounds, boundsOf } from "./manifest-bounds.ts";

const mostFiles = 50_000;
const longestFile = 32 * 2 ** 20;
const headLength = 64 * 2 ** 10;

// Version control, and what package managers put there.
const passedOver: ReadonlySet<string> = new Set([".git", ".hg", ".svn", "node_modules", ".terraform"]);

/** A tree whose links are known. */
export interface LinkedTree extends ManifestTree {
  /** The first link below a directory that leads out of the places that were named; undefined when there is none. */
  linkOut(directory: string): string | undefined;
}

/**
 * The files below directories, the files named themselves, and the standard input for `-`. Links are followed, each directory
 * once, but not out of those places, of `beside` and their repositories: what is there is not the writer's of the tree.
 * @throws SeaworthyError `usage` for what is not there, `limit-exceeded`.
 */
export async function manifestTree(
  given: readonly string[],
  beside: readonly string[],
  io: Io,
): Promise<LinkedTree> {
  const paths = new Set<string>();
  const seen = new Set<string>();
  const places = given.filter((path) => path !== "-");
  const bounds = boundsOf([...places, ...beside], io.cwd);
  if (places.length < given.length) paths.add("-");
  for (const path of places)
    collect(posix.normalize(path).replace(/(?<=.)\/$/u, ""), { cwd: io.cwd, bounds, paths, seen });
  const input = paths.has("-") ? await readInput(io) : "";
  return {
    paths: [...paths].sort(),
    kind: (path) => (path === "-" ? "file" : kindOf(resolve(io.cwd, path))),
    read: (path) => {
      if (path === "-") return input;
      if (!bounds.allows(path)) throw leadsOut(path);
      return readText(resolve(io.cwd, path), path);
    },
    linkOut: (directory) => bounds.linkOut(directory),
  };
}

function leadsOut(path: string): SeaworthyError {
  return new SeaworthyError("disk-failed", `read manifest "${path}": a link leads out of the named places`, {
    hint: "name the place that it leads to as well",
  });
}

interface Walk {
  readonly cwd: string;
  readonly bounds: Bounds;
  readonly paths: Set<string>;
  readonly seen: Set<string>;
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

function collect(path: string, walk: Walk): void {
  const kind = kindOf(resolve(walk.cwd, path));
  if (kind === undefined)
    throw new SeaworthyError("usage", `read manifests "${path}": no such file or directory`, {
      hint: "name a directory, a file or - for the standard input; an image of that name is registry:NAME",
    });
  if (kind === "file") walk.paths.add(path);
  else descend(path, walk);
}

function descend(path: string, walk: Walk): void {
  const { cwd, bounds, paths, seen } = walk;
  const real = realpathSync(resolve(cwd, path));
  if (seen.has(real)) return;
  seen.add(real);
  for (const name of namesIn(path, cwd, paths)) {
    if (passedOver.has(name)) continue;
    const below = posix.join(path, name);
    const kind = kindOf(resolve(cwd, below));
    // One that leads out stands for itself: reading it fails, and that is told.
    if (kind === "directory" && !bounds.allows(below)) paths.add(below);
    else if (kind === "directory") descend(below, walk);
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
    if (size <= longestFile) return decoded(readFileSync(file));
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

// As YAML has it (https://yaml.org/spec/1.2.2/#52-character-encodings): what PowerShell's `>` writes is UTF-16.
function decoded(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return bytes.toString("utf8");
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
  return decoded(Buffer.concat(chunks));
}
