import type { Alert, AlertImage, AlertPackage } from "../core/alert.ts";
import type { Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import { fullName } from "../core/package-name.ts";
import { packagesByPlace, placeOf } from "../core/place.ts";
import { parseReference } from "../core/reference.ts";
import type { Report } from "../core/report.ts";
import { atLeast, type Severity, severityRank } from "../core/severity.ts";
import { compareText } from "../core/text-order.ts";

/** What is told. */
export interface AlertSelection {
  readonly severity: Severity;
  readonly fixable: boolean;
}

/** An alert before it is known whether it is news. */
export type Cause = Omit<Alert, "news">;

/**
 * The root causes of the findings of some reports, worst first: one for each advisory, over however many images and packages.
 * Suppressed findings are none of them. Pure.
 */
export function causesOf(reports: readonly Report[], selection: AlertSelection): readonly Cause[] {
  const groups = new Map<string, Occurrence[]>();
  for (const report of reports) {
    const packages = packagesByPlace(report.packages);
    for (const finding of report.findings) {
      if (!selected(finding, selection)) continue;
      const pkg = packages.get(placeOf(finding.package, finding.layer));
      const group = groups.get(finding.id) ?? [];
      groups.set(finding.id, group);
      group.push({ report, finding, pkg });
    }
  }
  return [...groups].map(([id, group]) => causeOf(id, group)).sort(compareCauses);
}

/**
 * Names of the images that were looked at wholly: only of these is it known what they do not have. What has a gap (a package database
 * that could not be read, a feed that is missing) may have anything.
 */
export function lookedAt(reports: readonly Report[]): ReadonlySet<string> {
  const names = (some: readonly Report[]): ReadonlySet<string> =>
    new Set(some.map(({ image }) => imageName(image.reference)));
  const partly = names(reports.filter(({ coverage }) => coverage.gaps.length > 0));
  return new Set([...names(reports)].filter((name) => !partly.has(name)));
}

/**
 * By what an image is known from run to run: its repository, for a pipeline gives each build a tag of its own; a file or folder as
 * it is written.
 */
export function imageName(reference: string): string {
  if (/^(?:oci|oci-archive|oci-dir|oci-layout|docker-archive|dir):/u.test(reference)) return reference;
  const bare = reference.replace(
    /^(?:docker:\/\/|(?:docker|docker-daemon|podman|containerd|registry):)/u,
    "",
  );
  try {
    const { domain, path } = parseReference(bare);
    return `${domain}/${path}`;
  } catch {
    return reference;
  }
}

/** Worst first. */
export function compareCauses(a: Cause, b: Cause): number {
  return (
    Number(b.kev) - Number(a.kev) ||
    severityRank(a.severity) - severityRank(b.severity) ||
    b.images.length - a.images.length ||
    compareText(a.id, b.id)
  );
}

/** What two looks at the same flaw found, at different images. The first has the words. */
export function joined(a: Cause, b: Cause): Cause {
  const [worst, other] = severityRank(a.severity) <= severityRank(b.severity) ? [a, b] : [b, a];
  const rated = [a, b].flatMap(({ epss }) => epss ?? []);
  return {
    ...a,
    severity: worst.severity,
    aliases: sorted([...worst.aliases, ...other.aliases]),
    kev: a.kev || b.kev,
    epss: rated.length === 0 ? null : Math.max(...rated),
    packages: joinedPackages([...a.packages, ...b.packages]),
    images: [...a.images, ...b.images].sort((x, y) => compareText(x.reference, y.reference)),
  };
}

interface Occurrence {
  readonly report: Report;
  readonly finding: Finding;
  readonly pkg: Package | undefined;
}

function selected({ severity, fix, kev }: Finding, selection: AlertSelection): boolean {
  return kev || (atLeast(severity, selection.severity) && (!selection.fixable || fix.state === "fixed"));
}

function causeOf(id: string, group: readonly Occurrence[]): Cause {
  const findings = group.map(({ finding }) => finding);
  const worst = findings.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity))[0];
  const rated = findings.flatMap(({ epss }) => epss ?? []);
  return {
    id,
    aliases: sorted(findings.flatMap(({ aliases }) => aliases)),
    severity: worst?.severity ?? "unknown",
    kev: findings.some(({ kev }) => kev),
    epss: rated.length === 0 ? null : Math.max(...rated),
    summary: worst?.summary ?? "",
    url: sorted(findings.flatMap(({ evidence }) => evidence.flatMap(({ url }) => url ?? [])))[0] ?? null,
    packages: joinedPackages(group.map(packageOf)),
    images: imagesOf(group),
  };
}

// The source package is what is mended; its binaries say the same many times.
function packageOf({ pkg, finding }: Occurrence): AlertPackage {
  return {
    name: pkg === undefined ? finding.package : `${pkg.type} ${pkg.source?.name ?? fullName(pkg)}`,
    versions: pkg === undefined ? [] : [pkg.version],
    fixed: finding.fix.versions,
  };
}

function joinedPackages(packages: readonly AlertPackage[]): readonly AlertPackage[] {
  const byName = Map.groupBy(packages, ({ name }) => name);
  return [...byName]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, all]) => ({
      name,
      versions: sorted(all.flatMap(({ versions }) => versions).filter((version) => version !== "")),
      fixed: sorted(all.flatMap(({ fixed }) => fixed)),
    }));
}

function imagesOf(group: readonly Occurrence[]): readonly AlertImage[] {
  const byReference = Map.groupBy(group, ({ report }) => report.image.reference);
  return [...byReference]
    .sort(([a], [b]) => compareText(a, b))
    .map(([reference, all]) => ({
      reference,
      digest: all[0]?.report.image.digest ?? null,
      from: sorted(all.map(({ report, finding }) => originOf(report, finding.layer))),
    }));
}

function originOf({ image }: Report, layer: number): string {
  const found = image.layers[layer];
  if (found?.dockerfile !== undefined) return `${found.dockerfile.file}:${found.dockerfile.line}`;
  return found?.fromBase === true ? "base image" : `layer ${layer}`;
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
