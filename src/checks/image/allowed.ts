import { type CheckOptions, type NamesOption, namesOf } from "../../core/check.ts";

/** What a policy may let pass of a check that names files. */
export const allowedPaths: NamesOption = {
  name: "allowed",
  kind: "names",
  default: [],
  meaning: "files that may be there, by absolute path; a path that ends with / stands for all below it",
};

/** What a policy may let pass of a check that names programs. */
export const allowedPrograms: NamesOption = {
  ...allowedPaths,
  meaning:
    "programs that may be there, by name or absolute path; a path that ends with / stands for all below it",
};

/** Does the policy let pass what a check found at a path (without leading slash), of a program also by its name? */
export function isAllowed(options: CheckOptions, path: string, name?: string): boolean {
  return namesOf(options, allowedPaths).some((allowed) => {
    if (!allowed.startsWith("/")) return allowed === name;
    const place = allowed.slice(1);
    return place.endsWith("/") ? path.startsWith(place) : path === place;
  });
}
