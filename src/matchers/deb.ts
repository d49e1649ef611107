import type { AdvisoryKey } from "../core/advisory.ts";
import { decideAffected } from "../core/affected.ts";
import { distroKey } from "../core/ecosystem.ts";
import type { Matcher } from "../core/matcher.ts";
import type { Package } from "../core/package.ts";
import { schemes } from "../versions/list.ts";

/**
 * Debian and Ubuntu speak of source packages and their versions: a binary package may have a version of its own
 * (`gcc-defaults`) or a rebuild's suffix (`+b1`), so it is the source's version that is compared.
 */
export const deb: Matcher = {
  types: ["deb"],
  keys,
  decide: (pkg, advisory, affected) =>
    decideAffected({ version: comparedVersion(pkg), scheme: schemes.deb }, advisory, affected),
};

function keys(pkg: Package): readonly AdvisoryKey[] {
  const { distro, name, source } = pkg;
  if (distro === undefined || !["debian", "ubuntu"].includes(distro.id)) return [];
  const ecosystem = distroKey(distro);
  if (ecosystem === undefined) return [];
  const key = { ecosystem, name: source?.name ?? name };
  // An Ubuntu Pro build has fixes that the plain release's advisories know nothing of.
  const pro = distro.id === "ubuntu" && /[+~](?:esm|fips)/i.test(comparedVersion(pkg));
  return pro ? [{ ...key, ecosystem: ecosystem.replace("ubuntu:", "ubuntu-pro:") }, key] : [key];
}

function comparedVersion({ version, source }: Package): string {
  return source === undefined || source.version === "" ? version : source.version;
}
