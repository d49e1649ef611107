import type { FileFacts } from "./facts.ts";
import type { TreeFile } from "./sights.ts";

/** The merged image as a program in it would see it. All paths are canonical and without leading slash; `""` is the root. */
export interface FileSystem {
  /** What stands at a path, a link not followed; undefined when nothing does, or its directory is reached through a link. */
  entry(path: string): TreeFile | undefined;
  /** Names in a directory, sorted. */
  list(path: string): readonly string[];
  /** What probes read in the file. */
  facts(path: string): readonly FileFacts[];
  /** Who owns the file, as {@link Ownership} writes owners: `deb curl`, `npm left-pad@1.0.0`. */
  owners(path: string): readonly string[];
  /** The visible files and links of an owner. */
  owned(owner: string): readonly string[];
}

/** An owner's key: the metadata and the directory of a Python distribution spell its name in different ways (PEP 503). */
export function ownerKey(owner: string): string {
  if (!owner.startsWith("pypi ")) return owner;
  const at = owner.lastIndexOf("@");
  const name = at < 0 ? owner : owner.slice(0, at);
  return `${name.toLowerCase().replace(/[-_.]+/g, "-")}${at < 0 ? "" : owner.slice(at)}`;
}
