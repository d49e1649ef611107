import type { CheckFinding } from "./check.ts";
import type { Finding } from "./finding.ts";
import type { Package } from "./package.ts";
import { fullName, isOsType } from "./package-name.ts";

// What makes a finding the same one in a rebuilt image, under another tag and after an upgrade that does not mend it: no digest,
// no layer's number and no version is in its key, as long as two findings of one image do not need the version to be told apart.

/** A key for each finding, in their order, unique among them: id, package without version, and the path that proves it. */
export function findingKeys(
  findings: readonly Finding[],
  packages: readonly Package[],
): ReadonlyMap<Finding, string> {
  const byPlace = new Map(packages.map((pkg) => [`${pkg.purl}\n${pkg.layer}`, pkg]));
  const short = findings.map((finding) => shortKey(finding, byPlace.get(placeOf(finding))));
  const times = counts(short);
  const long = short.map((key, index) => {
    const finding = findings[index];
    return (times.get(key) ?? 0) > 1 && finding !== undefined ? `${key} ${finding.package}` : key;
  });
  return new Map(numbered(long).flatMap((key, index) => pair(findings[index], key)));
}

/** A key for each finding of a check, in their order, unique among them: id, and the first path or the message. */
export function checkKeys(checks: readonly CheckFinding[]): ReadonlyMap<CheckFinding, string> {
  const keys = checks.map(({ id, paths = [], line, message }) => {
    const [path] = paths;
    return path === undefined ? `${id} ${message}` : `${id} ${path}${line === undefined ? "" : `:${line}`}`;
  });
  return new Map(numbered(keys).flatMap((key, index) => pair(checks[index], key)));
}

function pair<T>(item: T | undefined, key: string): readonly (readonly [T, string])[] {
  return item === undefined ? [] : [[item, key]];
}

function placeOf({ package: purl, layer }: Finding): string {
  return `${purl}\n${layer}`;
}

function shortKey({ id, package: purl }: Finding, pkg: Package | undefined): string {
  if (pkg === undefined) return `${id} ${purl}`;
  const arch = pkg.arch === undefined ? "" : `?arch=${pkg.arch}`;
  const [location] = pkg.locations;
  const path = isOsType(pkg.type) || location === undefined ? "" : ` ${location.path}`;
  return `${id} ${pkg.type}/${fullName(pkg)}${arch}${path}`;
}

function counts(keys: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const key of keys) times.set(key, (times.get(key) ?? 0) + 1);
  return times;
}

function numbered(keys: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return keys.map((key) => {
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return before === 0 ? key : `${key} #${before + 1}`;
  });
}
