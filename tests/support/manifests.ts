import { posix } from "node:path";
import type { ManifestTree } from "../../src/manifests/found.ts";

/** A tree of manifests in memory: path → text. */
export function treeOf(files: Readonly<Record<string, string>>): ManifestTree {
  const paths = Object.keys(files).sort();
  return {
    paths,
    kind(path) {
      if (Object.hasOwn(files, path)) return "file";
      const below = path === "." ? "" : `${posix.normalize(path).replace(/\/$/u, "")}/`;
      return paths.some((each) => each.startsWith(below)) ? "directory" : undefined;
    },
    read: (path) => files[path] ?? "",
  };
}
