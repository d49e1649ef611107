import type { AdvisoryDatabase } from "../core/advisory.ts";
import { endOfLife, type OsCurrency, type RuntimeCurrency } from "../core/currency.ts";
import type { Package } from "../core/package.ts";
import { isOsType } from "../core/package-name.ts";
import { type Runtime, runtimeKey, runtimes } from "../core/runtime.ts";
import { compareText } from "../core/text-order.ts";
import { isThirdParty, statesOwnBuild } from "../core/vendor.ts";
import { schemeFor } from "../versions/list.ts";

/** The runtimes among an image's packages, each version once for a layer and a supporter, with their ends of life. */
export function runtimeCurrency(
  packages: readonly Package[],
  os: OsCurrency | null,
  database: AdvisoryDatabase,
  today: string,
): readonly RuntimeCurrency[] {
  const groups = new Map<string, Sighted[]>();
  const isDistributions = distributionJudge(packages);
  for (const sighted of packages.flatMap((pkg) => sight(pkg, isDistributions))) {
    const { runtime, version, supportedBy, pkg } = sighted;
    const key = JSON.stringify([runtime.name, version, supportedBy, pkg.layer]);
    groups.set(key, [...(groups.get(key) ?? []), sighted]);
  }
  return [...groups.values()].map((group) => rowOf(group, os, database, today)).sort(compare);
}

interface Sighted {
  readonly runtime: Runtime;
  readonly version: string;
  readonly supportedBy: RuntimeCurrency["supportedBy"];
  readonly pkg: Package;
}

function sight(pkg: Package, isDistributions: (pkg: Package) => boolean): readonly Sighted[] {
  const runtime = runtimeOf(pkg);
  const version = runtime === undefined ? undefined : upstreamVersion(pkg);
  if (runtime === undefined || version === undefined) return [];
  return [{ runtime, version, supportedBy: isDistributions(pkg) ? "distribution" : "upstream", pkg }];
}

function runtimeOf({ type, name, namespace }: Package): Runtime | undefined {
  if (type === "generic") return runtimes.find((runtime) => runtime.name === name);
  if (type === "golang" && namespace === undefined && name === "stdlib")
    return runtimes.find((runtime) => runtime.name === "go");
  return isOsType(type) ? runtimes.find(({ osPackages }) => osPackages.test(name)) : undefined;
}

// `[epoch:]upstream-revision`: the numbers that the upstream version begins with.
function upstreamVersion({ version }: Package): string | undefined {
  const [, numbers, pre] =
    /^(?:\d+:)?v?(\d{1,4}(?:\.\d{1,4}){0,4})((?:~?(?:a|b|rc|alpha|beta))\d{0,3})?/i.exec(version) ?? [];
  return numbers === undefined ? undefined : `${numbers}${(pre ?? "").replace("~", "")}`;
}

// Repositories of others that build for a distribution write it into the version; NodeSource, nginx.org and Redis do not
// give an address of the distribution as their own.
const othersBuild = /nodesource|pgdg|sury|\.remi|\+0~\d{8}|~1\.gbp/;

// A program is its owner's: the distribution mends it only when it built the package that holds it.
function distributionJudge(packages: readonly Package[]): (pkg: Package) => boolean {
  const os = new Map(
    packages.filter(({ type }) => isOsType(type)).map((pkg) => [`${pkg.type} ${pkg.name}`, pkg]),
  );
  return (pkg) => {
    if (isOsType(pkg.type)) return isOwnBuild(pkg);
    const owners = pkg.ownedBy?.split(", ").map((owner) => os.get(owner));
    return owners?.every((owner) => owner !== undefined && isOwnBuild(owner)) === true;
  };
}

function isOwnBuild(pkg: Package): boolean {
  if (othersBuild.test(pkg.version) || isThirdParty(pkg)) return false;
  return pkg.type === "deb" ? statesOwnBuild(pkg) : true;
}

const mostPaths = 20;

function rowOf(
  group: readonly Sighted[],
  os: OsCurrency | null,
  database: AdvisoryDatabase,
  today: string,
): RuntimeCurrency {
  const [{ runtime, version, supportedBy, pkg }] = nonEmpty(group);
  const lifecycle = database.lifecycle(runtimeKey(runtime.name), numbersOf(version));
  const upstream = supportedBy === "upstream";
  const paths = group.flatMap((one) =>
    isOsType(one.pkg.type) ? [] : one.pkg.locations.map(({ path }) => path),
  );
  return {
    name: runtime.name,
    version,
    supportedBy,
    ...(upstream
      ? endOfLife(lifecycle, today)
      : { ...distributionsEnd(group, os), release: lifecycle?.release ?? null }),
    newest: upstream ? (lifecycle?.latest?.version ?? null) : null,
    behind: upstream ? isBehind(version, lifecycle?.latest?.version) : null,
    newestSince: upstream ? (lifecycle?.latest?.date ?? null) : null,
    packages: [...new Set(group.map((one) => one.pkg.purl))].sort(),
    paths: [...new Set(paths)].sort().slice(0, mostPaths),
    layer: pkg.layer,
  };
}

// A module of RHEL (an Application Stream) ends before its release does, and nobody publishes when as data.
function distributionsEnd(
  group: readonly Sighted[],
  os: OsCurrency | null,
): Pick<RuntimeCurrency, "endOfLife" | "days" | "ended"> {
  const modular = group.some(({ pkg }) => pkg.module !== undefined && pkg.module !== "");
  if (os === null || modular) return { endOfLife: null, days: null, ended: null };
  return { endOfLife: os.endOfLife, days: os.days, ended: os.ended };
}

// Lifecycles are of releases: pre-releases are of the release that they come before.
function numbersOf(version: string): string {
  return /^[\d.]*\d/.exec(version)?.[0] ?? version;
}

// Builders of Java count their builds behind the version: 26.0.2.11.1 and 21.0.1+12 are 26.0.2 and 21.0.1, but 25 is 25.0.0.
function isBehind(version: string, newest: string | undefined): boolean | null {
  if (newest === undefined) return null;
  const parts = Math.max(3, version.split(".").length);
  const released = newest.split("+", 1)[0]?.split(".").slice(0, parts).join(".") ?? "";
  const order = schemeFor("generic")?.compareText(version, released);
  return order === undefined ? null : order < 0;
}

function nonEmpty<T>(list: readonly T[]): readonly [T, ...T[]] {
  const [first, ...rest] = list;
  if (first === undefined) throw new TypeError("a group of nothing");
  return [first, ...rest];
}

function compare(a: RuntimeCurrency, b: RuntimeCurrency): number {
  return (
    compareText(a.name, b.name) ||
    compareText(a.version, b.version) ||
    a.layer - b.layer ||
    compareText(a.supportedBy, b.supportedBy)
  );
}
