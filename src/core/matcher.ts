import type { Advisory, AdvisoryKey, Affected } from "./advisory.ts";
import type { Decision } from "./finding.ts";
import type { Package, PackageType } from "./package.ts";

/** Decides whether advisories apply to packages of some types. Pure; looks nothing up by itself. */
export interface Matcher {
  /** The purl types that it answers for. */
  readonly types: readonly PackageType[];
  /** Where to look the package up; empty when its ecosystem is not known (the runner says `feed-missing`). */
  keys(pkg: Package): readonly AdvisoryKey[];
  /** Decides for one `affected` entry that a key of `keys` found. */
  decide(pkg: Package, advisory: Advisory, affected: Affected): Decision;
}
