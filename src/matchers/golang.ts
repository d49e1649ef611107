import { decideAffected } from "../core/affected.ts";
import type { Matcher } from "../core/matcher.ts";
import { advisoryName, fullName } from "../core/package-name.ts";
import { schemes } from "../versions/list.ts";

/** Go: the module's path; the standard library is the module `stdlib`. */
export const golang: Matcher = {
  types: ["golang"],
  keys: (pkg) => [{ ecosystem: "golang", name: advisoryName("golang", fullName(pkg)) }],
  decide: ({ version }, advisory, affected) =>
    decideAffected({ version, scheme: schemes.go }, advisory, affected),
};
