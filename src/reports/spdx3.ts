import { createHash } from "node:crypto";
import type { Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import { placeOf } from "../core/place.ts";
import type { Report } from "../core/report.ts";
import type { Suppression } from "../core/suppression.ts";
import type { Json } from "./json-value.ts";
import { documentText, reportTime, reportUuid, type SbomOptions, sbomImage } from "./sbom.ts";
import { type LicenceWords, licenceWords } from "./spdx.ts";

/**
 * SPDX 3.0.1 as JSON-LD (https://spdx.github.io/spdx-spec/v3.0.1/), in parts: core, software, simple licensing and security
 * profiles. A finding is a VEX relationship between flaw and package, a suppressed one says why it does not matter.
 */
export function* spdx3Json(report: Report, { version }: SbomOptions): Generator<string> {
  const base = `urn:uuid:${reportUuid(report, "spdx3")}#`;
  const creation = {
    type: "CreationInfo",
    "@id": info,
    specVersion: "3.0.1",
    created: reportTime(report),
    createdBy: [`${base}agent`],
    createdUsing: [`${base}tool`],
  };
  const head = { "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld" };
  const graph = function* (): Generator<Json> {
    yield creation;
    yield element("SoftwareAgent", `${base}agent`, { name: "Seaworthy" });
    yield element("Tool", `${base}tool`, { name: `seaworthy-${version}` });
    const ids: string[] = [`${base}agent`, `${base}tool`];
    for (const one of elements(report, base)) {
      ids.push(one.spdxId);
      yield one;
    }
    yield element("software_Sbom", `${base}sbom`, {
      rootElement: [`${base}image`],
      element: ids,
      software_sbomType: ["analyzed"],
      profileConformance: profiles,
    });
    yield element("SpdxDocument", `${base}document`, {
      name: sbomImage(report).name,
      rootElement: [`${base}sbom`],
      element: [...ids, `${base}sbom`],
      profileConformance: profiles,
      dataLicense: "https://spdx.org/licenses/CC0-1.0",
    });
  };
  yield* documentText(head, { "@graph": graph() });
}

const info = "_:creation";
const profiles = ["core", "software", "simpleLicensing", "security"];

type Element = Readonly<Record<string, Json>> & { readonly spdxId: string };
type Fields = Readonly<Record<string, Json>>;

function element(type: string, spdxId: string, fields: Fields): Element {
  return { type, spdxId, creationInfo: info, ...fields };
}

function* elements(report: Report, base: string): Generator<Element> {
  const ids = new Map(report.packages.map((pkg, index) => [pkg, `${base}package-${index}`]));
  yield imageElement(report, base);
  for (const [pkg, id] of ids) yield packageElement(pkg, id);
  if (ids.size > 0) yield relationship(`${base}contains`, `${base}image`, "contains", [...ids.values()]);
  yield* licences(report.packages, ids, base);
  yield* flaws(report, ids, base);
}

function relationship(
  id: string,
  from: string,
  relationshipType: string,
  to: readonly string[],
  more: Fields = {},
): Element {
  return element("Relationship", id, { from, relationshipType, to, ...more });
}

function imageElement(report: Report, base: string): Element {
  const { name, version, purl, sha256 } = sbomImage(report);
  const hash = { type: "Hash", algorithm: "sha256", hashValue: sha256 ?? "" };
  return element("software_Package", `${base}image`, {
    name,
    ...(version === "" ? {} : { software_packageVersion: version }),
    software_primaryPurpose: "container",
    ...(purl === undefined ? {} : { software_packageUrl: purl }),
    ...(sha256 === undefined ? {} : { verifiedUsing: [hash] }),
  });
}

function packageElement(
  { type, namespace, name, version, purl, layer, locations }: Package,
  id: string,
): Element {
  const found = locations.map(({ path }) => `/${path}`).join(", ");
  return element("software_Package", id, {
    name: namespace === undefined ? name : `${namespace}/${name}`,
    software_packageVersion: version,
    software_packageUrl: purl,
    software_primaryPurpose: type === "generic" ? "application" : "library",
    comment: `layer ${layer}: ${found}`,
  });
}

// One element for each expression, whichever packages state it.
function* licences(
  packages: readonly Package[],
  ids: ReadonlyMap<Package, string>,
  base: string,
): Generator<Element> {
  const words = licenceWords();
  const byExpression = new Map<string, string[]>();
  for (const pkg of packages) {
    const expression = words.declared(pkg.licences);
    if (expression === "NOASSERTION") continue;
    const holders = byExpression.get(expression) ?? [];
    holders.push(ids.get(pkg) ?? "");
    byExpression.set(expression, holders);
  }
  const texts = customLicences(words, base);
  for (const [, custom] of texts) yield custom;
  for (const [index, [expression, holders]] of [...byExpression].entries()) {
    const id = `${base}licence-${index}`;
    const used = usedEntries(expression, texts);
    yield element("simplelicensing_LicenseExpression", id, {
      simplelicensing_licenseExpression: expression,
      ...(used.length === 0 ? {} : { simplelicensing_customIdToUri: used }),
    });
    for (const [at, holder] of holders.entries())
      yield relationship(`${id}-of-${at}`, holder, "hasDeclaredLicense", [id]);
  }
}

function usedEntries(expression: string, texts: ReadonlyMap<string, Element>): readonly Json[] {
  return [...new Set(expression.split(/[ ()]/u))].flatMap((key) => {
    const custom = texts.get(key);
    return custom === undefined ? [] : [{ type: "DictionaryEntry", key, value: custom.spdxId }];
  });
}

function customLicences(words: LicenceWords, base: string): ReadonlyMap<string, Element> {
  return new Map(
    words.extracted().map(({ licenseId, extractedText }) => [
      licenseId,
      element("simplelicensing_SimpleLicensingText", `${base}${licenseId}`, {
        simplelicensing_licenseText: extractedText,
      }),
    ]),
  );
}

function* flaws(report: Report, ids: ReadonlyMap<Package, string>, base: string): Generator<Element> {
  const byPlace = new Map([...ids].map(([pkg, id]) => [placeOf(pkg.purl, pkg.layer), id]));
  const known = new Map<string, string>();
  const all = [
    ...report.findings.map((finding) => ({ finding, suppression: undefined })),
    ...report.suppressed.map((finding) => ({ finding, suppression: finding.suppression })),
  ];
  for (const [index, { finding, suppression }] of all.entries()) {
    const id = known.get(finding.id) ?? `${base}flaw-${slug(finding.id)}`;
    if (!known.has(finding.id)) yield flawElement(finding, id);
    known.set(finding.id, id);
    const to = byPlace.get(placeOf(finding.package, finding.layer)) ?? `${base}image`;
    yield assessment(`${base}vex-${index}`, id, to, finding, suppression);
  }
}

// An id is a publisher's word: what may not stand in an address is replaced, and a hash keeps two of them apart.
function slug(id: string): string {
  if (/^[A-Za-z0-9.-]+$/u.test(id)) return id;
  return `${id.replace(/[^A-Za-z0-9.-]/gu, "-")}-${createHash("sha256").update(id).digest("hex").slice(0, 8)}`;
}

function flawElement({ id, aliases, summary, evidence }: Finding, spdxId: string): Element {
  const names = [id, ...aliases].map((identifier) => ({
    type: "ExternalIdentifier",
    externalIdentifierType: identifier.startsWith("CVE-") ? "cve" : "securityOther",
    identifier,
  }));
  const addresses = [...new Set(evidence.flatMap(({ url }) => url ?? []))];
  return element("security_Vulnerability", spdxId, {
    name: id,
    ...(summary === "" ? {} : { description: summary }),
    externalIdentifier: names,
    ...(addresses.length === 0
      ? {}
      : { externalRef: [{ type: "ExternalRef", externalRefType: "securityAdvisory", locator: addresses }] }),
  });
}

function assessment(
  id: string,
  from: string,
  to: string,
  { fix }: Finding,
  suppression: Suppression | undefined,
): Element {
  const kind = kindOf(suppression);
  const ends = { from, to: [to], security_assessedElement: to };
  switch (kind) {
    case "affected":
      return element("security_VexAffectedVulnAssessmentRelationship", id, {
        ...ends,
        relationshipType: "affects",
        security_actionStatement:
          fix.state === "fixed"
            ? `Upgrade to ${fix.versions.join(" or ")}`
            : wordsOf(suppression) || "No fix is known",
      });
    case "fixed":
      return element("security_VexFixedVulnAssessmentRelationship", id, {
        ...ends,
        relationshipType: "fixedIn",
      });
    case "not-affected":
      return element("security_VexNotAffectedVulnAssessmentRelationship", id, {
        ...ends,
        relationshipType: "doesNotAffect",
        ...justified(suppression),
      });
  }
}

function kindOf(suppression: Suppression | undefined): "affected" | "fixed" | "not-affected" {
  if (suppression === undefined) return "affected";
  if (suppression.kind === "vex") return suppression.status === "fixed" ? "fixed" : "not-affected";
  // A risk that somebody takes is still one.
  return suppression.justification === "risk_accepted" || suppression.justification === "no_fix_available"
    ? "affected"
    : "not-affected";
}

const justifications: Readonly<Record<string, string>> = {
  component_not_present: "componentNotPresent",
  vulnerable_code_not_present: "vulnerableCodeNotPresent",
  vulnerable_code_not_in_execute_path: "vulnerableCodeNotInExecutePath",
  vulnerable_code_cannot_be_controlled_by_adversary: "vulnerableCodeCannotBeControlledByAdversary",
  inline_mitigations_already_exist: "inlineMitigationsAlreadyExist",
};

// The specification asks for a justification or words.
function justified(suppression: Suppression | undefined): Fields {
  const justification = suppression?.justification ?? undefined;
  const word = justification === undefined ? undefined : justifications[justification];
  return {
    ...(word === undefined ? {} : { security_justificationType: word }),
    security_impactStatement:
      wordsOf(suppression) || justification?.replaceAll("_", " ") || "told without a reason",
  };
}

function wordsOf(suppression: Suppression | undefined): string {
  if (suppression === undefined) return "";
  return suppression.kind === "vex" ? suppression.statement : suppression.reason;
}
