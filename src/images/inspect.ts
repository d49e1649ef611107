import { entryKinds, type LayerEntries } from "../core/layer.ts";
import {
  type FileOwner,
  type FindMember,
  type ImageTree,
  programName,
  type TreeCheck,
  type TreeFile,
  type TreeFind,
  type TreeSight,
} from "../core/sights.ts";
import { compareText } from "../core/text-order.ts";
import type { MergedLayers } from "./merge.ts";
import { childPath, type Directory, directoryPath, nodesBelow, resolvePath, type TreeNode } from "./tree.ts";
import { layerOf } from "./tree-apply.ts";

/** What one pass over the merged tree saw; who owns the paths is not yet known. */
export interface Inspection {
  readonly finds: readonly SeenFind[];
  readonly owners: readonly FileOwner[];
  /** Bytes of all visible files, each content once. */
  readonly visibleBytes: number;
}

/** A find whose members have no owners yet; `placed`: they are places that stand for what was seen, which nobody needs to own. */
export interface SeenFind extends TreeFind {
  readonly placed: boolean;
}

/** Shows every visible entry to every check, once. */
export function inspectTree(merged: MergedLayers, checks: readonly TreeCheck[]): Inspection {
  const tree: ImageTree = {
    find(path) {
      const place = resolvePath(merged.tree, path);
      return place?.node === undefined
        ? undefined
        : describe(merged, place.directory, place.name, place.node);
    },
  };
  const asked = askers(checks);
  const groups: Groups = { byKey: new Map(), counts: new Map() };
  const owners: OwnerCounts = { byIds: new Map(), last: undefined };
  const counted = new Set<number>();
  let visibleBytes = 0;
  for (const { directory, name, node } of nodesBelow(merged.tree, merged.tree.root)) {
    const file = describe(merged, directory, name, node);
    const content = typeof node === "number" ? (merged.contents.get(node) ?? node) : undefined;
    if (content !== undefined && !counted.has(content)) {
      // Only content with several names needs to be remembered.
      if (merged.contents.size > 0) counted.add(content);
      visibleBytes += file.size;
    }
    countOwner(owners, file);
    for (const check of asked.always) see(groups, check, file, tree);
    for (const check of asked.about(directory, name)) see(groups, check, file, tree);
    if (file.interpreter !== undefined) for (const check of asked.scripts) see(groups, check, file, tree);
  }
  return {
    finds: [...groups.byKey.values()].map(findOf).sort(compareFinds),
    owners: [...owners.byIds.values()].sort((a, b) => a.uid - b.uid || a.gid - b.gid),
    visibleBytes,
  };
}

function see(groups: Groups, check: TreeCheck, file: TreeFile, tree: ImageTree): void {
  const sight = check.look(file, tree);
  if (sight !== undefined) addSight(groups, check.text.id, file, sight);
}

interface Askers {
  readonly always: readonly TreeCheck[];
  readonly scripts: readonly TreeCheck[];
  /** Those that ask for programs of this name. */
  about(directory: Directory, name: string): readonly TreeCheck[];
}

// A directory of distroless' debug images is /busybox; small images have programs in the root.
const programDirectories: ReadonlySet<string> = new Set(["", "bin", "busybox", "sbin"]);
const nobody: readonly TreeCheck[] = [];

function askers(checks: readonly TreeCheck[]): Askers {
  const byName = askedFor(checks, ({ programs }) => programs);
  const anywhere = askedFor(checks, (check) => check.anywhere);
  return {
    always: checks.filter(({ programs }) => programs === undefined),
    scripts: checks.filter(({ scripts }) => scripts === true),
    about(directory, name) {
      if (!programDirectories.has(directory.name)) return anywhere.get(name) ?? nobody;
      return byName.get(name) ?? byName.get(programName(name)) ?? nobody;
    },
  };
}

function askedFor(
  checks: readonly TreeCheck[],
  namesOf: (check: TreeCheck) => ReadonlySet<string> | undefined,
): ReadonlyMap<string, readonly TreeCheck[]> {
  const byName = new Map<string, TreeCheck[]>();
  for (const check of checks)
    for (const name of namesOf(check) ?? []) byName.set(name, [...(byName.get(name) ?? []), check]);
  return byName;
}

type Counted = { -readonly [Key in keyof FileOwner]: FileOwner[Key] };

/** An entry as it stands in the merged tree. */
export function describe(merged: MergedLayers, directory: Directory, name: string, node: TreeNode): TreeFile {
  const id = typeof node === "number" ? node : node.id;
  const layer = layerOf(merged.bases, id);
  const entry = id - (merged.bases[layer] ?? 0);
  const entries = merged.entries[layer];
  const isDirectory = typeof node === "object" && node.kind === "directory";
  // A directory that no entry made came with the entry below it: nothing is known of its rights.
  const stated = entries !== undefined && (!isDirectory || entries.kind[entry] === entryKinds.directory);
  const [uid, gid] = stated ? ownerOf(entries, entry) : [0, 0];
  const content = typeof node === "number" ? (merged.contents.get(node) ?? node) : id;
  return {
    path: childPath(directory, name),
    directory: directoryPath(directory),
    name,
    kind: kindOf(entries, entry, node),
    mode: stated ? (entries.mode[entry] ?? 0) : 0o755,
    uid,
    gid,
    size: typeof node === "number" ? sizeOf(merged, content) : 0,
    layer,
    target: typeof node === "object" && node.kind === "link" ? node.target : "",
    program: typeof node === "number" ? merged.programs.get(content) : undefined,
    interpreter: typeof node === "number" ? merged.interpreters.get(content) : undefined,
    capability: stated ? entries.capabilities.get(entry) : undefined,
  };
}

function kindOf(entries: LayerEntries | undefined, entry: number, node: TreeNode): TreeFile["kind"] {
  if (typeof node === "object") return node.kind === "link" ? "symlink" : "directory";
  return entries?.kind[entry] === entryKinds.other ? "other" : "file";
}

function sizeOf({ bases, entries }: MergedLayers, id: number): number {
  const layer = layerOf(bases, id);
  return entries[layer]?.size[id - (bases[layer] ?? 0)] ?? 0;
}

// The run that reaches over the entry: the last that begins at or before it.
function ownerOf({ owners }: LayerEntries, entry: number): readonly [uid: number, gid: number] {
  let low = 0;
  let high = owners.length / 3 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((owners[middle * 3] ?? 0) <= entry) low = middle;
    else high = middle - 1;
  }
  return [owners[low * 3 + 1] ?? 0, owners[low * 3 + 2] ?? 0];
}

interface OwnerCounts {
  readonly byIds: Map<string, Counted>;
  /** The one before: most files of a directory have one owner. */
  last: Counted | undefined;
}

/** Most owners that are told apart: no image has so many, but an archive can give each file one of its own. */
const mostOwners = 10_000;

function countOwner(owners: OwnerCounts, { uid, gid, path, layer }: TreeFile): void {
  const { byIds, last } = owners;
  const known = last?.uid === uid && last.gid === gid ? last : byIds.get(`${uid} ${gid}`);
  if (known === undefined) {
    if (byIds.size === mostOwners) return;
    owners.last = { uid, gid, entries: 1, path, layer };
    byIds.set(`${uid} ${gid}`, owners.last);
    return;
  }
  owners.last = known;
  known.entries += 1;
  if (path >= known.path) return;
  known.path = path;
  known.layer = layer;
}

/** Most members that are kept of one find. */
const mostMembers = 100;
/** Most finds of one check: what is beyond is one more. An archive can make a group of each entry. */
const mostFinds = 1000;

interface Groups {
  readonly byKey: Map<string, Group>;
  /** How many there are of each check. */
  readonly counts: Map<string, number>;
}

interface Group extends Pick<TreeFind, "check" | "group" | "layer"> {
  entries: number;
  bytes: number;
  readonly placed: boolean;
  seen: Seen[];
}

interface Seen extends Pick<FindMember, "path" | "item"> {
  readonly message: string;
  entries: number;
  bytes: number;
}

function addSight(groups: Groups, check: string, file: TreeFile, sight: TreeSight): void {
  const { message, item, place } = sight;
  const { path, size } = file;
  const known = groupFor(groups, check, file, sight);
  known.entries += 1;
  known.bytes += size;
  const named = place ?? path;
  const last = known.seen.at(-1);
  if (last?.path === named) {
    last.entries += 1;
    last.bytes += size;
    return;
  }
  known.seen.push({ path: named, item, message, entries: 1, bytes: size });
  if (known.seen.length >= 4 * mostMembers) known.seen = firstOf(known.seen);
}

function groupFor(
  { byKey, counts }: Groups,
  check: string,
  { layer }: TreeFile,
  { group, place }: TreeSight,
): Group {
  const own = byKey.get(`${check}\n${layer}\n${group}`);
  if (own !== undefined) return own;
  const count = counts.get(check) ?? 0;
  const isBeyond = count >= mostFinds;
  const key = isBeyond ? check : `${check}\n${layer}\n${group}`;
  const known = byKey.get(key) ?? {
    check,
    group: isBeyond ? "" : group,
    layer,
    entries: 0,
    bytes: 0,
    placed: place !== undefined,
    seen: [],
  };
  if (!isBeyond) counts.set(check, count + 1);
  byKey.set(key, known);
  return known;
}

function firstOf(seen: readonly Seen[]): Seen[] {
  const byPath = new Map<string, Seen>();
  for (const one of seen.toSorted((a, b) => compareText(a.path, b.path))) {
    const before = byPath.get(one.path);
    if (before === undefined) {
      if (byPath.size === mostMembers) break;
      byPath.set(one.path, { ...one });
      continue;
    }
    before.entries += one.entries;
    before.bytes += one.bytes;
  }
  return [...byPath.values()];
}

function findOf({ check, group, layer, entries, bytes, placed, seen }: Group): SeenFind {
  const first = firstOf(seen);
  const members = first.map((one): FindMember => {
    return { path: one.path, item: one.item, entries: one.entries, bytes: one.bytes, owner: undefined };
  });
  return { check, group, message: first[0]?.message ?? "", layer, entries, bytes, members, placed };
}

function compareFinds(a: Pick<TreeFind, "check" | "layer" | "group">, b: typeof a): number {
  return compareText(a.check, b.check) || a.layer - b.layer || compareText(a.group, b.group);
}
