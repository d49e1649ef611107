import { decideAffected } from "../core/affected.ts";
import type { Matcher } from "../core/matcher.ts";
import { advisoryName, fullName } from "../core/package-name.ts";
import { schemes } from "../versions/list.ts";

/** Python: the name as PEP 503 normalises it. */
export const pypi: Matcher = {
  types: ["pypi"],
  keys: (pkg) => [{ ecosystem: "pypi", name: advisoryName("pypi", fullName(pkg)) }],
  decide: ({ version }, advisory, affected) =>
    decideAffected({ version, scheme: schemes.pep440 }, advisory, affected),
};
