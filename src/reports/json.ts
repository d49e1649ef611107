import type { DatabaseInfo } from "../core/advisory.ts";
import type { CheckFinding } from "../core/check.ts";
import type { Evidence, Finding, Undecided } from "../core/finding.ts";
import type { Platform } from "../core/image.ts";
import type { HiddenPackage, Package } from "../core/package.ts";
import { fullName } from "../core/package-name.ts";
import type { PluginRun } from "../core/plugin.ts";
import type { Coverage, Gap, Report, ReportLayer } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";
import { currencyValue } from "./json-currency.ts";
import { trustValue } from "./json-trust.ts";
import type { Json } from "./json-value.ts";
import {
  baselineValue,
  exceptionStateValue,
  imageVerdictValue,
  policyValue,
  suppressionValue,
  vexStateValue,
} from "./json-verdict.ts";

/** Version of the report's shape: a new field raises the second number, a changed or dropped one the first. */
export const reportSchemaVersion = "1.4";

/**
 * The report by schemas/report.schema.json: lists in the report's order, fields in the schema's, two spaces, a newline at the end.
 * In parts: the text of an image with a hundred thousand packages is never in memory as a whole.
 */
export function* jsonReport(report: Report): Generator<string> {
  yield* reportText(report, "");
  yield "\n";
}

/** The report as a value within a longer text, every line but the first behind `indent`. */
export function* reportText(report: Report, indent: string): Generator<string> {
  for (const part of reportParts(report)) yield part.replaceAll("\n", `\n${indent}`);
}

function* reportParts(report: Report): Generator<string> {
  let before = "{\n";
  for (const [name, value] of Object.entries(reportFields(report))) {
    yield `${before}  "${name}": `;
    if (typeof value === "function") yield* listText(value);
    else yield indented(value, "  ");
    before = ",\n";
  }
  yield "\n}";
}

/** A list of the report, one item after the other. */
type List = () => Generator<Json>;

function* listText(list: List): Generator<string> {
  let before = "[\n";
  for (const item of list()) {
    yield `${before}    ${indented(item, "    ")}`;
    before = ",\n";
  }
  yield before === ",\n" ? "\n  ]" : "[]";
}

// Text inside of JSON has no line feeds of its own.
function indented(value: Json, indent: string): string {
  return JSON.stringify(value, undefined, 2).replaceAll("\n", `\n${indent}`);
}

function listOf<T>(items: readonly T[], valueOf: (item: T) => Json): List {
  return function* () {
    for (const item of items) yield valueOf(item);
  };
}

function reportFields(report: Report): Readonly<Record<string, Json | List>> {
  return {
    schemaVersion: report.schemaVersion,
    image: imageValue(report.image),
    packages: listOf(report.packages, packageValue),
    hiddenPackages: listOf(report.hiddenPackages, hiddenValue),
    findings: listOf(report.findings, findingValue),
    suppressed: listOf(report.suppressed, (one) => ({
      ...findingFields(one),
      suppression: suppressionValue(one.suppression),
    })),
    upgrades: listOf(report.upgrades, (upgrade) => ({
      package: upgrade.package,
      layer: upgrade.layer,
      version: upgrade.version,
      mends: upgrade.mends,
      fixable: upgrade.fixable,
    })),
    undecided: listOf(report.undecided, undecidedValue),
    checks: listOf(report.checks, checkValue),
    suppressedChecks: listOf(report.suppressedChecks, (one) => ({
      ...checkValue(one),
      suppression: suppressionValue(one.suppression),
    })),
    exceptions: listOf(report.exceptions, exceptionStateValue),
    vex: listOf(report.vex, vexStateValue),
    baseline: baselineValue(report.baseline),
    trust: trustValue(report.trust),
    currency: currencyValue(report.currency),
    coverage: coverageValue(report.coverage),
    policy: policyValue(report.policy),
    verdict: imageVerdictValue(report.verdict),
  };
}

function imageValue({ reference, digest, platform, os, labels, layers }: Report["image"]): Json {
  return {
    reference,
    digest,
    platform: platformText(platform),
    os: os === null ? null : { id: os.id, version: os.version, name: os.name },
    labels: Object.fromEntries(Object.entries(labels).sort(([a], [b]) => compareText(a, b))),
    layers: layers.map(layerValue),
  };
}

/** `os/architecture[/variant]`, as `--platform` takes it. */
export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== undefined && part !== "").join("/");
}

function layerValue({ index, digest, diffId, createdBy, fromBase, dockerfile }: ReportLayer): Json {
  return {
    index,
    digest,
    diffId,
    createdBy,
    fromBase,
    dockerfile:
      dockerfile === undefined
        ? null
        : { file: dockerfile.file, line: dockerfile.line, stage: dockerfile.stage },
  };
}

/** A package as every JSON output writes it. */
export function packageValue(pkg: Package): Readonly<Record<string, Json>> {
  const { version, type, purl, layer, locations, source, licences, arch, module, main, ownedBy } = pkg;
  return {
    name: fullName(pkg),
    version,
    type,
    purl,
    layer,
    locations: locations.map((location) => ({ path: location.path, layer: location.layer })),
    source: source === undefined ? null : { name: source.name, version: source.version },
    licences,
    arch: arch ?? null,
    module: module ?? null,
    main: main ?? false,
    ownedBy: ownedBy ?? null,
  };
}

function hiddenValue(hidden: HiddenPackage): Json {
  return { ...packageValue(hidden), removedIn: hidden.removedIn };
}

/** A finding as every JSON output writes it; `query` leaves `package` and `layer` out. */
export function findingValue(finding: Finding): Json {
  return findingFields(finding);
}

function findingFields(finding: Finding): Readonly<Record<string, Json>> {
  return {
    id: finding.id,
    aliases: finding.aliases,
    package: finding.package,
    severity: finding.severity,
    severitySource: finding.severitySource,
    fix: { state: finding.fix.state, versions: finding.fix.versions },
    fixedSince: finding.fixedSince ?? null,
    layer: finding.layer,
    kev: finding.kev,
    epss: finding.epss ?? null,
    since: finding.since ?? null,
    summary: finding.summary,
    evidence: finding.evidence.map(evidenceValue),
  };
}

/** An undecided match as every JSON output writes it. */
export function undecidedValue({ id, aliases, package: purl, layer, reason, evidence }: Undecided): Json {
  return { id, aliases, package: purl, layer, reason, evidence: evidence.map(evidenceValue) };
}

function checkValue(check: CheckFinding): Readonly<Record<string, Json>> {
  const {
    id,
    aliases,
    title,
    severity,
    message,
    layer,
    paths,
    entries,
    bytes,
    line,
    removedIn,
    owners,
    why,
    remedy,
    findings,
    since,
  } = check;
  return {
    id,
    aliases,
    title,
    severity,
    message,
    layer: layer ?? null,
    paths: paths ?? [],
    entries: entries ?? null,
    bytes: bytes ?? null,
    line: line ?? null,
    removedIn: removedIn ?? null,
    owners: owners ?? [],
    findings,
    since: since ?? null,
    why,
    remedy,
  };
}

/** Evidence as every JSON output writes it. */
export function evidenceValue({ advisory, source, url, key, range, comparisons }: Evidence): Json {
  return {
    advisory,
    source,
    url: url ?? null,
    key,
    range,
    comparisons: comparisons.map(({ scheme, left, relation, right }) => ({ scheme, left, relation, right })),
  };
}

function coverageValue(coverage: Coverage): Json {
  return {
    plugins: coverage.plugins.map(runValue),
    files: coverage.files,
    bytes: coverage.bytes,
    gaps: coverage.gaps.map(gapValue),
    skipped: coverage.skipped.map(({ code, message, packages }) => ({ code, message, packages })),
    unownedExecutables: coverage.unownedExecutables.map(({ path, layer }) => ({ path, layer })),
    notes: coverage.notes,
    database: databaseValue(coverage.database),
  };
}

function runValue({ plugin, status, files, packages, errors }: PluginRun): Json {
  return {
    plugin,
    status,
    files,
    packages,
    errors: errors.map(({ code, message, path, layer }) => ({ code, message, path, layer })),
  };
}

function gapValue({ code, message, layer, path }: Gap): Json {
  return { code, message, layer: layer ?? null, path: path ?? null };
}

/** A database's own facts as every JSON output writes them. */
export function databaseValue({ kind, schema, built, digest, sources }: DatabaseInfo): Json {
  return {
    kind,
    schema,
    built,
    digest,
    sources: sources.map(({ name, newest, fetched, advisories }) => ({ name, newest, fetched, advisories })),
  };
}
