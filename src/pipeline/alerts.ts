import type { Alert, AlertImage, AlertPackage } from "../core/alert.ts";
import type { Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import { fullName } from "../core/package-name.ts";
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
    const packages = new Map(report.packages.map((pkg) => [`${pkg.purl}\n${pkg.layer}`, pkg]));
    for (const finding of report.findings) {
      if (!selected(finding, selection)) continue;
      const pkg = packages.get(`${finding.package}\n${finding.layer}`);
      const group = groups.get(finding.id) ?? [];
      groups.set(finding.id, group);
      group.push({ report, finding, pkg });
    }
  }
  return [...groups].map(([id, group]) => causeOf(id, group)).sort(compare);
}

interface Occurrence {
  readonly report: Report;
  readonly finding: Finding;
  readonly pkg: Package | undefined;
}

function selected({ severity, fix, kev }: Finding, selection: AlertSelection): boolean {
  return kev || (atLeast(severity, selection.severity) && (!selection.fixable || fix.state === "fixed"));
}

function compare(a: Cause, b: Cause): number {
  return (
    Number(b.kev) - Number(a.kev) ||
    severityRank(a.severity) - severityRank(b.severity) ||
    b.images.length - a.images.length ||
    compareText(a.id, b.id)
  );
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
    packages: packagesOf(group),
    images: imagesOf(group),
  };
}

// The source package is what is mended; its binaries say the same many times.
function packagesOf(group: readonly Occurrence[]): readonly AlertPackage[] {
  const byName = new Map<string, Occurrence[]>();
  for (const one of group) {
    const { pkg, finding } = one;
    const name = pkg === undefined ? finding.package : `${pkg.type} ${pkg.source?.name ?? fullName(pkg)}`;
    byName.set(name, [...(byName.get(name) ?? []), one]);
  }
  return [...byName]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, all]) => ({
      name,
      versions: sorted(all.map(({ pkg }) => pkg?.version ?? "").filter((version) => version !== "")),
      fixed: sorted(all.flatMap(({ finding }) => finding.fix.versions)),
    }));
}

function imagesOf(group: readonly Occurrence[]): readonly AlertImage[] {
  const byReference = new Map<string, Occurrence[]>();
  for (const one of group) {
    const { reference } = one.report.image;
    byReference.set(reference, [...(byReference.get(reference) ?? []), one]);
  }
  return [...byReference]
    .sort(([a], [b]) => compareText(a, b))
    .map(([reference, all]) => ({
      reference,
      digest: all[0]?.report.image.digest ?? null,
      from: sorted(all.map(({ report, finding }) => placeOf(report, finding.layer))),
    }));
}

function placeOf({ image }: Report, layer: number): string {
  const found = image.layers[layer];
  if (found?.dockerfile !== undefined) return `${found.dockerfile.file}:${found.dockerfile.line}`;
  return found?.fromBase === true ? "base image" : `layer ${layer}`;
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
