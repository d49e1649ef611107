import type { CheckText } from "../../core/check.ts";
import type { TreeCheck, TreeFile, TreeSight } from "../../core/sights.ts";

/** What a check of whole directories looks for. */
export interface DirectoryPlan {
  readonly text: CheckText;
  /** What the files below a directory are, if they are any of this check's business; asked once for each directory. */
  readonly sightOf: (directory: string) => TreeSight | undefined;
  /** Which files of such a directory count; all where this is undefined. */
  readonly isWanted?: (file: TreeFile) => boolean;
  readonly counts?: TreeCheck["counts"];
}

/** A check that counts the files of directories that are of no use as a whole. */
export function directoryCheck({ text, sightOf, isWanted = () => true, counts }: DirectoryPlan): TreeCheck {
  // Entries of one directory come one after the other: what it is needs to be thought of only once.
  let last: { readonly directory: string; readonly sight: TreeSight | undefined } | undefined;
  return {
    text,
    look(file) {
      const { directory, kind } = file;
      if (last?.directory !== directory) last = { directory, sight: sightOf(directory) };
      return last.sight !== undefined && kind === "file" && isWanted(file) ? last.sight : undefined;
    },
    ...(counts === undefined ? {} : { counts }),
  };
}
