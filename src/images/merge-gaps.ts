import type { LayerBlob } from "../core/image.ts";
import type { LayerFault, LayerIndex } from "../core/layer.ts";
import type { Package } from "../core/package.ts";
import type { FileError } from "../core/plugin.ts";
import type { Gap, GapCode } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";
import type { MergedLayers } from "./merge.ts";
import { layerOf } from "./tree-apply.ts";

/** Gaps of one layer on its own: not readable, not whole, or not what the manifest or the config says. */
export function layerGaps(blob: LayerBlob, layer: LayerIndex | undefined, index: number): readonly Gap[] {
  const { content } = blob;
  if (content.kind === "unreadable")
    return [
      {
        code: "layer-unreadable",
        message: `read layer ${index}: ${content.code}: ${content.reason}`,
        layer: index,
      },
    ];
  if (layer === undefined) return [];
  return [...layer.faults.map((fault) => faultGap(fault, index)), ...digestGaps(blob, layer, index)];
}

// A layer that was not read to its end has no digests; its fault says so.
function digestGaps(blob: LayerBlob, layer: LayerIndex, index: number): readonly Gap[] {
  const gaps: Gap[] = [];
  const { size, content } = blob;
  // The digest may be right all the same: then the manifest contradicts itself, and whoever pulls the image refuses it.
  if (size !== undefined && content.kind === "file" && layer.digest !== "" && content.length !== size)
    gaps.push(mismatch("digest-mismatch", "the manifest", `${size} bytes`, `${content.length} bytes`, index));
  if (blob.digest !== undefined && layer.digest !== "" && blob.digest !== layer.digest)
    gaps.push(mismatch("digest-mismatch", "the manifest", blob.digest, layer.digest, index));
  if (blob.diffId !== undefined && layer.diffId !== "" && blob.diffId !== layer.diffId)
    gaps.push(mismatch("diff-id-mismatch", "the image's config", blob.diffId, layer.diffId, index));
  return gaps;
}

function mismatch(code: GapCode, who: string, claimed: string, found: string, layer: number): Gap {
  return { code, message: `check layer ${layer}: ${who} says "${claimed}", its bytes are "${found}"`, layer };
}

/** What could not be placed when the layers were merged. */
export function mergeFaultGaps({ faults }: MergedLayers): readonly Gap[] {
  return faults.map((fault) => faultGap(fault, fault.layer));
}

function faultGap({ message }: LayerFault, layer: number): Gap {
  return { code: "layer-unreadable", message: `layer ${layer}: ${message}`, layer };
}

/** Files of the merged image that a plugin could not read, or only in part. Files that a later layer deletes do not count. */
export function fileGaps(
  merged: MergedLayers,
  visible: ReadonlyMap<string, number>,
  more: readonly (FileError & { readonly visible: boolean })[],
): readonly Gap[] {
  const gaps: Gap[] = [];
  for (const [path, id] of visible) {
    const layer = layerOf(merged.bases, id);
    for (const { message } of merged.errors.get(id) ?? []) gaps.push(unreadable(path, layer, message));
    for (const { problems } of merged.finds.get(id, "problems"))
      for (const { message } of problems) gaps.push(unreadable(path, layer, message));
  }
  for (const { path, layer, message, visible: counts } of more)
    if (counts) gaps.push(unreadable(path, layer, message));
  return gaps.sort((a, b) => compareText(a.path ?? "", b.path ?? "") || compareText(a.message, b.message));
}

function unreadable(path: string, layer: number, message: string): Gap {
  return { code: "file-unreadable", message: `read "${path}": ${message}`, layer, path };
}

/** An image in which nothing was identified is not an image in which nothing is wrong. */
export function emptinessGaps(packages: readonly Package[], others: readonly Gap[]): readonly Gap[] {
  if (packages.length > 0 || others.some(({ code }) => code.startsWith("package-database-"))) return [];
  return [{ code: "nothing-found", message: "identify packages: none was found in the whole image" }];
}
