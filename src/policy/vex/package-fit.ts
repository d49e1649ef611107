import type { Package } from "../../core/package.ts";
import { isOsType } from "../../core/package-name.ts";
import { type Purl, parsePurl } from "../../core/purl.ts";
import { schemeFor } from "../../versions/list.ts";
import type { Fit } from "./fit.ts";
import { qualifierDifferences } from "./qualifiers.ts";
import { inRange } from "./vers.ts";

/** A package of the image, ready to be compared. */
export interface KnownPackage {
  readonly pkg: Package;
  readonly purl: Purl;
}

/** Prepares a package of the image. */
export function knownPackage(pkg: Package): KnownPackage {
  return { pkg, purl: readPurl(pkg) };
}

// What an image calls its packages is anybody's choice: a name that no purl may have is still one to compare.
function readPurl({ purl, type, namespace, name, version }: Package): Purl {
  try {
    return parsePurl(purl);
  } catch {
    return { type, namespace, name, version, qualifiers: {} };
  }
}

/**
 * Does a purl of a statement speak of a package? What it leaves out (version, qualifiers, subpath) it does not ask for; versions are
 * equal by the ecosystem's order, not by their text. A distribution's purl may name the source package that a binary package is of.
 */
export function fitPackage(purl: Purl, known: KnownPackage): Fit {
  if (purl.type !== known.purl.type)
    return { kind: "apart", reason: `is of the type ${purl.type}, not ${known.purl.type}` };
  const sides = sidesOf(purl, known);
  const [first] = sides;
  if (first === undefined) return otherName(purl, known);
  const common = [...namespaceDifferences(purl, known), ...qualifierDifferences(purl, known)];
  const [{ differences, side } = { differences: [], side: first }] = sides
    .map((each) => ({ side: each, differences: [...common, ...versionDifferences(purl, each, known)] }))
    .toSorted((a, b) => a.differences.length - b.differences.length);
  if (differences.length > 0) return { kind: "near", differences, indirect: side.source !== undefined };
  return { kind: "fits", versioned: (purl.version ?? purl.qualifiers["vers"]) !== undefined };
}

/** One of the names and versions that a package goes by. */
interface Side {
  readonly version: string;
  readonly source: string | undefined;
}

function sidesOf(purl: Purl, { pkg, purl: own }: KnownPackage): readonly Side[] {
  if (!isOsType(pkg.type)) return sameName(purl, own) ? [{ version: pkg.version, source: undefined }] : [];
  const source = pkg.source ?? { name: pkg.name, version: "" };
  const onlySource = ["src", "source"].includes(purl.qualifiers["arch"] ?? "");
  return [
    ...(purl.name === own.name && !onlySource ? [{ version: pkg.version, source: undefined }] : []),
    ...(purl.name === source.name.toLowerCase() || purl.name === source.name
      ? [{ version: source.version === "" ? pkg.version : source.version, source: source.name }]
      : []),
  ];
}

function sameName(purl: Purl, own: Purl): boolean {
  if (purl.type === "golang") return goPath(purl) === goPath(own);
  if (purl.type === "maven" && own.namespace === own.name) return purl.name === own.name;
  return purl.name === own.name && (purl.namespace ?? "") === (own.namespace ?? "");
}

/** `std` is what the Go toolchain calls its library, `stdlib` the vulnerability database. */
function goPath({ namespace, name }: Purl): string {
  if (namespace === undefined) return name === "std" ? "stdlib" : name;
  return `${namespace}/${name}`;
}

function otherName(purl: Purl, { purl: own }: KnownPackage): Fit {
  if (
    purl.type === "golang" &&
    own.name !== "stdlib" &&
    goPath(purl).startsWith(`${goPath(own)}/`) &&
    !isMajor(purl, own)
  )
    return {
      kind: "near",
      differences: [`is one package of the module ${goPath(own)}, the finding is of the whole module`],
    };
  return { kind: "apart", reason: `is another package than ${own.name}` };
}

// `…/v2` is no part of the module, but another one.
function isMajor(purl: Purl, own: Purl): boolean {
  return /^v\d+(?:\/|$)/.test(goPath(purl).slice(goPath(own).length + 1));
}

function namespaceDifferences(purl: Purl, { pkg, purl: own }: KnownPackage): readonly string[] {
  if (purl.type === "maven" && purl.namespace !== own.namespace)
    return [`names the group ${purl.namespace ?? ""}, and the jar here tells none`];
  if (!isOsType(pkg.type)) return [];
  const [wanted, found] = [vendorOf(purl.namespace), vendorOf(own.namespace)];
  if (wanted === found) return [];
  const here = own.namespace ?? "of no known distribution";
  return [
    purl.namespace === undefined
      ? `names no distribution (${here} here)`
      : `is of ${purl.namespace}, here it is ${here}`,
  ];
}

/** Distribution → what purls of other tools call it. */
const vendors: ReadonlyMap<string, string> = new Map([
  ["rhel", "redhat"],
  ["sles", "suse"],
  ["sled", "suse"],
  ["sle-micro", "suse"],
  ["suse", "suse"],
  ["opensuse-leap", "opensuse"],
  ["opensuse.leap", "opensuse"],
  ["opensuse-tumbleweed", "opensuse"],
  ["opensuse.tumbleweed", "opensuse"],
  ["amazon", "amzn"],
  ["oracle", "ol"],
  ["alma", "almalinux"],
  ["rockylinux", "rocky"],
]);

function vendorOf(namespace: string | undefined): string {
  const name = (namespace ?? "").toLowerCase();
  return vendors.get(name) ?? name;
}

function versionDifferences(purl: Purl, side: Side, { pkg }: KnownPackage): readonly string[] {
  const scheme = schemeFor(pkg.type);
  const range = purl.qualifiers["vers"];
  const here = side.source === undefined ? side.version : `${side.version} (of the source ${side.source})`;
  if (range !== undefined) {
    const inside = scheme === undefined ? undefined : inRange(side.version, range, scheme);
    if (inside === undefined) return [`names the versions "${range}", which cannot be compared with ${here}`];
    if (!inside) return [`does not hold ${here}`];
  }
  if (purl.version === undefined || sameVersion(purl, purl.version, side.version, pkg.type)) return [];
  return [`is here as ${here}`];
}

function sameVersion(purl: Purl, version: string, found: string, type: Package["type"]): boolean {
  const { epoch } = purl.qualifiers;
  const wanted = epoch === undefined || /^\d+:/.test(version) ? version : `${epoch}:${version}`;
  // An epoch that the statement leaves out is a qualifier that it does not ask for.
  const compared = type === "rpm" && !/^\d+:/.test(wanted) ? found.replace(/^\d+:/, "") : found;
  return (
    wanted === compared || schemeFor(type)?.compareText(plain(wanted, type), plain(compared, type)) === 0
  );
}

function plain(version: string, type: Package["type"]): string {
  return type === "golang" ? version.replace(/\+incompatible$/, "") : version;
}
