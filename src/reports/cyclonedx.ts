import type { Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import { placeOf } from "../core/place.ts";
import type { Report } from "../core/report.ts";
import type { Severity } from "../core/severity.ts";
import type { Suppression } from "../core/suppression.ts";
import { compareText } from "../core/text-order.ts";
import type { Json } from "./json-value.ts";
import { type Licence, licenceOf } from "./licence.ts";
import { documentText, packageRefs, reportTime, reportUuid, type SbomOptions, sbomImage } from "./sbom.ts";

/** A CycloneDX document before it is JSON or XML. Texts as they are; what is not there is undefined, lists may be empty. */
export interface Bom {
  readonly uuid: string;
  readonly timestamp: string;
  readonly toolVersion: string;
  readonly image: BomComponent;
  readonly components: readonly BomComponent[];
  readonly vulnerabilities: readonly BomVulnerability[];
}

/** A component. */
export interface BomComponent {
  readonly ref: string;
  readonly type: "container" | "library" | "operating-system" | "application";
  readonly group?: string | undefined;
  readonly name: string;
  readonly version: string;
  readonly sha256?: string | undefined;
  readonly licences: readonly Licence[];
  readonly purl?: string | undefined;
  readonly properties: readonly Property[];
  /** Paths that prove it. */
  readonly occurrences: readonly string[];
}

/** A name of ours with its value. */
export interface Property {
  readonly name: string;
  readonly value: string;
}

/** A flaw and the components that have it. */
export interface BomVulnerability {
  readonly ref: string;
  readonly id: string;
  readonly source: string;
  readonly url: string | undefined;
  readonly severity: Severity;
  /** 0 to 10, where a CVSS score rated it. */
  readonly score: number | undefined;
  readonly method: string | undefined;
  readonly description: string;
  readonly recommendation: string;
  readonly advisories: readonly string[];
  readonly analysis: Analysis | undefined;
  readonly affects: readonly string[];
  readonly properties: readonly Property[];
}

/** VEX, in CycloneDX's words (https://cyclonedx.org/docs/1.6/json/#vulnerabilities_items_analysis). */
export interface Analysis {
  readonly state: "exploitable" | "in_triage" | "false_positive" | "not_affected" | "resolved";
  readonly justification: string | undefined;
  readonly responses: readonly string[];
  readonly detail: string;
}

/** The report as CycloneDX sees it: the image, its packages and, with VEX, their flaws. */
export function bomOf(report: Report, { version }: SbomOptions): Bom {
  const refs = packageRefs(report.packages);
  return {
    uuid: reportUuid(report, "cyclonedx"),
    timestamp: reportTime(report),
    toolVersion: version,
    image: imageComponent(report),
    components: [
      ...systemComponents(report),
      ...report.packages.map((pkg) => component(pkg, refs.get(pkg) ?? pkg.purl)),
    ],
    vulnerabilities: vulnerabilities(report, refs),
  };
}

/** What a report's `image` is called in the document. */
const imageRef = "image";

function imageComponent(report: Report): BomComponent {
  const { name, version, purl, sha256 } = sbomImage(report);
  const { layers, digest } = report.image;
  const properties = [
    ...(digest === null ? [] : [property("image:digest", digest)]),
    ...layers.flatMap(({ index, digest: layer, diffId }) => [
      property(`layer:${index}:digest`, layer),
      property(`layer:${index}:diffId`, diffId),
    ]),
  ].filter(({ value }) => value !== "");
  return {
    ref: imageRef,
    type: "container",
    name,
    version,
    sha256,
    licences: [],
    purl,
    properties,
    occurrences: [],
  };
}

function systemComponents({ image: { os } }: Report): readonly BomComponent[] {
  if (os === null) return [];
  const { id, version, name } = os;
  const properties = name === "" ? [] : [property("os:name", name)];
  return [
    {
      ref: `os:${id}`,
      type: "operating-system",
      name: id,
      version,
      licences: [],
      properties,
      occurrences: [],
    },
  ];
}

function component(pkg: Package, ref: string): BomComponent {
  const { type, namespace, name, version, purl, layer, locations, licences, source } = pkg;
  return {
    ref,
    type: type === "generic" ? "application" : "library",
    group: namespace,
    name,
    version,
    licences: licences.filter((text) => text.trim() !== "").map(licenceOf),
    purl,
    properties: [
      property("layer", String(layer)),
      property("type", type),
      ...(source === undefined ? [] : [property("source", `${source.name}@${source.version}`)]),
    ],
    occurrences: locations.map(({ path }) => `/${path}`),
  };
}

function property(name: string, value: string): Property {
  return { name: `seaworthy:${name}`, value };
}

// One for each flaw and analysis: what is suppressed in one package may be open in another.
function vulnerabilities(report: Report, refs: ReadonlyMap<Package, string>): readonly BomVulnerability[] {
  const byPlace = new Map([...refs].map(([pkg, ref]) => [placeOf(pkg.purl, pkg.layer), ref]));
  const groups = new Map<
    string,
    { readonly first: Finding; readonly analysis: Analysis | undefined; readonly affects: Set<string> }
  >();
  const add = (finding: Finding, analysis: Analysis | undefined): void => {
    const key = JSON.stringify([finding.id, finding.severity, finding.severitySource, finding.fix, analysis]);
    const group = groups.get(key) ?? { first: finding, analysis, affects: new Set<string>() };
    groups.set(key, group);
    group.affects.add(byPlace.get(placeOf(finding.package, finding.layer)) ?? imageRef);
  };
  for (const finding of report.findings) add(finding, undefined);
  for (const finding of report.suppressed) add(finding, analysisOf(finding.suppression));
  const seen = new Map<string, number>();
  return [...groups.values()].map(({ first, analysis, affects }) => {
    const times = (seen.get(first.id) ?? 0) + 1;
    seen.set(first.id, times);
    const ref = times === 1 ? `flaw:${first.id}` : `flaw:${first.id}#${times}`;
    return vulnerability(first, ref, analysis, [...affects].sort(compareText));
  });
}

function vulnerability(
  finding: Finding,
  ref: string,
  analysis: Analysis | undefined,
  affects: readonly string[],
): BomVulnerability {
  const { id, aliases, severity, severitySource, fix, fixedSince, kev, epss, summary, evidence } = finding;
  const [, version, score] = /^cvss:(\d(?:\.\d)?):(\d+(?:\.\d+)?)$/u.exec(severitySource) ?? [];
  const urls = [...new Set(evidence.flatMap(({ url }) => url ?? []))];
  return {
    ref,
    id,
    source: evidence[0]?.source ?? severitySource,
    url: urls[0],
    severity,
    score: score === undefined ? undefined : Number(score),
    method: version === undefined ? undefined : methods[version],
    description: summary,
    recommendation: fix.state === "fixed" ? `Upgrade to ${fix.versions.join(" or ")}` : "",
    advisories: urls,
    analysis,
    affects,
    properties: [
      property("fix", fix.state),
      ...(fixedSince === undefined ? [] : [property("fixedSince", fixedSince)]),
      ...(aliases.length === 0 ? [] : [property("aliases", aliases.join(" "))]),
      ...(kev ? [property("kev", "true")] : []),
      ...(epss === undefined ? [] : [property("epss", String(epss))]),
    ],
  };
}

const methods: Readonly<Record<string, string>> = {
  "2.0": "CVSSv2",
  "2": "CVSSv2",
  "3.0": "CVSSv3",
  "3.1": "CVSSv31",
  "4.0": "CVSSv4",
};

/** What keeps a finding out of the verdict, as VEX of CycloneDX. */
function analysisOf(suppression: Suppression): Analysis {
  const { justification } = suppression;
  const told = justification === null ? undefined : justificationWords[justification];
  if (suppression.kind === "vex") {
    const detail = [suppression.statement, `by ${suppression.author || suppression.source}`];
    const state = suppression.status === "fixed" ? "resolved" : "not_affected";
    // CycloneDX takes a justification for not_affected alone.
    const why = state === "not_affected" ? (told ?? ownWord(justification)) : undefined;
    return { state, justification: why, responses: [], detail: joined(detail) };
  }
  const { reason, owner, expires } = suppression;
  const detail = joined([reason, owner && `by ${owner}`, expires === null ? "" : `until ${expires}`]);
  switch (suppression.justification) {
    case "false_positive":
      return { state: "false_positive", justification: undefined, responses: [], detail };
    case "no_fix_available":
      return { state: "exploitable", justification: undefined, responses: ["can_not_fix"], detail };
    case "risk_accepted":
      return { state: "exploitable", justification: undefined, responses: ["will_not_fix"], detail };
    default:
      return { state: "not_affected", justification: told, responses: [], detail };
  }
}

const justificationWords: Readonly<Record<string, string>> = {
  component_not_present: "code_not_present",
  vulnerable_code_not_present: "code_not_present",
  vulnerable_code_not_in_execute_path: "code_not_reachable",
  vulnerable_code_cannot_be_controlled_by_adversary: "requires_environment",
  inline_mitigations_already_exist: "protected_by_mitigating_control",
};

const ownWords = new Set([
  "code_not_present",
  "code_not_reachable",
  "requires_configuration",
  "requires_dependency",
  "requires_environment",
  "protected_by_compiler",
  "protected_at_runtime",
  "protected_at_perimeter",
  "protected_by_mitigating_control",
]);

// A statement that came as CycloneDX has its words already.
function ownWord(justification: string | null): string | undefined {
  return justification !== null && ownWords.has(justification) ? justification : undefined;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("; ");
}

/** CycloneDX 1.6 as JSON (https://cyclonedx.org/docs/1.6/json/), in parts. */
export function* cyclonedxJson(report: Report, options: SbomOptions): Generator<string> {
  const bom = bomOf(report, options);
  const head = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${bom.uuid}`,
    version: 1,
    metadata: {
      timestamp: bom.timestamp,
      tools: { components: [{ type: "application", name: "seaworthy", version: bom.toolVersion }] },
      component: componentValue(bom.image),
    },
  };
  const dependsOn = bom.components.map(({ ref }) => ref);
  yield* documentText(head, {
    components: bom.components.map(componentValue),
    dependencies: [defined({ ref: bom.image.ref, dependsOn: some(dependsOn) })],
    vulnerabilities: bom.vulnerabilities.map(vulnerabilityValue),
  });
}

/** Fields without a value left out. */
function defined(fields: Readonly<Record<string, Json | undefined>>): Json {
  const there = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(there);
}

function some<T extends Json>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

function componentValue(component: BomComponent): Json {
  const { ref, type, group, name, version, sha256, licences, purl, properties, occurrences } = component;
  return defined({
    type,
    "bom-ref": ref,
    group,
    name,
    version: version === "" ? undefined : version,
    hashes: sha256 === undefined ? undefined : [{ alg: "SHA-256", content: sha256 }],
    licenses: some(licencesValue(licences)),
    purl,
    properties: some(properties.map((one) => ({ name: one.name, value: one.value }))),
    evidence:
      occurrences.length === 0 ? undefined : { occurrences: occurrences.map((location) => ({ location })) },
  });
}

/** One expression alone, or a list of licences: the schema takes no mixture. */
export function licencesFor(licences: readonly Licence[]): readonly Licence[] {
  const [only, ...more] = licences;
  if (only?.kind === "expression" && more.length === 0) return [only];
  return licences.map((licence) =>
    licence.kind === "expression" ? { kind: "name", name: licence.expression } : licence,
  );
}

function licencesValue(licences: readonly Licence[]): readonly Json[] {
  return licencesFor(licences).map((licence) => {
    switch (licence.kind) {
      case "id":
        return { license: { id: licence.id } };
      case "name":
        return { license: { name: licence.name } };
      case "expression":
        return { expression: licence.expression };
    }
  });
}

function vulnerabilityValue(vulnerability: BomVulnerability): Json {
  const { ref, id, source, url, severity, score, method, description, recommendation } = vulnerability;
  const { advisories, analysis, affects, properties } = vulnerability;
  return defined({
    "bom-ref": ref,
    id,
    source: defined({ name: source, url }),
    ratings: [defined({ score, severity: ratingWord(severity), method })],
    description: description === "" ? undefined : description,
    recommendation: recommendation === "" ? undefined : recommendation,
    advisories: some(advisories.map((address) => ({ url: address }))),
    analysis: analysis === undefined ? undefined : analysisValue(analysis),
    affects: affects.map((one) => ({ ref: one })),
    properties: some(properties.map((one) => ({ name: one.name, value: one.value }))),
  });
}

/** CycloneDX's word for a severity. */
export function ratingWord(severity: Severity): string {
  return severity === "negligible" ? "info" : severity;
}

function analysisValue({ state, justification, responses, detail }: Analysis): Json {
  return defined({ state, justification, response: some(responses), detail });
}
