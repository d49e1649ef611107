import { compareDigits, compareSemver, parseSemver, type SemVer } from "../core/semver.ts";
import type { VersionScheme } from "../core/version.ts";

const maxLength = 4096;
const maxNumber = "18446744073709551615";

/** Cargo's ordering: strict Semantic Versioning, numbers of 64 bits, build metadata without weight. */
export const cargo: VersionScheme<SemVer> = { id: "cargo", parse, compare: compareSemver };

function parse(text: string): SemVer | undefined {
  if (text.length > maxLength) return undefined;
  const version = parseSemver(text);
  if (version === undefined) return undefined;
  const { major, minor, patch } = version;
  return [major, minor, patch].some((part) => compareDigits(part, maxNumber) > 0) ? undefined : version;
}
