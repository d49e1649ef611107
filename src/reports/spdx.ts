import type { Package } from "../core/package.ts";
import type { Report } from "../core/report.ts";
import type { Json } from "./json-value.ts";
import { licenceOf } from "./licence.ts";
import { documentText, reportTime, reportUuid, type SbomOptions, sbomImage } from "./sbom.ts";

/** SPDX 2.3 as JSON (https://spdx.github.io/spdx-spec/v2.3/), in parts: image and packages, no flaws. */
export function* spdxJson(report: Report, { version }: SbomOptions): Generator<string> {
  const image = sbomImage(report);
  const words = licenceWords();
  const ids = new Map(report.packages.map((pkg, index) => [pkg, `SPDXRef-Package-${index}`]));
  const head = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: document,
    name: image.version === "" ? image.name : `${image.name}:${image.version}`,
    documentNamespace: `urn:uuid:${reportUuid(report, "spdx")}`,
    creationInfo: { created: reportTime(report), creators: [`Tool: seaworthy-${version}`] },
    documentDescribes: [imageId],
  };
  const packages = function* (): Generator<Json> {
    yield imagePackage(report);
    for (const [pkg, id] of ids) yield packageValue(pkg, id, words);
  };
  const relationships = function* (): Generator<Json> {
    yield relationship(document, "DESCRIBES", imageId);
    for (const id of ids.values()) yield relationship(imageId, "CONTAINS", id);
  };
  const extracted = function* (): Generator<Json> {
    // Known once the packages are written.
    yield* words.extracted();
  };
  yield* documentText(head, {
    packages: packages(),
    relationships: relationships(),
    hasExtractedLicensingInfos: extracted(),
  });
}

const document = "SPDXRef-DOCUMENT";
const imageId = "SPDXRef-Image";
const nothing = "NOASSERTION";

function relationship(from: string, relationshipType: string, to: string): Json {
  return { spdxElementId: from, relationshipType, relatedSpdxElement: to };
}

function imagePackage(report: Report): Json {
  const { name, version, purl, sha256 } = sbomImage(report);
  return {
    name,
    SPDXID: imageId,
    ...(version === "" ? {} : { versionInfo: version }),
    ...undeclared,
    licenseDeclared: nothing,
    primaryPackagePurpose: "CONTAINER",
    ...(sha256 === undefined ? {} : { checksums: [{ algorithm: "SHA256", checksumValue: sha256 }] }),
    ...(purl === undefined ? {} : { externalRefs: [purlRef(purl)] }),
  };
}

const undeclared = {
  downloadLocation: nothing,
  filesAnalyzed: false,
  licenseConcluded: nothing,
  copyrightText: nothing,
} as const;

function purlRef(referenceLocator: string): Json {
  return { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator };
}

function packageValue(pkg: Package, id: string, words: LicenceWords): Json {
  const { type, namespace, name, version, purl, layer, locations, licences, source } = pkg;
  const full = namespace === undefined ? name : `${namespace}/${name}`;
  const found = locations.map(({ path }) => `/${path}`).join(", ");
  const built = source === undefined ? "" : `; built from ${source.name} ${source.version}`.trimEnd();
  return {
    name: full,
    SPDXID: id,
    versionInfo: version,
    ...undeclared,
    licenseDeclared: words.declared(licences),
    sourceInfo: `layer ${layer}: ${found}${built}`,
    primaryPackagePurpose: type === "generic" ? "APPLICATION" : "LIBRARY",
    externalRefs: [purlRef(purl)],
  };
}

/** Turns what packages state into expressions; words that are none get a LicenseRef each. */
export interface LicenceWords {
  readonly declared: (licences: readonly string[]) => string;
  /** Those that `declared` made, in the order of their numbers. */
  readonly extracted: () => readonly {
    readonly licenseId: string;
    readonly name: string;
    readonly extractedText: string;
  }[];
}

/** A fresh table of licence words. */
export function licenceWords(): LicenceWords {
  const refs = new Map<string, string>();
  const one = (text: string): string => {
    const licence = licenceOf(text);
    if (licence.kind === "id") return licence.id;
    // A LicenseRef of somebody else's document says nothing in ours.
    if (licence.kind === "expression" && !licence.expression.includes("Ref-")) return licence.expression;
    const words = licence.kind === "expression" ? licence.expression : licence.name;
    const ref = refs.get(words) ?? `LicenseRef-${refs.size + 1}`;
    refs.set(words, ref);
    return ref;
  };
  return {
    declared(licences) {
      const stated = [...new Set(licences.filter((text) => text.trim() !== "").map(one))];
      if (stated.length === 0) return nothing;
      return stated.length === 1
        ? stated.join("")
        : stated.map((text) => (text.includes(" ") ? `(${text})` : text)).join(" AND ");
    },
    extracted: () =>
      [...refs].map(([words, licenseId]) => ({ licenseId, name: words.slice(0, 200), extractedText: words })),
  };
}
