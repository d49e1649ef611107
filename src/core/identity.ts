import type { CheckFinding } from "./check.ts";
import type { Finding } from "./finding.ts";
import type { Package } from "./package.ts";
import { fullName, isOsType } from "./package-name.ts";
import { placeOf } from "./place.ts";
import { compareText } from "./text-order.ts";

// What makes a finding the same one in a rebuilt image, under another tag and after an upgrade that does not mend it: no digest,
// no layer's number and no version is in its key, as long as two findings of one image do not need the version to be told apart.

/** A key for each finding, unique among them, whatever their order: id, package without version, and the path that proves it. */
export function findingKeys(
  findings: readonly Finding[],
  packages: readonly Package[],
): ReadonlyMap<Finding, string> {
  const byPlace = new Map<string, Package>();
  for (const pkg of packages) {
    const place = placeOf(pkg.purl, pkg.layer);
    const before = byPlace.get(place);
    if (before === undefined || firstPath(pkg) < firstPath(before)) byPlace.set(place, pkg);
  }
  const short = findings.map((finding) =>
    shortKey(finding, byPlace.get(placeOf(finding.package, finding.layer))),
  );
  const times = counts(short);
  const long = short.map((key, index) => {
    const finding = findings[index];
    return (times.get(key) ?? 0) > 1 && finding !== undefined ? `${key} ${finding.package}` : key;
  });
  return new Map(numbered(long, findings).flatMap((key, index) => pair(findings[index], key)));
}

/** A key for each finding of a check, unique among them, whatever their order: id, and the first path or the message. */
export function checkKeys(checks: readonly CheckFinding[]): ReadonlyMap<CheckFinding, string> {
  const keys = checks.map(({ id, paths = [], line, message }) => {
    const [path] = paths;
    return path === undefined ? `${id} ${message}` : `${id} ${path}${line === undefined ? "" : `:${line}`}`;
  });
  return new Map(numbered(keys, checks).flatMap((key, index) => pair(checks[index], key)));
}

function pair<T>(item: T | undefined, key: string): readonly (readonly [T, string])[] {
  return item === undefined ? [] : [[item, key]];
}

function firstPath({ locations }: Package): string {
  return locations[0]?.path ?? "";
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

// Those that share a key are told apart by what they say, so that no order of theirs is in it.
function numbered(keys: readonly string[], items: readonly object[]): readonly string[] {
  const shared = counts(keys);
  const texts = keys.map((key, index) => ((shared.get(key) ?? 0) > 1 ? JSON.stringify(items[index]) : ""));
  const numbers = new Map<number, number>();
  const seen = new Map<string, number>();
  const order = keys.flatMap((key, index) => ((shared.get(key) ?? 0) > 1 ? [index] : []));
  for (const index of order.sort((a, b) => compareText(texts[a] ?? "", texts[b] ?? "") || a - b)) {
    const number = (seen.get(keys[index] ?? "") ?? 0) + 1;
    seen.set(keys[index] ?? "", number);
    numbers.set(index, number);
  }
  return keys.map((key, index) => ((numbers.get(index) ?? 1) === 1 ? key : `${key} #${numbers.get(index)}`));
}
