import type { Problem } from "../core/plugin.ts";

/** Normalises the paths that a package database says its packages own, and bounds how many one file may tell. */
export interface OwnedPaths {
  /**
   * Adds `path` to `paths` without its leading slash; what is no path of a file (`/.`, a directory's trailing slash, longer than
   * PATH_MAX) is left out. Above the bounds nothing is added any more.
   */
  add(paths: string[], path: string): void;
  /** Set when the bounds were passed: what is read after that has no owner. */
  problems(): readonly Problem[];
}

/** Bounds over one database file: three times what a full RHEL has. */
const maxPaths = 1_000_000;
const maxCharacters = 96 * 2 ** 20;
const pathMax = 4096;

/** A fresh count for one file, named `what` in the problem. */
export function createOwnedPaths(what: string): OwnedPaths {
  let paths = 0;
  let characters = 0;
  const isOver = (): boolean => paths > maxPaths || characters > maxCharacters;
  const message = `read ${what}: more than ${maxPaths} owned paths or ${maxCharacters} characters of them`;
  return {
    add(list, path) {
      const start = path.startsWith("/") ? 1 : path.startsWith("./") ? 2 : 0;
      const length = path.length - start;
      if (length < 1 || length > pathMax || path.endsWith("/") || path === "." || path === "/.") return;
      if (isOver()) return;
      paths += 1;
      characters += length;
      if (!isOver()) list.push(start === 0 ? path : path.slice(start));
    },
    problems: () => (isOver() ? [{ code: "limit-exceeded", message }] : []),
  };
}
