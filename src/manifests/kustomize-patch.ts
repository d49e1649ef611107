import { posix } from "node:path";
import { messageOf } from "../core/errors.ts";
import { type YamlMap, type YamlText, type YamlValue, yamlItems, yamlTextAt } from "../formats/yaml.ts";
import {
  type Document,
  type Finds,
  type Found,
  gapOf,
  lineWithin,
  type ManifestTree,
  nothing,
  parsed,
  together,
} from "./found.ts";
import { isObject, kubernetesImages } from "./kubernetes.ts";

/** The patches of a kustomization that name images. */
export interface Patches {
  readonly patches: readonly Patch[];
  /** Files that the patches stand in. */
  readonly files: readonly string[];
  readonly gaps: Finds["gaps"];
  /** How many images they set or take away. */
  readonly size: number;
}

type Patch =
  | {
      readonly kind: "strategic";
      readonly target: Target | undefined;
      readonly file: string;
      readonly uses: readonly Found[];
      readonly removals: readonly Removal[];
    }
  | { readonly kind: "json"; readonly target: Target | undefined; readonly operations: readonly Operation[] };

/** What `$patch: delete` takes away: a container of an object, or the object (https://github.com/kubernetes/community/blob/main/contributors/devel/sig-api-machinery/strategic-merge-patch.md). */
interface Removal extends Pick<Found, "kind" | "name" | "field"> {
  /** Null: all of the object. */
  readonly container: string | null;
}

/** One step of a JSON patch that sets an image or takes a place away (https://www.rfc-editor.org/rfc/rfc6902). */
type Operation = Setting | { readonly removes: string };

interface Setting {
  readonly pointer: string;
  readonly image: string;
  readonly place: Pick<Found, "file" | "document" | "line" | "column">;
  readonly adds: boolean;
  readonly container: string | null;
}

/** Kind and name are regular expressions there, anchored; what is not said matches all. */
interface Target {
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly selects: boolean;
}

/** Reads `patches`, `patchesStrategicMerge` and `patchesJson6902`. */
export function patchesOf(kustomization: YamlMap, from: string, tree: ManifestTree): Patches {
  const sources = [
    ...yamlItems(kustomization, "patches"),
    ...yamlItems(kustomization, "patchesJson6902"),
    ...yamlItems(kustomization, "patchesStrategicMerge"),
  ];
  const read = sources.map((source) => patchOf(source, from, tree));
  const patches = read.flatMap((one) => one.patches);
  return {
    patches,
    size: patches.reduce((sum, patch) => sum + sizeOf(patch), 0),
    files: read.flatMap(({ files }) => files),
    gaps: read.flatMap(({ gaps }) => gaps),
  };
}

function sizeOf(patch: Patch): number {
  return patch.kind === "json" ? patch.operations.length : patch.uses.length + patch.removals.length;
}

const none: Pick<Patches, "patches" | "files" | "gaps"> = { patches: [], files: [], gaps: [] };
type Part = typeof none;

function patchOf(source: YamlValue, from: string, tree: ManifestTree): Part {
  const target = source.kind === "map" ? targetOf(source) : undefined;
  const inline = source.kind === "text" ? source : textOf(source, "patch");
  const path = source.kind === "text" ? source.text : yamlTextAt(source, "path");
  // patchesStrategicMerge has paths and patches in one list.
  if (inline !== undefined && (source.kind !== "text" || /\n|:\s/u.test(inline.text)))
    return readPatch({ file: from, text: inline.text, line: (line) => lineWithin(inline, line) }, target);
  if (path === undefined) return none;
  const file = posix.join(posix.dirname(from), path);
  if (tree.kind(file) !== "file")
    return { ...none, gaps: gapOf("source-absent", `there is no patch "${file}"`, from, source.line).gaps };
  try {
    return { ...readPatch({ file, text: tree.read(file), line: (line) => line }, target), files: [file] };
  } catch (thrown) {
    return { ...none, files: [file], gaps: gapOf("manifest-unreadable", messageOf(thrown), file).gaps };
  }
}

function textOf(value: YamlValue, key: string): YamlText | undefined {
  const found = value.kind === "map" ? value.entries.get(key) : undefined;
  return found?.kind === "text" ? found : undefined;
}

function targetOf(source: YamlMap): Target | undefined {
  const target = source.entries.get("target");
  if (target === undefined) return undefined;
  const selects = ["labelSelector", "annotationSelector", "namespace"].some(
    (key) => yamlTextAt(target, key) !== undefined,
  );
  return { kind: yamlTextAt(target, "kind"), name: yamlTextAt(target, "name"), selects };
}

interface PatchText {
  readonly file: string;
  readonly text: string;
  readonly line: (line: number) => number;
}

function readPatch({ file, text, line }: PatchText, target: Target | undefined): Part {
  const { documents, gaps } = parsed(
    file,
    text,
    () => true,
    () => true,
  );
  const placed = <T extends Pick<Found, "line">>(one: T): T =>
    one.line === null ? one : { ...one, line: line(one.line) };
  const patches = documents.map((document): Patch => {
    if (document.value.kind === "list")
      return {
        kind: "json",
        target,
        operations: document.value.items
          .flatMap((item) => operationOf(item, document))
          .map((one) => ("removes" in one ? one : { ...one, place: placed(one.place) })),
      };
    const whole = headed(document, target);
    const uses = kubernetesImages(whole).uses.map(placed);
    return { kind: "strategic", target, file, uses, removals: removalsOf(whole.value) };
  });
  return { patches, files: [], gaps: gaps.map(placed) };
}

// A patch with a target need not say what it patches.
function headed(document: Document, target: Target | undefined): Document {
  const { value } = document;
  if (value.kind !== "map" || isObject(value) || target === undefined) return document;
  const { line, column } = value;
  const word = (text: string): YamlText => ({ kind: "text", text, block: false, line, column });
  const head = [
    ["apiVersion", word("v1")],
    ["kind", word(target.kind ?? "patch")],
  ] as const;
  return { ...document, value: { ...value, entries: new Map([...value.entries, ...head]) } };
}

function removalsOf(object: YamlValue): readonly Removal[] {
  const owner = {
    kind: yamlTextAt(object, "kind") ?? "",
    name: yamlTextAt(object, "metadata", "name") ?? "",
  };
  if (isDeletion(object)) return [{ ...owner, field: "", container: null }];
  const found: Removal[] = [];
  const search = (value: YamlValue, field: string): void => {
    if (value.kind === "map") for (const [key, part] of value.entries) search(part, key);
    if (value.kind !== "list") return;
    for (const item of value.items) {
      const container = yamlTextAt(item, "name");
      if (isDeletion(item) && container !== undefined) found.push({ ...owner, field, container });
      else search(item, "");
    }
  };
  search(object, "");
  return found;
}

function isDeletion(value: YamlValue): boolean {
  return yamlTextAt(value, "$patch") === "delete";
}

function operationOf(item: YamlValue, { file, index }: Document): readonly Operation[] {
  const pointer = yamlTextAt(item, "path") ?? "";
  const op = yamlTextAt(item, "op");
  if (op === "remove") return [{ removes: pointer }];
  if (item.kind !== "map" || (op !== "add" && op !== "replace")) return [];
  const value = item.entries.get("value");
  const of = (text: YamlText, at: string, container: string | null): Setting => ({
    pointer: at,
    image: text.text,
    place: { file, document: index, line: text.line, column: text.column },
    adds: op === "add" && !pointer.endsWith("/image"),
    container,
  });
  if (value?.kind === "text")
    return /\/image(?:\/reference)?$/u.test(pointer) ? [of(value, pointer, null)] : [];
  const containers = value?.kind === "list" ? value.items : value === undefined ? [] : [value];
  return containers.flatMap((container, at) => {
    const image = textOf(container, "image");
    const below = value?.kind === "list" ? `${pointer}/${at}/image` : `${pointer}/image`;
    return image === undefined ? [] : [of(image, below, yamlTextAt(container, "name") ?? null)];
  });
}

/** The finds after the patches, in their order. A patch that says nothing of images changes nothing. */
export function patched(finds: Finds, { patches, gaps }: Patches): Finds {
  let { uses } = finds;
  for (const patch of patches)
    uses =
      patch.kind === "strategic"
        ? mergeStrategic(uses, patch)
        : patch.operations.reduce((before, operation) => apply(before, operation, patch.target), uses);
  return together([
    { ...finds, uses },
    { ...nothing, gaps },
  ]);
}

function mergeStrategic(
  uses: readonly Found[],
  { target, uses: news, file, removals }: Extract<Patch, { kind: "strategic" }>,
): readonly Found[] {
  let all = uses;
  // What a selector may leave as it was still counts.
  if (target?.selects !== true)
    for (const removal of removals) all = all.filter((use) => !isRemoved(use, removal, target));
  for (const change of news) {
    const hits = all.filter(
      (use) => isTarget(use, change, target) && use.field === change.field && sameSlot(use, change),
    );
    all =
      hits.length === 0
        ? [...all, { ...change, via: file }]
        : changed(all, hits, { image: change.image, via: file }, target);
  }
  return all;
}

function isRemoved(use: Found, removal: Removal, target: Target | undefined): boolean {
  if (!isTarget(use, removal, target)) return false;
  return removal.container === null || (use.field === removal.field && use.container === removal.container);
}

// Labels are not kept. What a selector may leave as it was counts with what it may come to.
function changed(
  uses: readonly Found[],
  hits: readonly Found[],
  change: Pick<Found, "image" | "via">,
  target: Target | undefined,
): readonly Found[] {
  if (target?.selects === true) return [...uses, ...hits.map((use) => ({ ...use, ...change }))];
  const found = new Set(hits);
  return uses.map((use) => (found.has(use) ? { ...use, ...change } : use));
}

function sameSlot(use: Found, change: Found): boolean {
  return change.container === null ? use.pointer === change.pointer : use.container === change.container;
}

function isTarget(use: Found, change: Pick<Found, "kind" | "name">, target: Target | undefined): boolean {
  return target === undefined ? use.kind === change.kind && use.name === change.name : fits(use, target);
}

function fits(use: Found, { kind, name }: Target): boolean {
  return matches(kind, use.kind) && matches(name, use.name);
}

// Only the patterns that people write, `app-.*`: a foreign regular expression could run for ever.
function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined || pattern === text) return true;
  const [, head, open] = /^\^?([\w.-]*?)(\.\*)?\$?$/u.exec(pattern) ?? [];
  if (head === undefined) return false;
  return open === undefined ? text === head : text.startsWith(head);
}

// What a step changes nowhere, it may add, or change where this reader does not see it: its image counts.
function apply(uses: readonly Found[], operation: Operation, target: Target | undefined): readonly Found[] {
  if ("removes" in operation) return without(uses, operation.removes, target);
  const { pointer, image, place, adds, container } = operation;
  const mine = uses.filter((use) => target !== undefined && fits(use, target));
  const hits = adds ? [] : mine.filter((use) => use.pointer === pointer);
  if (hits.length > 0) return changed(uses, hits, { image, via: place.file }, target);
  const { kind, namespace, name } = mine[0] ?? {
    kind: target?.kind ?? "patch",
    namespace: null,
    name: target?.name ?? "",
  };
  const field = /\/(\w+)\/[^/]+\/image$/u.exec(pointer)?.[1] ?? "";
  const via = place.file;
  return [
    ...uses,
    { ...place, kind, namespace, name, container, written: image, image, pointer, field, via },
  ];
}

// What comes after an item that is taken out of a list moves up.
function without(uses: readonly Found[], pointer: string, target: Target | undefined): readonly Found[] {
  if (target === undefined || target.selects || pointer === "") return uses;
  const [, list, item] = /^(.*)\/(\d+)$/u.exec(pointer) ?? [];
  return uses.flatMap((use) => {
    if (!fits(use, target)) return use;
    if (use.pointer === pointer || use.pointer.startsWith(`${pointer}/`)) return [];
    if (list === undefined || !use.pointer.startsWith(`${list}/`)) return use;
    const [, at = "", rest = ""] = /^(\d+)(\/.*)$/u.exec(use.pointer.slice(list.length + 1)) ?? [];
    const moves = at !== "" && Number(at) > Number(item);
    return moves ? { ...use, pointer: `${list}/${Number(at) - 1}${rest}` } : use;
  });
}
