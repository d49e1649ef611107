import { distroKey, releaseOfCodename } from "../../core/ecosystem.ts";
import type { Distro, Package } from "../../core/package.ts";
import type { Purl } from "../../core/purl.ts";
import { schemeFor } from "../../versions/list.ts";

/** What a statement's purl asks for in its qualifiers and the package does not have, in words. */
export function qualifierDifferences(
  { qualifiers }: Purl,
  { pkg, purl: own }: { readonly pkg: Package; readonly purl: Purl },
): readonly string[] {
  return Object.entries(qualifiers)
    .filter(([key, value]) => !asked(key, value, pkg, own))
    .map(([key, value]) => `asks for ${key}=${value}, here ${hereText(key, pkg, own)}`);
}

function hereText(key: string, pkg: Package, own: Purl): string {
  const known = key.startsWith("os_") ? own.qualifiers["distro"] : own.qualifiers[key];
  const value = key === "rpmmod" ? (pkg.module ?? known) : known;
  return value === undefined ? "nothing tells it" : `it is ${value}`;
}

function asked(key: string, value: string, pkg: Package, own: Purl): boolean {
  switch (key) {
    // Of the version, which is compared elsewhere.
    case "vers":
    case "epoch":
      return true;
    case "arch":
      return sameArchitecture(value, pkg.arch);
    case "distro":
      return sameDistro(value, pkg, own);
    // Docker Scout's three for one.
    case "os_name":
      return pkg.distro !== undefined && idsOf(pkg.distro.id).includes(value.toLowerCase());
    case "os_version":
      return pkg.distro !== undefined && sameRelease(pkg.distro.version, value);
    case "os_distro":
      return pkg.distro !== undefined && isCodename(value, pkg.distro);
    case "upstream":
      return sameUpstream(value, pkg, own);
    case "rpmmod":
      return sameModule(value, pkg.module ?? own.qualifiers["rpmmod"] ?? "");
    case "type":
      return value === (own.qualifiers["type"] ?? "jar");
    default:
      return value === own.qualifiers[key];
  }
}

/** Names of one architecture: of Go and OCI, of Debian, of rpm and apk. */
const architectures: readonly (readonly string[])[] = [
  ["amd64", "x86_64", "x64"],
  ["arm64", "aarch64", "arm64v8"],
  ["386", "i386", "i486", "i586", "i686", "x86"],
  ["arm", "armhf", "armv7", "armv7hl", "armv7l", "arm32v7"],
  ["ppc64le", "ppc64el"],
  ["riscv64", "riscv64gc"],
];

/** Do two names mean one architecture? */
export function oneArchitecture(a: string, b: string): boolean {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  return left === right || architectures.some((names) => names.includes(left) && names.includes(right));
}

function sameArchitecture(value: string, arch: string | undefined): boolean {
  const wanted = value.toLowerCase();
  // A source builds for every architecture; its name is compared elsewhere.
  if (["src", "source", "all", "noarch"].includes(wanted))
    return wanted.startsWith("s") || arch === undefined || ["all", "noarch"].includes(arch);
  return arch !== undefined && oneArchitecture(wanted, arch);
}

// `debian-12`, `debian-12.13` (a point release, of which os-release knows nothing), `bookworm`, `alpine-3.18` for 3.18.4, `el9`.
function sameDistro(value: string, { distro }: Package, own: Purl): boolean {
  const wanted = value.toLowerCase();
  const here = own.qualifiers["distro"]?.toLowerCase();
  if (wanted === here) return true;
  if (distro === undefined || wanted.length > longestDistro) return false;
  if (isCodename(wanted.replace(/^(?:debian|ubuntu)-/, ""), distro) || wanted === distro.id) return true;
  const [, name = "", release = ""] = /^(.*?)[-_ :]?v?(\d[\d.]*)?$/.exec(wanted) ?? [];
  if (!idsOf(distro.id).includes(name)) return false;
  return release === "" || sameRelease(distro.version, release);
}

function isCodename(word: string, distro: Distro): boolean {
  const release = releaseOfCodename(word);
  return (
    word.toLowerCase() === distro.codename?.toLowerCase() ||
    (release !== undefined && release === distroKey(distro))
  );
}

// Either may tell more than the other.
function sameRelease(a: string, b: string): boolean {
  return startsWith(a, b) || startsWith(b, a);
}

const longestDistro = 100;

function idsOf(id: string): readonly string[] {
  switch (id) {
    case "rhel":
      return ["rhel", "redhat", "el"];
    case "amzn":
      return ["amzn", "amazon", "amazonlinux"];
    case "ol":
      return ["ol", "oracle", "oraclelinux"];
    case "sles":
      return ["sles", "suse"];
    case "opensuse-leap":
      return ["opensuse-leap", "opensuse.leap", "opensuse"];
    default:
      return [id];
  }
}

function startsWith(version: string, prefix: string): boolean {
  return prefix !== "" && (version === prefix || version.startsWith(`${prefix}.`));
}

function sameUpstream(value: string, pkg: Package, own: Purl): boolean {
  if (value === own.qualifiers["upstream"]) return true;
  const source = pkg.source ?? { name: pkg.name, version: pkg.version };
  const at = value.lastIndexOf("@");
  if (pkg.type === "rpm" || at < 1) return value === source.name;
  const order = schemeFor(pkg.type)?.compareText(value.slice(at + 1), source.version || pkg.version);
  return value.slice(0, at) === source.name && order === 0;
}

// `nodejs:18` is any build of that stream.
function sameModule(wanted: string, found: string): boolean {
  return (
    wanted === found || found.startsWith(`${wanted}:`) || (wanted.startsWith(`${found}:`) && found !== "")
  );
}
