import type { AdvisoryKey } from "../core/advisory.ts";
import { decideAffected } from "../core/affected.ts";
import { distroKey } from "../core/ecosystem.ts";
import type { Matcher } from "../core/matcher.ts";
import type { Package } from "../core/package.ts";
import { schemes } from "../versions/list.ts";

/** Alpine speaks of origins (the package whose APKBUILD a package is from); all that are built from one have its version. */
export const apk: Matcher = {
  types: ["apk"],
  keys,
  decide: ({ version }, advisory, affected) =>
    decideAffected({ version, scheme: schemes.apk }, advisory, affected),
};

function keys({ distro, name, source }: Package): readonly AdvisoryKey[] {
  if (distro?.id !== "alpine") return [];
  const ecosystem = distroKey(distro);
  return ecosystem === undefined ? [] : [{ ecosystem, name: source?.name ?? name }];
}
