import type { Distro, FoundPackage } from "../core/package.ts";
import type { Gap } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";
import { isThirdParty } from "../core/vendor.ts";
import { isOsPackage } from "./merge-packages.ts";

/** What tells an image's release. */
export interface ReleaseEvidence {
  /** As os-release says. */
  readonly distro: Distro | undefined;
  /** All that are visible. */
  readonly packages: readonly FoundPackage[];
  /** Path → what else names a distribution: `etc/alpine-release`, `etc/debian_version` … */
  readonly files: ReadonlyMap<string, Distro>;
}

/**
 * Gaps between the release that os-release names and the one that its own packages and files are of: the advisories of one release
 * say nothing of another's packages. Only what each distribution itself keeps in step counts.
 */
export function releaseGaps({ distro, packages, files }: ReleaseEvidence): readonly Gap[] {
  if (distro === undefined || !Object.hasOwn(releases, distro.id)) return [];
  // A language's package may have any name.
  const own = packages.filter(isOsPackage);
  const states = [
    ...fileStates(distro, files),
    ...packageStates(distro, own),
    ...ubuntuStates(distro, own),
    ...voteStates(distro, own),
    ...vendorStates(distro, own),
  ];
  const told = `${distro.id} ${distro.version}`.trim();
  return states.length === 0
    ? []
    : [{ code: "os-contradiction", message: `read os-release: it says "${told}", but ${states.join(", ")}` }];
}

interface Release {
  /** Packages whose version is the release's, any one of them. */
  readonly packages: readonly string[];
  /** Numbers of a version that make a release of its own: advisories of RHEL 9.2 and 9.4 are the same. */
  readonly parts: 0 | 1 | 2;
}

// They have no releases.
const wolfi = ["wolfi-baselayout", "chainguard-baselayout"];

const releases: Readonly<Record<string, Release>> = {
  debian: { packages: ["base-files"], parts: 1 },
  // base-files has Debian's number there.
  ubuntu: { packages: [], parts: 2 },
  alpine: { packages: ["alpine-release", "alpine-base"], parts: 2 },
  wolfi: { packages: wolfi, parts: 0 },
  chainguard: { packages: wolfi, parts: 0 },
  rhel: {
    packages: ["", "-server", "-workstation", "-client", "-computenode"].map(
      (kind) => `redhat-release${kind}`,
    ),
    parts: 1,
  },
  centos: { packages: ["centos-release", "centos-linux-release", "centos-stream-release"], parts: 1 },
  rocky: { packages: ["rocky-release"], parts: 1 },
  almalinux: { packages: ["almalinux-release"], parts: 1 },
  ol: { packages: ["oraclelinux-release"], parts: 1 },
  fedora: { packages: ["fedora-release-common", "fedora-release"], parts: 1 },
  // The first images of Amazon Linux 2 had a system-release of another count; its file is right.
  amzn: { packages: [], parts: 1 },
  sles: { packages: ["sles-release"], parts: 2 },
  "opensuse-leap": { packages: ["openSUSE-release", "Leap-release"], parts: 2 },
  "opensuse-tumbleweed": { packages: ["openSUSE-release"], parts: 1 },
  photon: { packages: ["photon-release"], parts: 2 },
  mariner: { packages: ["mariner-release"], parts: 1 },
  azurelinux: { packages: ["azurelinux-release"], parts: 1 },
};

// A file that names another distribution may be what a derivative keeps of its parent, but for these.
function fileStates(distro: Distro, files: ReadonlyMap<string, Distro>): readonly string[] {
  return [...files]
    .filter(([path, other]) => {
      if (other.id === distro.id) return !isSameRelease(distro, other.version);
      // os-release(5): the one in /etc is a link to it. Ubuntu's debian_version is `trixie/sid`, never a number.
      if (path === "usr/lib/os-release") return Object.hasOwn(releases, other.id);
      return path === "etc/debian_version" && distro.id === "ubuntu";
    })
    .sort(([a], [b]) => compareText(a, b))
    .map(([path, other]) => `"${path}" says "${`${other.id} ${other.version}`.trim()}"`);
}

function packageStates(distro: Distro, packages: readonly FoundPackage[]): readonly string[] {
  // Derivatives of Debian take its base-files as they are.
  const speaking = packages.filter(({ type }) => type !== "deb" || distro.id === "debian");
  const telling = speaking.flatMap(({ name, version }) =>
    Object.entries(releases)
      .filter(([, release]) => release.packages.includes(name))
      .map(([id]) => ({ id, name, version })),
  );
  // Oracle's has Red Hat's as well as its own.
  const own = telling.filter(({ id }) => id === distro.id);
  const wrong =
    own.length > 0 ? own.filter(({ version }) => !isSameRelease(distro, version)) : telling.slice(0, 1);
  return wrong.map(({ id, name, version }) => `package "${name}" is of ${id} ${version}`);
}

function isSameRelease({ id, version }: Distro, other: string): boolean {
  if (id === "alpine" && isEdge(version) !== isEdge(other)) return false;
  const [left, right] = [numbersOf(version), numbersOf(other)];
  const parts = Object.hasOwn(releases, id) ? (releases[id]?.parts ?? 0) : 0;
  // `9` and `9.0`: what one does not tell does not contradict.
  return left.slice(0, Math.min(parts, right.length)).every((part, at) => part === right[at]);
}

// `3.22.0_alpha20250108`: Alpine's edge has the number of the release to come.
function isEdge(version: string): boolean {
  return version === "edge" || version.includes("_");
}

// Of `[epoch:]version-release`.
function numbersOf(version: string): readonly number[] {
  const numbers = /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(version)?.[1];
  return numbers === undefined ? [] : numbers.split(".").map(Number);
}

/** Ubuntu's releases with long support and Debian's number in their base-files (https://launchpad.net/ubuntu/+source/base-files). */
const ubuntuBases: readonly (readonly [release: number, base: number])[] = [
  [14.04, 7.2],
  [16.04, 9.4],
  [18.04, 10.1],
  [20.04, 11],
  [22.04, 12],
  [24.04, 13],
];

// The number of a release between two of them is not below the first's, nor above the second's.
function ubuntuStates(distro: Distro, packages: readonly FoundPackage[]): readonly string[] {
  if (distro.id !== "ubuntu") return [];
  const release = Number.parseFloat(distro.version);
  const least = ubuntuBases.findLast(([known]) => known <= release)?.[1] ?? 0;
  const most = ubuntuBases.find(([known]) => known >= release)?.[1] ?? Number.POSITIVE_INFINITY;
  return packages
    .filter(({ type, name }) => type === "deb" && name === "base-files")
    .filter(({ version }) => {
      const base = Number(/^(\d+(?:\.\d+)?)ubuntu/.exec(version)?.[1] ?? least);
      return base < least || base > most;
    })
    .map(({ version }) => `package "base-files" is of another: ${version}`);
}

/*
 * Debian's and Ubuntu's packages are told apart by version and maintainer: Ubuntu puts itself into that field of all that it builds.
 * Third parties build for both, so the larger number counts.
 */
function voteStates({ id }: Distro, packages: readonly FoundPackage[]): readonly string[] {
  if (id !== "debian" && id !== "ubuntu") return [];
  const votes = { debian: 0, ubuntu: 0 };
  for (const { type, version, vendor = "" } of packages) {
    if (type !== "deb") continue;
    if (/ubuntu/i.test(`${version} ${vendor}`)) votes.ubuntu += 1;
    else if (/debian/i.test(vendor) || /[+~]deb\d+u\d+/.test(version)) votes.debian += 1;
  }
  const other = id === "debian" ? "ubuntu" : "debian";
  return votes[other] > votes[id]
    ? [`${votes[other]} packages are of ${other} and ${votes[id]} of ${id}`]
    : [];
}

// Advisories are not asked about an rpm of another builder: where all are, they would be asked about nothing.
function vendorStates(distro: Distro, packages: readonly FoundPackage[]): readonly string[] {
  const stated = packages.filter(({ type, vendor = "" }) => type === "rpm" && vendor !== "");
  return stated.length > 0 && stated.every((found) => isThirdParty({ ...found, distro }))
    ? [`none of ${stated.length} packages with a vendor is of ${distro.id}`]
    : [];
}
