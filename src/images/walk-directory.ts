import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Extractor } from "../core/plugin.ts";
import { type Collector, createCollector, type WalkResult, type WalkTargets } from "./walk-collect.ts";
import { contentLimits, fileAccess } from "./walk-content.ts";
import type { NewEntry } from "./walk-entries.ts";

/** What a walk over a directory needs. */
export interface DirectoryWalkOptions {
  readonly extractors: readonly Extractor[];
  readonly targets?: WalkTargets | undefined;
  readonly entries?: number | undefined;
}

/**
 * Walks a root file system on disk as if it were one layer: sorted, no link followed, devices listed but not opened. What
 * cannot be read is an error of the file, by the plugin `walk` where no other wanted it. Of the machine's own root, what the
 * kernel makes up is left out.
 */
export function walkDirectory(root: string, options: DirectoryWalkOptions): WalkResult & { bytes: number } {
  const collector = createCollector(options.extractors, options.targets);
  const walk: Walk = { root, collector, left: options.entries ?? 2_000_000, bytes: 0 };
  const pending = [""];
  try {
    for (let path = pending.pop(); path !== undefined; path = pending.pop())
      // The stack gives the last first: what was found is pushed from the end.
      pending.push(...visitDirectory(walk, path).reverse());
  } catch (thrown) {
    collector.fault(thrown);
  }
  return { ...collector.finish(), bytes: walk.bytes };
}

interface Walk {
  readonly root: string;
  readonly collector: Collector;
  left: number;
  bytes: number;
}

const kernelMade: ReadonlySet<string> = new Set(["proc", "sys", "dev"]);

// Answers the subdirectories, sorted.
function visitDirectory(walk: Walk, directory: string): string[] {
  const found: string[] = [];
  for (const name of namesOf(walk, directory)) {
    const path = directory === "" ? name : `${directory}/${name}`;
    if (walk.root === "/" && kernelMade.has(path)) continue;
    walk.left -= 1;
    if (walk.left < 0)
      throw new SeaworthyError("limit-exceeded", `walk directory "${walk.root}": too many entries`);
    const stats = attempt(walk, path, () => lstatSync(join(walk.root, path)));
    if (stats === undefined) continue;
    if (stats.isDirectory()) found.push(path);
    visitEntry(walk, path, stats);
  }
  return found;
}

function namesOf(walk: Walk, directory: string): readonly string[] {
  const names = attempt(walk, directory, () => readdirSync(join(walk.root, directory))) ?? [];
  return names.sort((a, b) => (a < b ? -1 : 1));
}

function visitEntry(walk: Walk, path: string, stats: Stats): void {
  const mode = stats.mode & 0o7777;
  const attributes = { uid: stats.uid, gid: stats.gid, mtime: Math.floor(stats.mtimeMs / 1000) };
  if (stats.isFile()) return visitFile(walk, { path, kind: "file", mode, size: stats.size, attributes });
  if (!stats.isSymbolicLink()) {
    const kind = stats.isDirectory() ? "directory" : "other";
    walk.collector.add({ path, kind, mode, size: 0, attributes });
    return;
  }
  const target = attempt(walk, path, () => readlinkSync(join(walk.root, path)));
  if (target !== undefined) walk.collector.add({ path, kind: "symlink", mode, size: 0, target, attributes });
}

function visitFile(walk: Walk, entry: NewEntry): void {
  const { path, mode, size } = entry;
  walk.bytes += size;
  const index = walk.collector.add(entry);
  let descriptor = -1;
  try {
    // No link is followed even if one takes the file's place meanwhile, and a pipe there would not block.
    descriptor = openSync(
      join(walk.root, path),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    if (!fstatSync(descriptor).isFile()) throw new Error("no longer a regular file");
    readFile(walk, { index, path, mode, size, descriptor });
  } catch (thrown) {
    noteUnreadable(walk, index, entry, thrown);
  } finally {
    if (descriptor >= 0) closeSync(descriptor);
  }
}

interface OpenedFile {
  readonly index: number;
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  readonly descriptor: number;
}

const headBuffer = Buffer.alloc(512);

function readFile({ collector }: Walk, { index, path, mode, size, descriptor }: OpenedFile): void {
  const length = size === 0 ? 0 : readSync(descriptor, headBuffer, 0, 512, 0);
  const head = headBuffer.subarray(0, length);
  const wanted = collector.look(index, { path, mode, size, head });
  if (wanted.length === 0) return;
  if (size > contentLimits.spool) {
    const message = `read file of ${size} bytes: more than ${contentLimits.spool} are not looked into`;
    collector.fail(index, wanted, { code: "limit-exceeded", message });
  } else collector.extract(index, wanted, fileAccess(descriptor, size), Uint8Array.from(head));
}

function noteUnreadable({ collector }: Walk, index: number, entry: NewEntry, thrown: unknown): void {
  const candidate = { path: entry.path, mode: entry.mode, size: entry.size, head: new Uint8Array() };
  const wanted = collector.look(index, candidate);
  const problem = { code: "layer-unreadable" as const, message: `read file: ${messageOf(thrown)}` };
  collector.fail(index, wanted.length > 0 ? wanted : [{ file: candidate, plugins: [walkPlugin] }], problem);
}

// Stands in the ledger for files that could not even be looked at.
const walkPlugin: Extractor = { id: "walk", wants: () => false, extract: () => ({}) };

function attempt<T>(walk: Walk, path: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    walk.collector.fault(
      new SeaworthyError("layer-unreadable", `read "${path}": ${messageOf(thrown)}`, { cause: thrown }),
    );
    return undefined;
  }
}
