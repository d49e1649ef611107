import { decideAffected } from "../core/affected.ts";
import type { Matcher } from "../core/matcher.ts";
import { advisoryName, fullName } from "../core/package-name.ts";
import { schemes } from "../versions/list.ts";

/** npm: the name with its scope. */
export const npm: Matcher = {
  types: ["npm"],
  keys: (pkg) => [{ ecosystem: "npm", name: advisoryName("npm", fullName(pkg)) }],
  decide: ({ version }, advisory, affected) =>
    decideAffected({ version, scheme: schemes.semver }, advisory, affected),
};
