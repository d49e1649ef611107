import type { AffectedRange } from "../core/advisory.ts";
import { decideAffected } from "../core/affected.ts";
import type { Matcher } from "../core/matcher.ts";
import { advisoryName, fullName } from "../core/package-name.ts";
import { schemes } from "../versions/list.ts";

/**
 * Python: the name as PEP 503 normalises it. A local build (`2.0.0+cu118`) is of its public version, as PEP 440 has it for
 * `==` and `<=` of a version without a local part
 * (https://packaging.python.org/en/latest/specifications/version-specifiers/#version-matching).
 */
export const pypi: Matcher = {
  types: ["pypi"],
  keys: (pkg) => [{ ecosystem: "pypi", name: advisoryName("pypi", fullName(pkg)) }],
  decide: ({ version }, advisory, affected) => {
    const own = decideAffected({ version, scheme: schemes.pep440 }, advisory, affected);
    const [released = "", local] = version.split("+", 2);
    if (own.kind !== "not-affected" || local === undefined || affected.ranges.some(isLocalFix)) return own;
    return decideAffected({ version: released, scheme: schemes.pep440 }, advisory, affected);
  },
};

function isLocalFix({ fixed }: AffectedRange): boolean {
  return fixed?.includes("+") === true;
}
