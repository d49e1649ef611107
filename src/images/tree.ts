import { SeaworthyError } from "../core/errors.ts";

/** A directory of the merged file system. */
export interface Directory {
  readonly kind: "directory";
  readonly parent: Directory | undefined;
  readonly name: string;
  readonly depth: number;
  /** Entry that made or last repeated it. */
  id: number;
  /** Changed by {@link putChild} and {@link removeChild} only. */
  children: ReadonlyMap<string, TreeNode>;
  /** Canonical path, once asked for. */
  path: string | undefined;
}

/** A symbolic link, target as written. */
export interface Link {
  readonly kind: "link";
  readonly id: number;
  readonly target: string;
}

/** Anything that is neither directory nor link is only the number of its entry: a million files must be cheap. */
export type TreeNode = number | Directory | Link;

/** Where a path leads: `node` is undefined when the directory is there and the name is not. */
export interface Place {
  readonly directory: Directory;
  readonly name: string;
  readonly node: TreeNode | undefined;
}

/**
 * A file system in memory. Steps and memory count against budgets, so that no set of links and layers takes for ever or all
 * there is.
 */
export interface Tree {
  readonly root: Directory;
  work: number;
  /** Bytes that its nodes may still take, about. */
  memory: number;
}

/** Links that a path may lead through, as Linux allows. */
const maxLinks = 40;
const maxDepth = 4096;
const maxWork = 200_000_000;
const maxMemory = 180_000_000;
/** What a name in a directory takes, and what a directory or a link does beside it. */
const nameMemory = 100;
const nodeMemory = 300;

/** An empty file system. */
export function createTree(memory: number = maxMemory): Tree {
  return { root: newDirectory(undefined, "", 0), work: 0, memory };
}

/** Counts steps. @throws SeaworthyError `limit-exceeded`. */
export function spend(tree: Tree, steps: number): void {
  tree.work += steps;
  if (tree.work > maxWork)
    throw new SeaworthyError("limit-exceeded", `merge layers: more than ${maxWork} steps`);
}

/** Canonical path of a directory; `""` for the root. */
export function directoryPath(directory: Directory): string {
  if (directory.path !== undefined) return directory.path;
  const names: string[] = [];
  let at: Directory | undefined = directory;
  while (at?.parent !== undefined && at.path === undefined) {
    names.push(at.name);
    at = at.parent;
  }
  const above = at?.path ?? "";
  const below = names.reverse().join("/");
  directory.path = above === "" ? below : `${above}/${below}`;
  return directory.path;
}

/** Path of a name in a directory. */
export function childPath(directory: Directory, name: string): string {
  const parent = directoryPath(directory);
  return parent === "" ? name : `${parent}/${name}`;
}

/** The directory at `path`, links followed; undefined when there is none. */
export function findDirectory(tree: Tree, path: string, from: Directory = tree.root): Directory | undefined {
  return descend(tree, path, from, undefined);
}

/**
 * The directory at `path`, links followed; what is missing is made, what is in the way is not. `made` is told of new ones.
 * Undefined when a link leads nowhere that can be made. @throws SeaworthyError `limit-exceeded`.
 */
export function makeDirectory(tree: Tree, path: string, id: number, clear: Clear): Directory | undefined {
  return descend(tree, path, tree.root, { id, clear });
}

/** Takes a file out of the way of a directory. */
export type Clear = (directory: Directory, name: string) => void;

/** Where `path` leads, its last link followed as well. Undefined when nothing is there, or links run in a ring. */
export function resolvePath(tree: Tree, path: string): Place | undefined {
  return followPlace(tree, placeOf(tree, path, tree.root));
}

/** Follows a link to what is no link. */
export function followPlace(tree: Tree, start: Place | undefined): Place | undefined {
  let place = start;
  for (let links = 0; place !== undefined && links <= maxLinks; links += 1) {
    const { node } = place;
    if (node === undefined) return undefined;
    if (typeof node === "number" || node.kind === "directory") return place;
    spend(tree, 1);
    place = placeOf(tree, node.target, place.directory);
  }
  return undefined;
}

/** Where `path` leads, its last part not followed. `from` is where a relative path begins. */
export function placeOf(tree: Tree, path: string, from: Directory): Place | undefined {
  const trimmed = path.replace(/\/+$/, "");
  const slash = trimmed.lastIndexOf("/");
  const name = trimmed.slice(slash + 1);
  const start = path.startsWith("/") ? tree.root : from;
  if (name === "" || name === "." || name === "..") {
    const directory = findDirectory(tree, trimmed, start);
    return directory === undefined
      ? undefined
      : { directory: directory.parent ?? directory, name: directory.name, node: directory };
  }
  const directory = findDirectory(tree, slash < 0 ? "" : trimmed.slice(0, slash), start);
  return directory === undefined ? undefined : { directory, name, node: directory.children.get(name) };
}

/** Every node below a directory, the directory itself not; parents before children. */
export function* nodesBelow(
  tree: Tree,
  top: Directory,
): Generator<{ readonly directory: Directory; readonly name: string; readonly node: TreeNode }> {
  const pending = [top];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    spend(tree, directory.children.size + 1);
    for (const [name, node] of directory.children) {
      yield { directory, name, node };
      if (typeof node !== "number" && node.kind === "directory") pending.push(node);
    }
  }
}

interface Making {
  readonly id: number;
  readonly clear: Clear;
}

function descend(
  tree: Tree,
  path: string,
  from: Directory,
  making: Making | undefined,
): Directory | undefined {
  let directory = from;
  let links = 0;
  // Parts still to go, the next one last.
  const pending = path.split("/").reverse();
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    spend(tree, 1);
    if (part === "" || part === ".") continue;
    if (part === "..") {
      directory = directory.parent ?? directory;
      continue;
    }
    const node = directory.children.get(part);
    if (typeof node === "object" && node.kind === "directory") {
      directory = node;
    } else if (typeof node === "object") {
      links += 1;
      if (links > maxLinks) return undefined;
      if (node.target.startsWith("/")) directory = tree.root;
      spend(tree, node.target.length);
      pending.push(...node.target.split("/", maxDepth).reverse());
    } else if (making === undefined) return undefined;
    else directory = make(tree, directory, part, making, node !== undefined);
  }
  return directory;
}

function make(
  tree: Tree,
  parent: Directory,
  name: string,
  { id, clear }: Making,
  occupied: boolean,
): Directory {
  if (occupied) clear(parent, name);
  return addDirectory(tree, parent, name, id);
}

/** Puts a new, empty directory under a name. @throws SeaworthyError `limit-exceeded`. */
export function addDirectory(tree: Tree, parent: Directory, name: string, id: number): Directory {
  if (parent.depth >= maxDepth)
    throw new SeaworthyError("limit-exceeded", "merge layers: too deep directories");
  const made = newDirectory(parent, name, id);
  putChild(tree, parent, name, made);
  return made;
}

/** Puts a node under a name that is free. @throws SeaworthyError `limit-exceeded`. */
export function putChild(tree: Tree, parent: Directory, name: string, node: TreeNode): void {
  charge(tree, memoryOf(node));
  if (parent.children === noChildren) parent.children = new Map([[name, node]]);
  else if (parent.children instanceof Map) parent.children.set(name, node);
}

/** Takes a node away. */
export function removeChild(tree: Tree, parent: Directory, name: string): void {
  const node = parent.children.get(name);
  if (node === undefined) return;
  tree.memory += memoryOf(node);
  if (parent.children instanceof Map) parent.children.delete(name);
}

/** Takes all nodes of a directory away. */
export function removeChildren(tree: Tree, parent: Directory): void {
  for (const node of parent.children.values()) tree.memory += memoryOf(node);
  parent.children = noChildren;
}

/** Counts memory that a tree's keeper uses beside its nodes. @throws SeaworthyError `limit-exceeded`. */
export function charge(tree: Tree, bytes: number): void {
  tree.memory -= bytes;
  if (tree.memory < 0)
    throw new SeaworthyError(
      "limit-exceeded",
      "merge layers: more files, directories and links than are kept",
    );
}

// Most directories of a deep tree hold little: an empty map for each would be half of what they take.
const noChildren: ReadonlyMap<string, TreeNode> = new Map();

function memoryOf(node: TreeNode): number {
  return typeof node === "number" ? nameMemory : nameMemory + nodeMemory;
}

function newDirectory(parent: Directory | undefined, name: string, id: number): Directory {
  const path = parent === undefined ? "" : undefined;
  const depth = parent === undefined ? 0 : parent.depth + 1;
  return { kind: "directory", parent, name, depth, id, children: noChildren, path };
}
