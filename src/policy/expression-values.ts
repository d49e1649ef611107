import type { CheckFinding } from "../core/check.ts";
import { daysBetween } from "../core/day.ts";
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

type Variables = Readonly<Record<string, unknown>>;

/** Values of one image: each is made once, for all rules that ask of it. */
interface Made {
  readonly values: Map<object, object>;
  readonly variables: Map<object, Variables>;
  readonly layers: ReadonlyMap<number, object>;
  readonly image: object;
}

const madeOf = new WeakMap<Subject, Made>();

function made(subject: Subject): Made {
  const before = madeOf.get(subject);
  if (before !== undefined) return before;
  const layers = new Map(subject.facts.image.layers.map((layer) => [layer.index, layerValue(layer)]));
  const first: Made = { values: new Map(), variables: new Map(), layers, image: imageValue(subject) };
  madeOf.set(subject, first);
  return first;
}

function once<K extends object, V>(kept: Map<object, V>, key: K, make: (key: K) => V): V {
  const before = kept.get(key);
  if (before !== undefined) return before;
  const value = make(key);
  kept.set(key, value);
  return value;
}

/** A finding's variables. */
export function findingValues(finding: Finding, subject: Subject): Variables {
  return once(made(subject).variables, finding, () => {
    const pkg = subject.packageAt(finding.package, finding.layer);
    return {
      finding: findingOf(finding, subject),
      ...(pkg === undefined ? {} : { pkg: packageOf(pkg, subject) }),
      ...around(finding.layer, subject),
    };
  });
}

/** The variables of what a check found. */
export function checkValues(check: CheckFinding, subject: Subject): Variables {
  return once(made(subject).variables, check, () => ({
    check: checkValue(check),
    ...around(check.layer, subject),
  }));
}

/** A package's variables. */
export function packageValues(pkg: Package, subject: Subject): Variables {
  return once(made(subject).variables, pkg, () => ({
    pkg: packageOf(pkg, subject),
    ...around(pkg.layer, subject),
  }));
}

/** The variables of an image as a whole. */
export function imageValues(subject: Subject): Variables {
  const { variables, image } = made(subject);
  return once(variables, subject, () => ({
    image,
    packages: subject.packages.map((pkg) => packageOf(pkg, subject)),
    findings: subject.findings.map((finding) => findingOf(finding, subject)),
    checks: subject.checks.map(checkValue),
    gaps: subject.facts.coverage.gaps.map(gapValue).sort(byText),
  }));
}

function findingOf(finding: Finding, subject: Subject): object {
  return once(made(subject).values, finding, () => findingValue(finding, subject));
}

function packageOf(pkg: Package, subject: Subject): object {
  return once(made(subject).values, pkg, packageValue);
}

function around(index: number | undefined, subject: Subject): Variables {
  const { layers, image } = made(subject);
  const layer = index === undefined ? undefined : layers.get(index);
  return layer === undefined ? { image } : { layer, image };
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

function imageValue(subject: Subject): object {
  const { image, currency } = subject.facts;
  const { os, base, created, ageDays } = currency;
  return new ImageValue({
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
}

const mostItems = 1000;

// A loop inside of a loop is reckoned with short lists of a field; what no honest package has is not gone through.
function bounded(list: readonly string[]): readonly string[] | undefined {
  return list.length > mostItems ? undefined : list;
}
