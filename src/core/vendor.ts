import type { Package } from "./package.ts";

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

/**
 * Was an OS package built by somebody else than its distribution (EPEL, Docker, NVIDIA …)? Told from the rpm header's Vendor;
 * a package that states none is taken for the distribution's. A deb's Maintainer tells nothing: Debian's own vary.
 */
export function isThirdParty({ type, distro, vendor }: Package): boolean {
  if (type !== "rpm" || distro === undefined || vendor === undefined || vendor === "") return false;
  const own = Object.hasOwn(vendors, distro.id) ? vendors[distro.id] : undefined;
  return own !== undefined && !own.test(vendor);
}
