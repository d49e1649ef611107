import type { CheckFinding } from "../core/check.ts";
import { daysBetween } from "../core/currency.ts";
import type { Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import type { Gap, ReportLayer } from "../core/report.ts";
import type { TypeName } from "./expression-types.ts";
import type { Subject } from "./subject.ts";

// Facts as expressions see them (expression-types.ts): whole numbers are BigInt there, and what is not known is not there.

// The library knows a type by its class.
class Value extends Object {
  constructor(fields: Readonly<Record<string, unknown>>) {
    super();
    Object.assign(this, fields);
  }
}
class FindingValue extends Value {}
class PackageValue extends Value {}
class LayerValue extends Value {}
class CheckValue extends Value {}
class GapValue extends Value {}
class ImageValue extends Value {}

/** The class of each type's values. */
export const valueClasses: Readonly<Record<TypeName, typeof Value>> = {
  Finding: FindingValue,
  Package: PackageValue,
  Layer: LayerValue,
  Check: CheckValue,
  Gap: GapValue,
  Image: ImageValue,
};

/** A finding's variables. */
export function findingValues(finding: Finding, subject: Subject): Readonly<Record<string, unknown>> {
  return {
    finding: findingValue(finding, subject),
    ...given("pkg", subject.packageAt(finding.package, finding.layer), packageValue),
    ...layerOf(finding.layer, subject),
    image: imageValue(subject),
  };
}

/** The variables of what a check found. */
export function checkValues(check: CheckFinding, subject: Subject): Readonly<Record<string, unknown>> {
  return { check: checkValue(check), ...layerOf(check.layer, subject), image: imageValue(subject) };
}

/** A package's variables. */
export function packageValues(pkg: Package, subject: Subject): Readonly<Record<string, unknown>> {
  return { pkg: packageValue(pkg), ...layerOf(pkg.layer, subject), image: imageValue(subject) };
}

/** The variables of an image as a whole. */
export function imageValues(subject: Subject): Readonly<Record<string, unknown>> {
  return {
    image: imageValue(subject),
    packages: subject.packages.map(packageValue),
    findings: subject.findings.map((finding) => findingValue(finding, subject)),
    checks: subject.checks.map(checkValue),
    gaps: subject.facts.coverage.gaps.map(gapValue).sort(byText),
  };
}

function given<T>(
  name: string,
  thing: T | undefined,
  valueOf: (thing: T) => object,
): Readonly<Record<string, unknown>> {
  return thing === undefined ? {} : { [name]: valueOf(thing) };
}

function layerOf(index: number | undefined, { facts }: Subject): Readonly<Record<string, unknown>> {
  return given(
    "layer",
    facts.image.layers.find((layer) => layer.index === index),
    layerValue,
  );
}

function findingValue(finding: Finding, { facts }: Subject): object {
  const { id, aliases, severity, severitySource, fix, fixedSince, kev, epss, since, summary, layer } =
    finding;
  const { today } = facts.currency;
  return new FindingValue({
    id,
    aliases: bounded(aliases),
    purl: finding.package,
    severity,
    severitySource,
    fixable: fix.state === "fixed",
    fixState: fix.state,
    fixedVersions: bounded(fix.versions),
    fixedSince,
    fixedForDays: fixedSince === undefined ? undefined : BigInt(daysBetween(fixedSince, today)),
    kev,
    epss,
    since,
    summary,
    layer: BigInt(layer),
  });
}

function packageValue(pkg: Package): object {
  const { type, namespace, name, version, arch, purl, licences, vendor, source, ownedBy, locations, layer } =
    pkg;
  const path = locations[0]?.path;
  return new PackageValue({
    type,
    namespace,
    name,
    version,
    arch,
    purl,
    licences: bounded(licences),
    vendor,
    source: source?.name,
    ownedBy,
    path,
    layer: BigInt(layer),
  });
}

function layerValue({ index, digest, diffId, createdBy, fromBase }: ReportLayer): object {
  return new LayerValue({
    index: BigInt(index),
    digest,
    diffId,
    createdBy,
    fromBase: fromBase ?? undefined,
  });
}

function checkValue({
  id,
  aliases,
  title,
  severity,
  message,
  paths = [],
  layer,
  bytes,
}: CheckFinding): object {
  return new CheckValue({
    id,
    aliases: bounded(aliases),
    title,
    severity,
    message,
    paths: bounded(paths),
    layer: layer === undefined ? undefined : BigInt(layer),
    bytes: bytes === undefined ? undefined : BigInt(bytes),
  });
}

function gapValue({ code, message, path, layer }: Gap): object {
  return new GapValue({ code, message, path, layer: layer === undefined ? undefined : BigInt(layer) });
}

function byText(a: object, b: object): number {
  const [left, right] = [textOf(a), textOf(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function textOf(value: object): string {
  return Object.values(value).map(String).join("\n");
}

const images = new WeakMap<Subject, object>();

function imageValue(subject: Subject): object {
  const before = images.get(subject);
  if (before !== undefined) return before;
  const { image, currency } = subject.facts;
  const { os, base, created, ageDays } = currency;
  const value = new ImageValue({
    reference: image.reference,
    repository: subject.repository,
    digest: image.digest ?? undefined,
    os: image.os?.id,
    osVersion: image.os?.version,
    architecture: image.platform.architecture,
    labels: new Map(Object.entries(image.labels)),
    namespaces: subject.namespaces,
    layers: BigInt(image.layers.length),
    created: created ?? undefined,
    ageDays: ageDays === null ? undefined : BigInt(ageDays),
    endOfLifeDays: os === null || os.days === null ? undefined : BigInt(os.days),
    base: base?.reference,
    baseBehind: base?.behind ?? undefined,
  });
  images.set(subject, value);
  return value;
}

const mostItems = 1000;

// A loop inside of a loop is reckoned with short lists of a field; what no honest package has is not gone through.
function bounded(list: readonly string[]): readonly string[] | undefined {
  return list.length > mostItems ? undefined : list;
}
