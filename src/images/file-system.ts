import type { FileFacts } from "../core/facts.ts";
import { type FileSystem, ownerKey } from "../core/file-system.ts";
import { compareText } from "../core/text-order.ts";
import { visibleContents } from "./attribution.ts";
import { createCanonicalPath, ownedPaths } from "./attribution-owners.ts";
import { describe } from "./inspect.ts";
import type { MergedLayers } from "./merge.ts";
import { childPath, type Directory, findDirectory, nodesBelow, type TreeNode } from "./tree.ts";

/** The merged layers for questions about single paths, with what was read in each file and who owns it. */
export function fileSystemOf(merged: MergedLayers): FileSystem {
  const { owners, owned } = ownerships(merged);
  return {
    entry(path) {
      const [directory, name] = parentIn(merged, path);
      const node = directory?.children.get(name);
      return directory === undefined || node === undefined
        ? undefined
        : describe(merged, directory, name, node);
    },
    list(path) {
      const directory = path === "" ? merged.tree.root : directoryIn(merged, path);
      return directory === undefined ? [] : [...directory.children.keys()].sort(compareText);
    },
    facts: (path) => factsOf(merged, path),
    owners: (path) => owners.get(path) ?? [],
    owned: (owner) => owned.get(owner) ?? [],
  };
}

function parentIn(merged: MergedLayers, path: string): readonly [Directory | undefined, string] {
  const slash = path.lastIndexOf("/");
  const directory = slash < 0 ? merged.tree.root : directoryIn(merged, path.slice(0, slash));
  return [directory, path.slice(slash + 1)];
}

// No link is followed: paths are canonical.
function directoryIn({ tree }: MergedLayers, path: string): Directory | undefined {
  let at: Directory = tree.root;
  for (const part of path.split("/")) {
    const node: TreeNode | undefined = at.children.get(part);
    if (typeof node !== "object" || node.kind !== "directory") return undefined;
    at = node;
  }
  return at;
}

function factsOf(merged: MergedLayers, path: string): readonly FileFacts[] {
  const [directory, name] = parentIn(merged, path);
  const node = directory?.children.get(name);
  if (typeof node !== "number") return [];
  const finds = merged.finds.get(merged.contents.get(node) ?? node, "facts");
  return finds.flatMap(({ facts }) => facts ?? []);
}

interface Ownerships {
  readonly owners: ReadonlyMap<string, readonly string[]>;
  readonly owned: ReadonlyMap<string, readonly string[]>;
}

function ownerships(merged: MergedLayers): Ownerships {
  const owners = new Map<string, string[]>();
  const below = new Map<string, string>();
  const canonical = createCanonicalPath(merged);
  for (const id of visibleContents(merged).values())
    for (const { owns } of merged.finds.get(id, "owns"))
      for (const ownership of owns)
        for (const path of ownedPaths(ownership)) {
          const place = canonical(path.replace(/\/+$/, ""));
          if (place === undefined) continue;
          const owner = ownerKey(ownership.owner);
          if (path.endsWith("/")) below.set(place, owner);
          else add(owners, place, owner);
        }
  const owned = new Map<string, string[]>();
  const all = new Map<string, readonly string[]>();
  for (const { directory, name, node } of nodesBelow(merged.tree, merged.tree.root)) {
    if (
      typeof node === "object" &&
      (node.kind === "directory" || leadsToDirectory(merged, directory, node.target))
    )
      continue;
    const path = childPath(directory, name);
    const nearest = below.size === 0 ? undefined : ownerAbove(below, path);
    if (nearest !== undefined) add(owners, path, nearest);
    const own = owners.get(path);
    if (own === undefined) continue;
    all.set(path, own);
    for (const owner of own) add(owned, owner, path);
  }
  for (const paths of owned.values()) paths.sort(compareText);
  return { owners: all, owned };
}

// Every package of a merged /usr lists `/lib`, which is a directory to it and a link here.
function leadsToDirectory({ tree }: MergedLayers, from: Directory, target: string): boolean {
  return findDirectory(tree, target, target.startsWith("/") ? tree.root : from) !== undefined;
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  // The same owner tells its paths one after the other.
  else if (values.at(-1) !== value) values.push(value);
}

function ownerAbove(below: ReadonlyMap<string, string>, path: string): string | undefined {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const owner = below.get(path.slice(0, end));
    if (owner !== undefined) return owner;
  }
  return undefined;
}
