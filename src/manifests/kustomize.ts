import { posix } from "node:path";
import { splitReference } from "../core/reference.ts";
import { type YamlMap, type YamlValue, yamlAt, yamlItems, yamlTextAt } from "../formats/yaml.ts";
import { documentsOf, type Finds, type Found, gapOf, type ManifestTree, nothing, together } from "./found.ts";
import { withVersion } from "./image-parts.ts";
import { kubernetesImages, mayHoldImages } from "./kubernetes.ts";
import { patched, patchesOf } from "./kustomize-patch.ts";

/** The names that kustomize looks for, in its order. */
const names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Is the file a kustomization by its name? */
export function isKustomization(path: string): boolean {
  return names.includes(posix.basename(path));
}

/** What the overlays of a tree come to, and the files that are a part of them and stand for nothing alone. */
export interface Kustomized extends Finds {
  readonly consumed: ReadonlySet<string>;
}

/**
 * The images of the kustomizations that no other one uses, as `kustomize build` would leave them: resources, bases and components,
 * patches, then the images transformer. Nothing is fetched: a remote base is a gap.
 */
export function kustomizedImages(tree: ManifestTree): Kustomized {
  const files = tree.paths.filter(isKustomization);
  const used = new Set<string>();
  const consumed = new Set<string>();
  const budget = { left: mostSteps };
  const builds = new Map(
    files.map((file) => [file, build({ tree, used, consumed, depth: 0, budget }, file, nothing, [])]),
  );
  const roots = files.filter((file) => !used.has(file));
  // In a ring each is used by another: then all of them count.
  const tops = roots.length === 0 ? files : roots;
  return { ...together(tops.map((file) => builds.get(file) ?? nothing)), consumed };
}

interface Building {
  readonly tree: ManifestTree;
  /** Kustomizations that another one names. */
  readonly used: Set<string>;
  readonly consumed: Set<string>;
  readonly depth: number;
  /** Images that may still be handled, each once a level: a base may be used over and over. */
  readonly budget: { left: number };
}

const deepest = 32;
const mostSteps = 500_000;
/** Images of a level times images of its patches. */
const mostComparisons = 20_000_000;

// What a component changes is what was there before it: `given`.
function build(state: Building, file: string, given: Finds, above: readonly string[]): Finds {
  state.consumed.add(file);
  if (above.includes(file) || state.depth > deepest)
    return together([given, gapOf("source-absent", "kustomization uses itself", file)]);
  if (state.budget.left <= 0)
    return together([given, gapOf("source-absent", `bases come to more than ${mostSteps} images`, file)]);
  const { documents, gaps } = documentsOf(
    state.tree,
    file,
    () => true,
    () => true,
  );
  const [document] = documents;
  if (document === undefined || document.value.kind !== "map") return together([given, { ...nothing, gaps }]);
  const kustomization = document.value;
  const deeper = { ...state, depth: state.depth + 1 };
  const next = [...above, file];
  const bases = [...texts(kustomization, "resources"), ...texts(kustomization, "bases")];
  const resources = bases.map((path) => resource(deeper, file, path, next));
  let all = together([given, { ...nothing, gaps }, ...resources, unread(kustomization, file)]);
  for (const path of texts(kustomization, "components")) all = component(deeper, file, path, all, next);
  const patches = patchesOf(kustomization, file, state.tree);
  for (const path of patches.files) state.consumed.add(path);
  state.budget.left -= 1 + all.uses.length;
  if (all.uses.length * patches.size > mostComparisons)
    return together([
      all,
      { ...nothing, gaps: patches.gaps },
      gapOf("source-absent", `patches are not carried out: more than ${mostComparisons} comparisons`, file),
    ]);
  const changed = patched(all, patches);
  return { ...changed, uses: changed.uses.map((use) => transformed(use, kustomization, file)) };
}

function texts(map: YamlMap, key: string): readonly string[] {
  return yamlItems(map, key).flatMap((item) => (item.kind === "text" ? item.text : []));
}

function resource(state: Building, from: string, path: string, above: readonly string[]): Finds {
  const target = locate(state, from, path);
  if (typeof target !== "string") return target;
  if (isKustomization(target)) return build(state, target, nothing, above);
  state.consumed.add(target);
  const { documents, gaps } = documentsOf(state.tree, target, mayHoldImages, () => true);
  return together([{ ...nothing, gaps }, ...documents.map(kubernetesImages)]);
}

function component(
  state: Building,
  from: string,
  path: string,
  given: Finds,
  above: readonly string[],
): Finds {
  const target = locate(state, from, path);
  if (typeof target !== "string") return together([given, target]);
  return build(state, target, given, above);
}

// A file, or the kustomization of a directory.
function locate({ tree, used }: Building, from: string, path: string): string | Finds {
  if (isRemote(path)) return gapOf("source-absent", `remote base "${path}" is not fetched`, from);
  const target = posix.join(posix.dirname(from), path);
  const kind = tree.kind(target);
  if (kind === "file") return target;
  if (kind === undefined) return gapOf("source-absent", `there is no "${target}"`, from);
  const found = names.map((name) => posix.join(target, name)).find((each) => tree.kind(each) === "file");
  if (found === undefined) return gapOf("source-absent", `there is no kustomization in "${target}"`, from);
  used.add(found);
  return found;
}

// https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md
function isRemote(path: string): boolean {
  return /:\/\/|^git@|^git::|[?&](?:ref|version)=|^(?:www\.)?(?:github|gitlab|bitbucket)\.(?:com|org)[/:]/u.test(
    path,
  );
}

// Parts of a kustomization by which images come in or change, and that are not carried out here.
const unreadParts = [
  "helmCharts",
  "helmChartInflationGenerator",
  "generators",
  "transformers",
  "replacements",
];

function unread(kustomization: YamlMap, file: string): Finds {
  const found = unreadParts.filter((key) => yamlItems(kustomization, key).length > 0);
  return together(
    found.map((key) =>
      gapOf(
        "source-absent",
        `"${key}" of the kustomization is not carried out`,
        file,
        yamlAt(kustomization, key)?.line,
      ),
    ),
  );
}

// Every entry in its turn, on what the one before left; containers and image volumes, as kustomize's own field list has them.
function transformed(use: Found, kustomization: YamlMap, file: string): Found {
  const namespace = yamlTextAt(kustomization, "namespace");
  const placed = namespace === undefined ? use : { ...use, namespace };
  if (!["containers", "initContainers"].includes(use.field) && !use.pointer.endsWith("/reference"))
    return placed;
  let { image } = use;
  for (const entry of yamlItems(kustomization, "images")) image = replaced(image, entry);
  return image === use.image ? placed : { ...placed, image, via: file };
}

// A new tag or digest takes the place of both (https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/imagetag/updater.go).
function replaced(image: string, entry: YamlValue): string {
  const { name, tag, digest } = splitReference(image);
  if (yamlTextAt(entry, "name") !== name) return image;
  const text = (key: string): string => yamlTextAt(entry, key) ?? "";
  const newName = text("newName") || name;
  const [newTag, newDigest, suffix] = [text("newTag"), text("digest"), text("tagSuffix")];
  if (newTag !== "" || newDigest !== "") return versioned(newName, newTag, newDigest);
  return suffix === "" ? versioned(newName, tag, digest) : versioned(newName, `${tag}${suffix}`, "");
}

function versioned(name: string, tag: string, digest: string): string {
  return withVersion(name, tag === "" ? undefined : tag, digest === "" ? undefined : digest);
}
