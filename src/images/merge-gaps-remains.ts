import type { Gap } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";
import type { Sighting } from "./attribution.ts";
import { ownedPaths, resolveOwners } from "./attribution-owners.ts";
import type { MergedLayers } from "./merge.ts";
import { childPath, type Directory, directoryPath, findDirectory, resolvePath, spend } from "./tree.ts";
import { layerOf } from "./tree-apply.ts";
import { baseOf, parentOf } from "./walk-path.ts";

/** What the search for code without its package's metadata rests on. */
export interface RemainsEvidence {
  readonly merged: MergedLayers;
  readonly visible: ReadonlyMap<string, number>;
  readonly sightings: readonly Sighting[];
}

/**
 * Gaps of language packages whose code is there while the file that names them is not: a package.json, METADATA or PKG-INFO
 * that a later layer deleted, or one that RECORD or npm's list says was installed and is nowhere. What npm and pip uninstall takes its code along.
 */
export function remainsGaps(evidence: RemainsEvidence): readonly Gap[] {
  const remains = new Map<string, Remains>();
  const all = [withoutManifest, neverManifested, withoutMetadata, neverNamed].flatMap((look) =>
    look(evidence),
  );
  for (const one of all) if (!remains.has(one.path)) remains.set(one.path, one);
  if (remains.size === 0) return [];
  const { merged, visible, sightings } = evidence;
  const codes = [...remains.values()].map(({ code }) => code);
  const owners = resolveOwners(merged, visible, sightings, codes);
  // The OS package that owns the code is matched in its place.
  return [...remains.values()]
    .filter(({ code }) => owners.osOwner(code) === undefined)
    .toSorted((a, b) => compareText(a.path, b.path))
    .map(gapOf);
}

/** A package that nothing names any more. */
interface Remains {
  /** Of the file that named it, or should. */
  readonly path: string;
  readonly layer: number;
  readonly state: "gone" | "never";
  readonly owner: string;
  /** A file of its code. */
  readonly code: string;
}

function gapOf({ path, layer, state, owner, code }: Remains): Gap {
  const said =
    state === "gone"
      ? `it is gone since layer ${layer}, while code of ${owner} is there ("${code}")`
      : `it is not there, while code of ${owner} is ("${code}")`;
  return { code: "file-unreadable", message: `read "${path}": ${said}`, layer, path };
}

// Sightings of one type that a layer ended, and nothing stands in their place; the last of each path.
function ended({ sightings, visible }: RemainsEvidence, type: Sighting["found"]["type"]): readonly Ended[] {
  const last = new Map<string, Ended>();
  for (const sighting of sightings) {
    const { removedIn, found, path } = sighting;
    if (removedIn === undefined || found.type !== type || visible.has(path)) continue;
    if ((last.get(path)?.removedIn ?? -1) < removedIn) last.set(path, { ...sighting, removedIn });
  }
  return [...last.values()];
}

type Ended = Sighting & { readonly removedIn: number };

function withoutManifest(evidence: RemainsEvidence): readonly Remains[] {
  return ended(evidence, "npm").flatMap((sighting) => {
    const { path, found, removedIn } = sighting;
    if (baseOf(path) !== "package.json") return [];
    const { namespace, name, version } = found;
    const code = programText(evidence.merged, parentOf(path), removedIn);
    const owner = `npm ${namespace === undefined ? "" : `${namespace}/`}${name}@${version}`;
    return code === undefined ? [] : [{ path, layer: removedIn, state: "gone", owner, code }];
  });
}

// What npm itself has written down as installed.
function neverManifested({ merged, visible }: RemainsEvidence): readonly Remains[] {
  const lists = [...visible].filter(([path]) => baseOf(path) === ".package-lock.json");
  const owned = lists.flatMap(([, id]) => merged.finds.get(id, "owns").flatMap(({ owns }) => owns));
  return owned.flatMap(({ owner, paths }) =>
    ownedPaths({ owner, os: false, paths }).flatMap((path) => {
      if (typeof resolvePath(merged.tree, path)?.node === "number") return [];
      const code = programText(merged, parentOf(path), merged.bases.length);
      const id = findDirectory(merged.tree, parentOf(path))?.id;
      if (code === undefined || id === undefined) return [];
      return [{ path, layer: layerOf(merged.bases, id), state: "never" as const, owner, code }];
    }),
  );
}

const javaScript = /\.(?:[cm]?js|node|wasm)$/;

// The first file of code of lower layers in a package's own directory; what is below its node_modules is of other packages.
function programText(merged: MergedLayers, path: string, before: number): string | undefined {
  const top = findDirectory(merged.tree, path);
  if (top === undefined || directoryPath(top) !== path) return undefined;
  const pending: Directory[] = [top];
  const found: string[] = [];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    spend(merged.tree, at.children.size + 1);
    for (const [name, node] of at.children) {
      if (typeof node === "number") {
        if (javaScript.test(name) && layerOf(merged.bases, node) < before) found.push(childPath(at, name));
      } else if (node.kind === "directory" && name !== "node_modules") pending.push(node);
    }
  }
  return found.toSorted(compareText)[0];
}

function withoutMetadata(evidence: RemainsEvidence): readonly Remains[] {
  const { merged } = evidence;
  const installed = installedPlaces(evidence);
  return ended(evidence, "pypi").flatMap(({ path, found, removedIn }) => {
    const info = parentOf(path);
    if (!infoName.test(info) || installed.has(placeOf(info, found.name))) return [];
    const lists = listNames.map((name) => listBefore(merged, `${info}/${name}`, removedIn));
    const code = codeOf(merged, info, found.name, lists, removedIn);
    const owner = `pypi ${found.name}@${found.version}`;
    return code === undefined ? [] : [{ path, layer: removedIn, state: "gone" as const, owner, code }];
  });
}

const infoName = /\.(?:dist|egg)-info$/;
const listNames = ["RECORD", "installed-files.txt"];

// An upgrade writes a directory of another name, and may leave files as they were.
function installedPlaces({ sightings }: RemainsEvidence): ReadonlySet<string> {
  const visible = sightings.filter(
    ({ found, removedIn }) => found.type === "pypi" && removedIn === undefined,
  );
  return new Set(visible.map(({ found, path }) => placeOf(parentOf(path), found.name)));
}

function placeOf(info: string, name: string): string {
  return `${parentOf(info)}\n${name.toLowerCase().replace(/[-_.]+/g, "-")}`;
}

function listBefore({ states }: MergedLayers, path: string, layer: number): number | undefined {
  return states.get(path)?.findLast((state) => state.layer < layer)?.id;
}

function codeOf(
  merged: MergedLayers,
  info: string,
  name: string,
  lists: readonly (number | undefined)[],
  before: number,
): string | undefined {
  const known = lists.filter((id) => id !== undefined);
  if (known.length === 0) return moduleOf(merged, parentOf(info), name, before);
  return known.map((id) => listedCode(merged, id, before)).find((code) => code !== undefined);
}

const pythonCode = /\.(?:py|so|pyd)$/;

// The first file of code that a list names, lower layers brought and is still there.
function listedCode({ finds, tree, bases }: MergedLayers, id: number, before: number): string | undefined {
  return finds
    .get(id, "owns")
    .flatMap(({ owns }) => owns.flatMap(ownedPaths))
    .filter((path) => pythonCode.test(path))
    .find((path) => {
      const node = resolvePath(tree, path)?.node;
      return typeof node === "number" && layerOf(bases, node) < before;
    });
}

// Without a list: the module that has the distribution's name, as most have.
function moduleOf(
  { tree, bases }: MergedLayers,
  site: string,
  name: string,
  before: number,
): string | undefined {
  const module = `${site}/${name.toLowerCase().replace(/[-.]+/g, "_")}`;
  const place = resolvePath(tree, `${module}.py`)?.node;
  if (typeof place === "number" && layerOf(bases, place) < before) return `${module}.py`;
  const directory = findDirectory(tree, module);
  const file = [...(directory?.children ?? [])].find(
    ([child, node]) => typeof node === "number" && pythonCode.test(child) && layerOf(bases, node) < before,
  );
  return file === undefined ? undefined : `${module}/${file[0]}`;
}

function neverNamed(evidence: RemainsEvidence): readonly Remains[] {
  const { merged, visible } = evidence;
  const installed = installedPlaces(evidence);
  return [...infoDirectories(evidence)].flatMap(([info, directory]) => {
    const path = `${info}/${info.endsWith(".dist-info") ? "METADATA" : "PKG-INFO"}`;
    const [name = "", version] = baseOf(info).replace(infoName, "").split("-");
    if (typeof resolvePath(merged.tree, path)?.node === "number" || installed.has(placeOf(info, name)))
      return [];
    const lists = listNames.map((list) => visible.get(`${info}/${list}`));
    const code = codeOf(merged, info, name, lists, merged.bases.length);
    if (code === undefined) return [];
    const owner = `pypi ${version === undefined ? name : `${name}@${version}`}`;
    return [{ path, layer: layerOf(merged.bases, directory.id), state: "never" as const, owner, code }];
  });
}

// Directories that stand for a distribution: those with a list, and all beside one that is or was installed.
function infoDirectories({ merged, visible, sightings }: RemainsEvidence): ReadonlyMap<string, Directory> {
  const found = new Map<string, Directory>();
  const add = (info: string, directory: Directory | undefined): void => {
    // pip passes over what a broken upgrade of its own renamed to `~ip-23.0.dist-info`.
    if (directory !== undefined && directory.children.size > 0 && !baseOf(info).startsWith("~"))
      found.set(info, directory);
  };
  for (const path of visible.keys())
    if (listNames.includes(baseOf(path))) add(parentOf(path), findDirectory(merged.tree, parentOf(path)));
  const infos = sightings.filter(({ found: { type } }) => type === "pypi").map(({ path }) => parentOf(path));
  for (const site of new Set(infos.filter((info) => infoName.test(info)).map(parentOf)))
    for (const [name, node] of findDirectory(merged.tree, site)?.children ?? [])
      if (typeof node === "object" && node.kind === "directory" && infoName.test(name))
        add(`${site}/${name}`, node);
  return found;
}
