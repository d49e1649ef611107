import { SeaworthyError } from "../core/errors.ts";

/** Normalises the paths that a package database says its packages own, and bounds how many one file may tell. */
export interface OwnedPaths {
  /**
   * Adds `path` to `paths` without its leading slash; what is no path of a file (`/.`, a directory's trailing slash, longer than
   * PATH_MAX) is left out. @throws SeaworthyError `limit-exceeded`.
   */
  add(paths: string[], path: string): void;
}

/** Bounds over one database file: an image of a million files stays below both. */
const maxPaths = 3_000_000;
const maxCharacters = 192 * 2 ** 20;
const pathMax = 4096;

/** A fresh count for one file, named `what` in the error. */
export function createOwnedPaths(what: string): OwnedPaths {
  let paths = 0;
  let characters = 0;
  return {
    add(list, path) {
      const start = path.startsWith("/") ? 1 : path.startsWith("./") ? 2 : 0;
      const length = path.length - start;
      if (length < 1 || length > pathMax || path.endsWith("/") || path === "." || path === "/.") return;
      paths += 1;
      characters += length;
      if (paths > maxPaths || characters > maxCharacters)
        throw new SeaworthyError(
          "limit-exceeded",
          `read ${what}: more than ${maxPaths} owned paths or ${maxCharacters} characters of them`,
        );
      list.push(start === 0 ? path : path.slice(start));
    },
  };
}
