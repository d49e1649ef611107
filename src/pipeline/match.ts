import type { AdvisoryDatabase } from "../core/advisory.ts";
import type { Finding, Undecided } from "../core/finding.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Package } from "../core/package.ts";
import { placeOf } from "../core/place.ts";
import type { Gap, Skipped, Upgrade } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";
import { schemeFor } from "../versions/list.ts";
import { matchGaps } from "./match-gaps.ts";
import { matchPackage } from "./match-package.ts";
import { compareFlawed, type Flawed, mergeMatches } from "./merge.ts";
import { type SkipCode, skipper } from "./skip.ts";
import { smallestUpgrade } from "./upgrade.ts";

/** What the advisories of one database say of one image. Every list is sorted. */
export interface ImageMatch {
  readonly findings: readonly Finding[];
  readonly undecided: readonly Undecided[];
  readonly upgrades: readonly Upgrade[];
  /** What only the advisories can tell: end of life, no feed, a version that does not parse. */
  readonly gaps: readonly Gap[];
  readonly skipped: readonly Skipped[];
}

/** Matches an indexed image with the advisories; `today` (`YYYY-MM-DD`) tells what is past its end of life. Pure. */
export function matchImage(
  indexed: Pick<IndexedImage, "distro" | "packages">,
  database: AdvisoryDatabase,
  today: string,
): ImageMatch {
  const skip = skipper(indexed, database);
  const answer = answerer(database);
  const findings = new Map<string, readonly [Flawed, Finding]>();
  const undecided = new Map<string, readonly [Flawed, Undecided]>();
  const upgrades = new Map<string, Upgrade>();
  for (const pkg of indexed.packages) {
    if (skip(pkg) !== undefined) continue;
    const { flaws, upgrade } = answer(pkg);
    const place = placeOf(pkg.purl, pkg.layer);
    for (const flawed of flaws) {
      const key = `${place}\n${flawed.id}`;
      if (flawed.kind === "affected") findings.set(key, [flawed, findingOf(flawed, pkg)]);
      else undecided.set(key, [flawed, undecidedOf(flawed, pkg)]);
    }
    if (upgrade !== undefined) upgrades.set(place, { package: pkg.purl, layer: pkg.layer, ...upgrade });
  }
  return {
    findings: sorted(findings),
    undecided: sorted(undecided),
    upgrades: [...upgrades.values()].sort((a, b) => compareText(a.package, b.package) || a.layer - b.layer),
    gaps: matchGaps(indexed, database, today),
    skipped: skippedOf(indexed.packages, skip),
  };
}

/** What the advisories say of one package, wherever it is. */
export interface Answer {
  readonly flaws: readonly Flawed[];
  readonly upgrade: Omit<Upgrade, "package" | "layer"> | undefined;
}

/** Answers for one package after the other. Packages of one source, version and type share their answer: it is made once. */
export function answerer(database: AdvisoryDatabase): (pkg: Package) => Answer {
  const known = new Map<string, Answer>();
  return (pkg) => {
    const key = subjectKey(pkg);
    const before = known.get(key);
    if (before !== undefined) return before;
    const scheme = schemeFor(pkg.type);
    const flaws = mergeMatches(matchPackage(pkg, database), scheme, database);
    const answer = { flaws, upgrade: scheme === undefined ? undefined : smallestUpgrade(flaws, scheme) };
    if (known.size >= mostKnown) known.clear();
    known.set(key, answer);
    return answer;
  };
}

const mostKnown = 20_000;

// All that a matcher looks at. For deb and apk that is the source; the binary's name and version do not matter then.
function subjectKey({ type, namespace, name, version, source, module, distro }: Package): string {
  const os = distro === undefined ? "" : `${distro.id}:${distro.version}`;
  const bySource = type === "deb" && source !== undefined && source.version !== "";
  const own = bySource ? [] : [namespace, name, version];
  return JSON.stringify([type, os, ...own, source?.name, source?.version, module]);
}

function findingOf(flawed: Extract<Flawed, { kind: "affected" }>, { purl, layer }: Package): Finding {
  const { id, aliases, severity, severitySource, fix, fixedSince, kev, epss, summary, evidence } = flawed;
  return {
    id,
    aliases,
    package: purl,
    severity,
    severitySource,
    fix,
    fixedSince,
    layer,
    kev,
    epss,
    summary,
    evidence,
  };
}

function undecidedOf(flawed: Extract<Flawed, { kind: "undecided" }>, { purl, layer }: Package): Undecided {
  const { id, aliases, reason, evidence } = flawed;
  return { id, aliases, package: purl, layer, reason, evidence };
}

// Worst first; then by package, id and layer.
function sorted<T extends { readonly package: string; readonly layer: number }>(
  entries: ReadonlyMap<string, readonly [Flawed, T]>,
): readonly T[] {
  return [...entries.values()]
    .sort(
      ([a, left], [b, right]) =>
        compareFlawed(a, b) || compareText(left.package, right.package) || left.layer - right.layer,
    )
    .map(([, one]) => one);
}

const skipMessages: Readonly<Record<SkipCode, string>> = {
  "owned-by-os-package":
    "files of operating system packages: the distribution's advisories decide on them, not the language's",
  "third-party-package":
    "not built by the distribution: its advisories do not speak of them, and no other source does",
  "unwatched-program": "programs that no package manager installed: no source of advisories speaks of them",
};

function skippedOf(
  packages: readonly Package[],
  skip: (pkg: Package) => SkipCode | undefined,
): readonly Skipped[] {
  const byCode = new Map<SkipCode, Set<string>>();
  for (const pkg of packages) {
    const code = skip(pkg);
    if (code === undefined) continue;
    const purls = byCode.get(code);
    if (purls === undefined) byCode.set(code, new Set([pkg.purl]));
    else purls.add(pkg.purl);
  }
  return [...byCode.entries()]
    .sort(([a], [b]) => compareText(a, b))
    .map(([code, purls]) => ({ code, message: skipMessages[code], packages: [...purls].sort() }));
}
