import type { ImageUse, NamedImage, NamedImages, SetGap } from "../core/image-set.ts";
import { compareText } from "../core/text-order.ts";
import { composeImages, isCompose, isComposeName, mayBeCompose, overridden } from "./compose.ts";
import {
  documentsOf,
  type Finds,
  type Found,
  looksLikeManifest,
  type ManifestTree,
  nothing,
  together,
} from "./found.ts";
import { chartImages, isOfChart, type Rendering } from "./helm.ts";
import { kubernetesImages, mayHoldImages, resolvedOnly } from "./kubernetes.ts";
import { isKustomization, kustomizedImages } from "./kustomize.ts";

/** A chart of the tree and what helm made of it; undefined: helm was not there. */
export interface Chart {
  readonly dir: string;
  readonly rendering: Rendering | undefined;
}

/**
 * The images that the files of a deployment name, and what could not be seen: charts as they were rendered, overlays resolved, Compose
 * files with their variables, every other Kubernetes object by its shape. `values` are files for all charts. Pure but for the tree's reading.
 */
export function findImages(
  tree: ManifestTree,
  charts: readonly Chart[],
  values: readonly string[] = [],
): NamedImages {
  const dirs = charts.map(({ dir }) => dir);
  const own = tree.paths.filter((path) => !isOfChart(path, dirs));
  const kustomized = kustomizedImages({ ...tree, paths: own });
  const plain = own.filter((path) => isManifestName(path) && !kustomized.consumed.has(path));
  const finds = together([
    ...charts.map(({ dir, rendering }) => chartImages(tree, dir, rendering, values)),
    kustomized,
    ...plain.map((path) => fileImages(tree, path)),
  ]);
  return named(resolvedOnly({ ...finds, uses: overridden(finds.uses) }), tree.paths.length);
}

function isManifestName(path: string): boolean {
  return !path.endsWith(".tgz") && !isKustomization(path);
}

function fileImages(tree: ManifestTree, file: string): Finds {
  const wanted = (text: string): boolean =>
    mayBeCompose(text) || (mayHoldImages(text) && looksLikeManifest(text));
  const matters = (text: string): boolean =>
    looksLikeManifest(text) || (isComposeName(file) && mayBeCompose(text));
  const { documents, gaps } = documentsOf(tree, file, wanted, matters);
  const found = documents.map((document) =>
    isCompose(document) ? composeImages(document, tree) : kubernetesImages(document),
  );
  return together([...found, { ...nothing, gaps }]);
}

function named({ uses, gaps, notes }: Finds, files: number): NamedImages {
  const byImage = new Map<string, Found[]>();
  for (const use of uses) {
    const before = byImage.get(use.image);
    if (before === undefined) byImage.set(use.image, [use]);
    else before.push(use);
  }
  const images = [...byImage].map(
    ([reference, found]): NamedImage => ({ reference, uses: distinct(found.map(useOf)).sort(compareUses) }),
  );
  const empty: readonly SetGap[] =
    images.length === 0 && gaps.length === 0
      ? [{ code: "nothing-found", message: `no image is named in ${files} files`, file: null, line: null }]
      : [];
  return {
    files,
    images: images.sort((a, b) => compareText(a.reference, b.reference)),
    gaps: distinct([...gaps, ...empty]).sort(compareGaps),
    notes: [...new Set(notes)].sort(compareText),
  };
}

function useOf({
  file,
  document,
  line,
  column,
  kind,
  namespace,
  name,
  container,
  written,
  via,
}: Found): ImageUse {
  return { file, document, line, column, kind, namespace, name, container, written, via };
}

// A base that two overlays leave as it is is found twice.
function distinct<T>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function compareUses(a: ImageUse, b: ImageUse): number {
  return (
    compareText(a.file, b.file) ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    compareText(JSON.stringify(a), JSON.stringify(b))
  );
}

function compareGaps(a: SetGap, b: SetGap): number {
  return (
    compareText(a.file ?? "", b.file ?? "") ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compareText(`${a.code} ${a.message}`, `${b.code} ${b.message}`)
  );
}
