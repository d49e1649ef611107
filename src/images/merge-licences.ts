import type { Sighting } from "./attribution.ts";
import type { MergedLayers } from "./merge.ts";
import { resolvePath } from "./tree.ts";

/**
 * Sightings with the licences that dpkg's database does not hold: those of `usr/share/doc/NAME/copyright` as the merged tree
 * reaches it (packages of one source often share the directory by a link), for a package that a layer removed those of the file
 * that stood there until then.
 */
export function withLicences(merged: MergedLayers, sightings: readonly Sighting[]): readonly Sighting[] {
  return sightings.map((sighting) => {
    const { found } = sighting;
    if (found.type !== "deb" || found.licences.length > 0) return sighting;
    const id = documentOf(merged, `usr/share/doc/${found.name}/copyright`, sighting.removedIn);
    const licences = id === undefined ? undefined : licencesOf(merged, id);
    return licences === undefined ? sighting : { ...sighting, found: { ...found, licences } };
  });
}

function documentOf(merged: MergedLayers, path: string, removedIn: number | undefined): number | undefined {
  if (removedIn !== undefined) return merged.states.get(path)?.findLast(({ layer }) => layer < removedIn)?.id;
  const node = resolvePath(merged.tree, path)?.node;
  return typeof node === "number" ? (merged.contents.get(node) ?? node) : undefined;
}

function licencesOf({ finds }: MergedLayers, id: number): readonly string[] | undefined {
  return finds.get(id, "licences")[0]?.licences;
}
