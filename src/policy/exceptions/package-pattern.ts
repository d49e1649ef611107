import { messageOf, SeaworthyError } from "../../core/errors.ts";
import type { Package } from "../../core/package.ts";
import { fullName, isOsType } from "../../core/package-name.ts";
import { type Purl, parsePurl } from "../../core/purl.ts";
import { compilePattern } from "./pattern.ts";

/** What of a package a pattern does not fit, and what it should be: the package's own. */
export interface PackageDifference {
  readonly part: "name" | "version" | "qualifier";
  /** In words, with the package's own value: `the version were 3.0.11-1, not 3.0.9-1`. */
  readonly text: string;
}

/** A pattern for packages. */
export interface PackagePattern {
  /** All that keeps a package from fitting, the name first; empty where it fits. */
  readonly differences: (pkg: Package) => readonly PackageDifference[];
}

/**
 * Reads a purl whose parts may hold `*` and `**`, or a name as its ecosystem writes it, with or without `@VERSION`.
 * What the pattern does not say, it does not ask. @throws SeaworthyError `purl-invalid`.
 */
export function parsePackagePattern(text: string): PackagePattern {
  return text.toLowerCase().startsWith("pkg:") ? purlPattern(text) : namePattern(text);
}

function namePattern(text: string): PackagePattern {
  if (/\s/u.test(text))
    throw new SeaworthyError("purl-invalid", `read package "${text}": a name has no spaces`);
  const at = text.lastIndexOf("@");
  const name = at > 0 ? text.slice(0, at) : text;
  const version = versionDifference(at > 0 ? text.slice(at + 1) : undefined, false);
  const fits = compilePattern(name);
  return {
    differences: (pkg) => [
      ...(fits(fullName(pkg)) ? [] : [nameDifference(fullName(pkg), name)]),
      ...version(pkg),
    ],
  };
}

function purlPattern(text: string): PackagePattern {
  const wanted = parseStarred(text);
  const type = compilePattern(wanted.type);
  const name = compilePattern(pathOf(wanted));
  const bare = compilePattern(wanted.name);
  const version = versionDifference(wanted.version, wanted.qualifiers["epoch"] !== undefined);
  return {
    differences(pkg) {
      const own = purlOf(pkg);
      // Who writes no distribution means any: advisories of all of them have the one name.
      const anyNamespace = wanted.namespace === undefined && isOsType(pkg.type);
      const named = type(own.type) && (anyNamespace ? bare(own.name) : name(pathOf(own)));
      return [
        ...(named
          ? []
          : [nameDifference(`pkg:${own.type}/${pathOf(own)}`, `pkg:${wanted.type}/${pathOf(wanted)}`)]),
        ...version(pkg),
        ...qualifierDifferences({ epoch: splitEpoch(pkg.version)[0], ...own.qualifiers }, wanted),
      ];
    },
  };
}

function parseStarred(text: string): Purl {
  const any = /^pkg:\/*\*\//iu.test(text);
  try {
    // A star is no type in a purl's grammar; everywhere else it is a character like others.
    const purl = parsePurl(any ? text.replace("*", "generic") : text);
    return any ? { ...purl, type: "*" } : purl;
  } catch (thrown) {
    const state = messageOf(thrown).replace(/^.*?": /su, "");
    throw new SeaworthyError("purl-invalid", `read package "${text}": ${state}`, { cause: thrown });
  }
}

const parsed = new WeakMap<Package, Purl>();

function purlOf(pkg: Package): Purl {
  const known = parsed.get(pkg) ?? parsePurl(pkg.purl);
  parsed.set(pkg, known);
  return known;
}

function pathOf({ namespace, name }: Purl): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function nameDifference(own: string, wanted: string): PackageDifference {
  return { part: "name", text: `the package were ${own}, not ${wanted}` };
}

// A purl may have the epoch apart (of rpm always, Trivy of deb, too): then the version is the rest.
function versionDifference(wanted: string | undefined, epochApart: boolean): PackagePattern["differences"] {
  if (wanted === undefined) return () => [];
  const fits = compilePattern(wanted);
  return (pkg) =>
    fits(pkg.version) || fits(purlOf(pkg).version ?? "") || (epochApart && fits(splitEpoch(pkg.version)[1]))
      ? []
      : [{ part: "version", text: `the version were ${pkg.version}, not ${wanted}` }];
}

function splitEpoch(version: string): readonly [epoch: string, rest: string] {
  const [, epoch = "0", rest = version] = /^(\d+):(.*)$/u.exec(version) ?? [];
  return [epoch, rest];
}

/** They tell from where a package came, and not which it is. */
const provenance = new Set(["repository_url", "download_url", "vcs_url", "checksum", "file_name"]);

function qualifierDifferences(
  own: Readonly<Record<string, string>>,
  wanted: Purl,
): readonly PackageDifference[] {
  return Object.entries(wanted.qualifiers).flatMap(([key, value]): readonly PackageDifference[] => {
    if (provenance.has(key)) return [];
    const found = Object.hasOwn(own, key) ? own[key] : undefined;
    if (found !== undefined && qualifierFits(key, value, found)) return [];
    const state = found === undefined ? `were not asked for (${value})` : `were ${found}, not ${value}`;
    return [{ part: "qualifier", text: `the qualifier ${key} ${state}` }];
  });
}

function qualifierFits(key: string, wanted: string, found: string): boolean {
  if (compilePattern(wanted)(found)) return true;
  // `debian-12` and `debian-12.11` are one release, that tools write with or without its point.
  return key === "distro" && (found.startsWith(`${wanted}.`) || wanted.startsWith(`${found}.`));
}
