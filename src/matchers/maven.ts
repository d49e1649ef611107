import { decideAffected } from "../core/affected.ts";
import type { Matcher } from "../core/matcher.ts";
import { fullName } from "../core/package-name.ts";
import { schemes } from "../versions/list.ts";

/** Maven: `group:artifact`. A jar that names no group has no key: the runner asks what the advisories know under any group. */
export const maven: Matcher = {
  types: ["maven"],
  keys: (pkg) =>
    pkg.namespace === undefined || pkg.namespace === "" ? [] : [{ ecosystem: "maven", name: fullName(pkg) }],
  decide: ({ version }, advisory, affected) =>
    decideAffected({ version, scheme: schemes.maven }, advisory, affected),
};
