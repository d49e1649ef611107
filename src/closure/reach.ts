import type { FileSystem } from "../core/file-system.ts";
import type { TreeFile } from "../core/sights.ts";

/** `needed`: proven. `doubtful`: it may be asked for, and nothing proves that it is not. */
export type Level = "needed" | "doubtful";

/** Why a path is kept; `from` is the file that asks for it, undefined for the image's own config. */
export interface Reason {
  readonly level: Level;
  readonly why: string;
  readonly from: string | undefined;
}

/** What was found so far to be reached, and what is still to be looked into. */
export interface Reach {
  readonly files: FileSystem;
  /** Canonical path → why it is kept: files, links, and directories that are kept for their own sake. */
  readonly kept: Map<string, Reason>;
  readonly queue: string[];
  /** In words what cannot be known. */
  readonly limits: Set<string>;
}

const maxLinks = 40;

/** Where a path leads: the links on the way, and what stands at its end. */
export interface Walked {
  readonly links: readonly string[];
  readonly end: TreeFile | undefined;
}

/** Follows a path from `base` (for a relative one) through all links. */
export function walkPath(files: FileSystem, path: string, base = ""): Walked {
  const links: string[] = [];
  const pending = path.split("/").reverse();
  let at = path.startsWith("/") ? "" : base;
  let end: TreeFile | undefined = rootEntry;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      at = directoryOf(at);
      end = at === "" ? rootEntry : files.entry(at);
      continue;
    }
    const next = at === "" ? part : `${at}/${part}`;
    end = files.entry(next);
    if (end === undefined) return { links, end };
    if (end.kind !== "symlink") {
      at = next;
      continue;
    }
    links.push(next);
    if (links.length > maxLinks) return { links, end: undefined };
    if (end.target.startsWith("/")) at = "";
    pending.push(...end.target.split("/").reverse());
    end = at === "" ? rootEntry : files.entry(at);
  }
  return { links, end };
}

const rootEntry: TreeFile = {
  path: "",
  name: "",
  directory: "",
  kind: "directory",
  mode: 0o755,
  uid: 0,
  gid: 0,
  size: 0,
  layer: 0,
  target: "",
  program: undefined,
  capability: undefined,
};

/** Directory part of a path. */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/** Last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A name in a directory. */
export function within(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

/** Keeps what a path leads to, with the links on the way. Answers it, or undefined when nothing is there. */
export function keep(reach: Reach, path: string, reason: Reason, base = ""): TreeFile | undefined {
  const { links, end } = walkPath(reach.files, path, base);
  if (end === undefined || end.path === "" || end.kind === "other" || isRuntimes(end.path)) return undefined;
  for (const link of links) mark(reach, link, reason);
  mark(reach, end.path, reason);
  return end;
}

// A runtime mounts its own over these.
function isRuntimes(path: string): boolean {
  return /^(?:dev|proc|sys)(?:\/|$)/.test(path);
}

/** Keeps a directory with all below it that `accepts` lets pass; links in it with what they lead to. */
export function keepBelow(
  reach: Reach,
  directory: string,
  reason: Reason,
  accepts: (path: string) => boolean = () => true,
): void {
  const top = keep(reach, `/${directory}`, reason);
  if (top?.kind !== "directory") return;
  const pending = [top.path];
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const name of reach.files.list(at)) {
      const path = within(at, name);
      if (!accepts(path)) continue;
      const entry = reach.files.entry(path);
      if (entry?.kind === "symlink") {
        mark(reach, path, reason);
        keep(reach, `/${path}`, reason);
      } else {
        mark(reach, path, reason);
        if (entry?.kind === "directory") pending.push(path);
      }
    }
}

// What is proven beats a doubt, and all that hangs on it is looked at once more.
function mark(reach: Reach, path: string, reason: Reason): void {
  const known = reach.kept.get(path);
  if (known !== undefined && (known.level === "needed" || reason.level === "doubtful")) return;
  reach.kept.set(path, reason);
  reach.queue.push(path);
}
