import type { Package } from "./package.ts";

type Built = Pick<Package, "type" | "vendor" | "distro">;

// What each distribution's own builds say in the rpm header's Vendor. A derivative keeps packages of its upstream.
const vendors: Readonly<Record<string, RegExp>> = {
  rhel: /^red hat/i,
  centos: /^(?:centos|red hat)/i,
  almalinux: /^(?:almalinux|red hat)/i,
  rocky: /^(?:rocky|resf|red hat)/i,
  sles: /^(?:open)?suse/i,
  "opensuse-leap": /^(?:open)?suse/i,
  "opensuse-tumbleweed": /^(?:open)?suse/i,
};

// Mail addresses of a distribution's teams, in a deb's Maintainer (https://www.debian.org/doc/debian-policy/ch-controlfields.html#maintainer).
const teams = /@(?:[\w-]+\.)*(?:debian\.org|debian\.net|ubuntu\.com)>?$/;

/**
 * Was an OS package built by somebody else than its distribution (EPEL, Docker, NVIDIA …)? Told from the rpm header's Vendor;
 * a package that states none is taken for the distribution's. A deb's Maintainer tells nothing: Debian's own vary.
 */
export function isThirdParty(pkg: Built): boolean {
  return pkg.type === "rpm" && statesOwnVendor(pkg) === false;
}

/** Does an OS package itself say that its distribution built it? False also where it says nothing of it. */
export function statesOwnBuild(pkg: Built): boolean {
  if (pkg.type === "deb") return teams.test(pkg.vendor ?? "");
  return pkg.type === "rpm" && statesOwnVendor(pkg) === true;
}

function statesOwnVendor({ distro, vendor }: Built): boolean | undefined {
  if (distro === undefined || vendor === undefined || vendor === "") return undefined;
  const own = Object.hasOwn(vendors, distro.id) ? vendors[distro.id] : undefined;
  return own?.test(vendor);
}
