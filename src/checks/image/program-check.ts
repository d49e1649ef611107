import type { CheckText } from "../../core/check.ts";
import { type ImageTree, programName, type TreeCheck, type TreeFile } from "../../core/sights.ts";
import { allowedPrograms } from "./allowed.ts";

/** What a check of programs looks for. */
export interface ProgramPlan {
  readonly text: CheckText;
  /** Family → its programs' names without version, one space between. What is found of a family is one finding. */
  readonly families: Readonly<Record<string, string>>;
  /** What a finding says before it lists the programs. */
  readonly message: (family: string) => string;
  /** Are scripts such programs, too? A shell script called `sh` is no shell. */
  readonly scripts: boolean;
  /** Programs' names, one space between, that count in whichever directory they are: no other program is called so. */
  readonly anywhere?: string;
  readonly counts?: TreeCheck["counts"];
}

/** A check that finds programs by name; links and hard links (busybox' applets) count as what they lead to. */
export function programCheck({ text, families, message, scripts, anywhere, counts }: ProgramPlan): TreeCheck {
  const familyOf = new Map(
    Object.entries(families).flatMap(([family, names]) => names.split(" ").map((name) => [name, family])),
  );
  return {
    text: { ...text, options: [allowedPrograms] },
    programs: new Set(familyOf.keys()),
    ...(anywhere === undefined ? {} : { anywhere: new Set(anywhere.split(" ")) }),
    look(file, tree) {
      const { name } = file;
      const group = familyOf.get(name) ?? familyOf.get(programName(name));
      if (group === undefined || !runs(file, tree, scripts)) return undefined;
      return { group, message: message(group), item: name };
    },
    ...(counts === undefined ? {} : { counts }),
  };
}

function runs(file: TreeFile, tree: ImageTree, scripts: boolean): boolean {
  const { program, mode = 0 } = (file.kind === "symlink" ? tree.find(file.path) : file) ?? {};
  return program !== undefined && (mode & 0o111) !== 0 && (scripts || program !== "script");
}
