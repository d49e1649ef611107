import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/**
 * How far the links of a tree may lead: whoever wrote the tree does not get to read the rest of the machine. A file of it that is a link to a
 * secret could put that into an image's name (a `.env`, a chart's file), which is then asked of a registry of their choice.
 */
export interface Bounds {
  /** Does a path stay within the places, or their repositories? One that names no link is the user's or a kustomization's own word. */
  allows(path: string): boolean;
  /** The first link below a directory that leads out; undefined when there is none. */
  linkOut(directory: string): string | undefined;
}

/** The bounds of places that the command line names. */
export function boundsOf(places: readonly string[], cwd: string): Bounds {
  const written = places.map((place) => resolve(cwd, place));
  const roots = written.flatMap((place) => rootOf(place) ?? []);
  const allows = (path: string): boolean => {
    const target = resolve(cwd, path);
    const real = realOf(target);
    if (real === undefined || roots.some((root) => isWithin(real, root))) return true;
    return written.some((place) => real === throughNoLink(target, commonDirectory(place, target)));
  };
  return { allows, linkOut: (directory) => findLinkOut(resolve(cwd, directory), allows) };
}

// The repository that a place is in, else the directory itself.
function rootOf(place: string): string | undefined {
  const real = realOf(place);
  if (real === undefined) return undefined;
  const directory = statSync(real).isDirectory() ? real : dirname(real);
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (at === dirname(at)) return directory;
  }
}

// Links above the place are the user's own: macOS has some.
function throughNoLink(path: string, directory: string): string {
  return join(realOf(directory) ?? directory, relative(directory, path));
}

function commonDirectory(one: string, other: string): string {
  let at = dirname(one);
  while (!isWithin(other, at)) at = dirname(at);
  return at;
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function findLinkOut(top: string, allows: (path: string) => boolean): string | undefined {
  const pending = [top];
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const name of namesIn(at)) {
      const path = join(at, name);
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found?.isDirectory() === true) pending.push(path);
      else if (found?.isSymbolicLink() === true && !allows(path)) return path;
    }
  return undefined;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
