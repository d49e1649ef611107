import { posix } from "node:path";
import { type YamlMap, type YamlText, type YamlValue, yamlItems, yamlTextAt } from "../formats/yaml.ts";
import {
  type Document,
  documentsOf,
  type Finds,
  type Found,
  gapOf,
  type ManifestTree,
  nothing,
  parsed,
  together,
} from "./found.ts";
import { mergedValues, type Values, valuesFor } from "./helm-values.ts";
import { type ImageDefaults, isVersioned, joinedImage, withVersion } from "./image-parts.ts";
import { kubernetesImages, mayHoldImages, withoutPlaces } from "./kubernetes.ts";

/** What rendering a chart gave: its manifests, or why there are none. */
export type Rendering = { readonly manifests: string } | { readonly failed: string };

/** The charts of a set of files: directories with a Chart.yaml that are no part of another chart. */
export function chartsOf(paths: readonly string[]): readonly string[] {
  const all = paths
    .filter((path) => posix.basename(path) === "Chart.yaml")
    .map((path) => posix.dirname(path));
  return all.filter(
    (dir) => !all.some((other) => other !== dir && isBelow(dir, posix.join(other, "charts"))),
  );
}

/** Is the file a part of one of the charts, so that it says nothing alone? */
export function isOfChart(path: string, charts: readonly string[]): boolean {
  return charts.some((dir) => {
    const inside = dir === "." ? path : isBelow(path, dir) ? path.slice(dir.length + 1) : undefined;
    return (
      inside !== undefined && /^(?:templates|charts|crds)\/|^(?:Chart|values[^/]*)\.ya?ml$/u.test(inside)
    );
  });
}

const all = (): boolean => true;

function isBelow(path: string, dir: string): boolean {
  return dir === "." || path.startsWith(`${dir}/`);
}

/**
 * The images of a chart: as helm renders it, or, without helm or where it fails, as its values name them, with those of the files `over`
 * laid over them in their order.
 */
export function chartImages(
  tree: ManifestTree,
  dir: string,
  rendering: Rendering | undefined,
  over: readonly string[],
): Finds {
  if (isLibrary(tree, posix.join(dir, "Chart.yaml"))) return nothing;
  if (rendering !== undefined && "manifests" in rendering) return renderedImages(dir, rendering.manifests);
  const { finds, why } = fromValues(tree, dir, over, rendering?.failed);
  return together([finds, ...why]);
}

// Helm says before each document which template made it: "# Source: CHART/templates/app.yaml".
function renderedImages(dir: string, text: string): Finds {
  const pieces = text.split(/^# Source: (.*)$/mu);
  const finds: Finds[] = [];
  for (let at = 0; at < pieces.length; at += 2) {
    const source = at === 0 ? "" : (pieces[at - 1] ?? "").trim();
    const file = source === "" ? dir : posix.join(dir, source.replace(/^[^/]*\//u, ""));
    const { documents, gaps } = parsed(file, pieces[at] ?? "", mayHoldImages);
    finds.push(withoutPlaces(together([...documents.map(kubernetesImages), { ...nothing, gaps }])));
  }
  return together(finds);
}

function fromValues(
  tree: ManifestTree,
  dir: string,
  over: readonly string[],
  failed: string | undefined,
): { readonly finds: Finds; readonly why: readonly Finds[] } {
  const parts = partsOf(tree, dir);
  const read = over.map((file) => documentsOf(tree, file, all, all));
  const overlays = read.flatMap(({ documents }) => documents.slice(0, 1));
  const finds = together([
    ...parts.map((part) => partImages(tree, part, part === dir ? "whole" : "part", overlays)),
    ...read.map(({ gaps }) => ({ ...nothing, gaps })),
  ]);
  const lead = failed === undefined ? "without helm" : `helm could not render it (${failed})`;
  const message = `chart "${dir}": ${lead}, read from values: what templates make of them is not known`;
  const chart = posix.join(dir, "Chart.yaml");
  const { gaps } = documentsOf(tree, chart, all, all);
  const why: Finds[] = [{ ...nothing, gaps, notes: [message] }];
  if (failed !== undefined) why.push(gapOf("chart-not-rendered", `chart "${dir}": ${lead}`, chart));
  else if (
    finds.uses.length === 0 &&
    templatesOf(tree, dir).some((file) => /image/iu.test(readQuietly(tree, file)))
  )
    why.push(
      gapOf("chart-not-rendered", `chart "${dir}": no image in its values, and no helm to render it`, chart),
    );
  for (const path of tree.paths)
    if (isBelow(path, posix.join(dir, "charts")) && path.endsWith(".tgz"))
      why.push(gapOf("source-absent", `packed chart "${path}" is not opened here`, chart));
  return { finds, why: [...why, ...absentDependencies(tree, dir)] };
}

function isLibrary(tree: ManifestTree, chart: string): boolean {
  return yamlTextAt(first(tree, chart), "type") === "library";
}

function absentDependencies(tree: ManifestTree, dir: string): readonly Finds[] {
  const chart = posix.join(dir, "Chart.yaml");
  const packed = tree.paths.filter((path) => isBelow(path, posix.join(dir, "charts")));
  return yamlItems(first(tree, chart), "dependencies").flatMap((dependency) => {
    const name = yamlTextAt(dependency, "name") ?? "";
    const local = yamlTextAt(dependency, "repository")?.startsWith("file://") === true;
    const there = packed.some(
      (path) => isBelow(path, posix.join(dir, "charts", name)) || posix.basename(path).startsWith(`${name}-`),
    );
    return there || local
      ? []
      : [
          gapOf(
            "source-absent",
            `dependency "${name}" of chart "${dir}" is not in its charts/`,
            chart,
            dependency.line,
          ),
        ];
  });
}

// The chart itself and the charts that lie unpacked in it.
function partsOf(tree: ManifestTree, dir: string): readonly string[] {
  return tree.paths
    .filter((path) => posix.basename(path) === "Chart.yaml" && isBelow(path, dir))
    .map((path) => posix.dirname(path))
    .filter((part) => part === dir || isBelow(part, posix.join(dir, "charts")));
}

function first(tree: ManifestTree, file: string): YamlValue | undefined {
  if (tree.kind(file) !== "file") return undefined;
  return documentsOf(tree, file, all, all).documents[0]?.value;
}

function partImages(
  tree: ManifestTree,
  dir: string,
  extent: "whole" | "part",
  overlays: readonly Document[],
): Finds {
  const chart = first(tree, posix.join(dir, "Chart.yaml"));
  const file = posix.join(dir, "values.yaml");
  const name = yamlTextAt(chart, "name") ?? posix.basename(dir);
  const literal = literalImages(tree, dir, name);
  const { documents, gaps } =
    tree.kind(file) === "file" ? documentsOf(tree, file, all, all) : { documents: [], gaps: [] };
  const over = extent === "whole" ? overlays : overlays.flatMap((one) => valuesFor(one, name));
  const values = mergedValues([...documents.slice(0, 1), ...over]);
  const uses = valuesImages(values, name, yamlTextAt(chart, "appVersion"));
  return together([{ ...nothing, uses, gaps }, literal]);
}

/** The images that values name by the customs of charts: `image` and `…Image`, whole or in parts. */
function valuesImages(values: Values, chart: string, appVersion: string | undefined): readonly Found[] {
  const { value } = values;
  if (value === undefined) return [];
  const registry = yamlTextAt(value, "global", "imageRegistry") || undefined;
  const uses: Found[] = [];
  const own = { kind: "values", namespace: null, name: chart, container: null, pointer: "", field: "" };
  const add = (place: YamlText, image: string): void => {
    const { line, column, text: written } = place;
    const { file, index: document } = values.placeOf(place);
    uses.push({ ...own, file, document, line, column, written, image, via: null });
  };
  walk(value, "", { registry, tag: appVersion }, add);
  return uses;
}

type Add = (place: YamlText, image: string) => void;

function walk(value: YamlValue, key: string, defaults: ImageDefaults, add: Add): void {
  if (value.kind === "list") for (const item of value.items) walk(item, key, defaults, add);
  if (value.kind !== "map") return;
  const joined = isImageMap(value, key) ? joinedImage(value, defaults) : undefined;
  if (joined !== undefined)
    add(
      joined.place,
      joined.image.replaceAll(/\{\{-?\s*\.Chart\.AppVersion\s*-?\}\}/gu, defaults.tag ?? "$&"),
    );
  for (const [name, part] of value.entries) {
    if (part.kind === "text" && isImageKey(name)) addText(part, name, value, defaults, add);
    else if (name !== "global") walk(part, name, defaults, add);
  }
}

function isImageKey(key: string): boolean {
  return /^image$|Image$|[_-]image$/u.test(key);
}

// Beside the key "image", a map that is one by its parts.
function isImageMap(map: YamlMap, key: string): boolean {
  return (
    isImageKey(key) ||
    (map.entries.has("repository") && (map.entries.has("tag") || map.entries.has("digest")))
  );
}

function addText(text: YamlText, key: string, around: YamlMap, { tag }: ImageDefaults, add: Add): void {
  // A word is a flag (true, none) or a part, unless a tag stands beside it.
  const beside =
    yamlTextAt(around, `${key}Tag`) ??
    yamlTextAt(around, key === "image" ? "tag" : `${key.replace(/Image$/u, "")}Tag`);
  const sure = isVersioned(text.text) || text.text.includes("/") || (beside ?? "") !== "" || key === "image";
  if (text.text === "" || /^(?:true|false|none)$/iu.test(text.text) || !sure) return;
  add(
    text,
    withVersion(
      text.text,
      beside || (text.text.includes("/") || key === "image" ? tag : undefined),
      undefined,
    ),
  );
}

function templatesOf(tree: ManifestTree, dir: string): readonly string[] {
  return tree.paths.filter((path) => isBelow(path, posix.join(dir, "templates")) && /\.ya?ml$/u.test(path));
}

// What templates say without a value is sure.
function literalImages(tree: ManifestTree, dir: string, chart: string): Finds {
  const uses: Found[] = [];
  for (const file of templatesOf(tree, dir)) {
    const text = readQuietly(tree, file);
    for (const [at, line] of text.split("\n").entries()) {
      const [, before = "", image] =
        /^(\s*(?:-\s+)?image:\s*["']?)([\w.:/@-]+)["']?\s*(?:#.*)?$/u.exec(line) ?? [];
      if (image === undefined) continue;
      const place = { file, document: 0, line: at + 1, column: before.length + 1 };
      uses.push({
        ...place,
        kind: "template",
        namespace: null,
        name: chart,
        container: null,
        written: image,
        image,
        via: null,
        pointer: "",
        field: "",
      });
    }
  }
  return { ...nothing, uses };
}

// A template that cannot be read is told of by the note on the whole chart.
function readQuietly(tree: ManifestTree, file: string): string {
  try {
    return tree.read(file);
  } catch {
    return "";
  }
}
