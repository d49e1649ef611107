import type { Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import { fullName } from "../core/package-name.ts";
import type { Report, Upgrade } from "../core/report.ts";
import { type Severity, severities } from "../core/severity.ts";

/** Packages of a layer with one version, upgrade and set of findings (binary packages of one source): one row of the table. */
export interface Row {
  readonly names: readonly string[];
  readonly version: string;
  readonly upgrade: Upgrade | undefined;
  /** Worst first. */
  readonly findings: readonly Finding[];
}

/** Rows of each layer, worst first. */
export function rowsByLayer(report: Report): ReadonlyMap<number, readonly Row[]> {
  const found = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    const key = `${finding.layer}\n${finding.package}`;
    const list = found.get(key);
    if (list === undefined) found.set(key, [finding]);
    else list.push(finding);
  }
  const upgrades = new Map(report.upgrades.map((each) => [`${each.layer}\n${each.package}`, each]));
  const rows = new Map<string, { row: Row; layer: number }>();
  for (const pkg of report.packages) {
    const place = `${pkg.layer}\n${pkg.purl}`;
    const findings = found.get(place);
    if (findings === undefined) continue;
    addRow(rows, pkg, findings, upgrades.get(place));
  }
  const layers = new Map<number, Row[]>();
  for (const { row, layer } of rows.values()) {
    const list = layers.get(layer);
    if (list === undefined) layers.set(layer, [row]);
    else list.push(row);
  }
  return new Map([...layers].map(([layer, list]) => [layer, list.toSorted(compareRows)]));
}

function addRow(
  rows: Map<string, { row: Row; layer: number }>,
  pkg: Package,
  findings: readonly Finding[],
  upgrade: Upgrade | undefined,
): void {
  const { type, version, layer } = pkg;
  const key = JSON.stringify([layer, type, version, upgrade?.version, findings.map(({ id }) => id)]);
  const name = fullName(pkg);
  const before = rows.get(key)?.row.names ?? [];
  const names = before.includes(name) ? before : [...before, name].sort();
  rows.set(key, { layer, row: { names, version, upgrade, findings } });
}

function compareRows(a: Row, b: Row): number {
  const [left, right] = [a.findings, b.findings].map((list) => counts(list));
  for (const severity of severities) {
    const more = (right?.get(severity) ?? 0) - (left?.get(severity) ?? 0);
    if (more !== 0) return more;
  }
  return (a.names[0] ?? "") < (b.names[0] ?? "") ? -1 : 1;
}

function counts(findings: readonly Finding[]): ReadonlyMap<Severity, number> {
  const found = new Map<Severity, number>();
  for (const { severity } of findings) found.set(severity, (found.get(severity) ?? 0) + 1);
  return found;
}

/** Findings by severity, worst first; in each, known exploited ones first. */
export function bySeverity(
  findings: readonly Finding[],
): readonly (readonly [severity: Severity, findings: readonly Finding[]])[] {
  return severities.flatMap((severity) => {
    const some = findings.filter((finding) => finding.severity === severity);
    const exploitedFirst = some.toSorted((a, b) => Number(b.kev) - Number(a.kev));
    return some.length === 0 ? [] : [[severity, exploitedFirst] as const];
  });
}
