import { compareDigits, compareSemver, parseSemver, type SemVer } from "../core/semver.ts";
import type { VersionScheme } from "../core/version.ts";

const maxLength = 256;
const maxNumber = String(Number.MAX_SAFE_INTEGER);

/** npm's ordering: Semantic Versioning as node-semver reads it, with an optional `v` and white space around. */
export const semver: VersionScheme<SemVer> = { id: "semver", parse, compare: compareSemver };

function parse(text: string): SemVer | undefined {
  if (text.length > maxLength) return undefined;
  const version = parseSemver(text.trim().replace(/^v/, ""));
  if (version === undefined) return undefined;
  const { major, minor, patch } = version;
  return [major, minor, patch].some((part) => compareDigits(part, maxNumber) > 0) ? undefined : version;
}
