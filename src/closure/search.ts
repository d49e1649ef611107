import type { Start } from "./command.ts";
import type { LibraryPath } from "./libraries.ts";
import type { Node } from "./node.ts";
import type { Python } from "./python.ts";
import { keep, keepBelow, type Level, nameOf, type Reach, type Reason, walkPath } from "./reach.ts";
import { isGeneral } from "./system.ts";

/** A search for what an image's command reaches, under way. */
export interface Search extends Reach {
  readonly start: Start;
  readonly libraries: LibraryPath;
  readonly python: Python;
  readonly node: Node;
  readonly missing: Set<string>;
  readonly refusals: string[];
  /** What is not known of a file → the files of which that is so. */
  readonly unknowns: Map<string, Set<string>>;
  /** OS packages of which the data was looked at, with the level. */
  readonly owners: Map<string, Level>;
  /** Interpreters: what their own constants name says nothing of the application. */
  readonly interpreters: Set<string>;
}

/** Keeps what a path in a text names: a file; a directory with all in it, unless it is one of the whole system. */
export function keepNamed(search: Search, path: string, reason: Reason): void {
  const { end } = walkPath(search.files, path, search.start.workingDir);
  if (end === undefined || end.path === "") return;
  if (end.kind !== "directory") keep(search, path, reason, search.start.workingDir);
  else if (!isGeneral(end.path)) keepBelow(search, end.path, { ...reason, level: "doubtful" }, isOwnFile);
}

function isOwnFile(path: string): boolean {
  return nameOf(path) !== "node_modules";
}

/** Keeps the application's own files as they are; what is installed below them counts package by package. */
export function keepApplication(search: Search, directory: string, reason: Reason): void {
  // Where an image has nothing else below these, they are the application's.
  const isOwn = /^(?:srv|opt|home|mnt|media)$/.test(directory);
  if (directory === "" || (isGeneral(directory) && !isOwn)) return;
  if (/(?:^|\/)(?:site-packages|dist-packages|node_modules)(?:\/|$)/.test(directory)) return;
  keepBelow(search, directory, reason, (path) => !/^(?:node_modules|\.git|\.?venv)$/.test(nameOf(path)));
}

/** Keeps a shell for what gives commands to one. */
export function keepShell(search: Search, from: string): void {
  keep(search, "/bin/sh", { level: "doubtful", why: "it gives commands to a shell", from });
}

/** Notes that something is not known of a file. */
export function noteUnknown({ unknowns }: Search, what: string, path: string): void {
  const paths = unknowns.get(what) ?? new Set();
  unknowns.set(what, paths.add(path));
}

/** Notes why nothing can be said, where that is so of what surely runs; else it is a limit. */
export function refuse(search: Search, { level, from }: Reason, why: string): void {
  if (level === "needed") search.refusals.push(from === undefined ? why : `${why} (started by ${from})`);
  else search.limits.add(why);
}
