import type { Report } from "../core/report.ts";
import {
  type Analysis,
  type BomComponent,
  type BomVulnerability,
  bomOf,
  licencesFor,
  type Property,
  ratingWord,
} from "./cyclonedx.ts";
import type { Licence } from "./licence.ts";
import type { SbomOptions } from "./sbom.ts";
import { attributes, content } from "./xml-text.ts";

/** CycloneDX 1.6 as XML (https://cyclonedx.org/docs/1.6/xml/), in parts: the schema fixes the order of the elements. */
export function* cyclonedxXml(report: Report, options: SbomOptions): Generator<string> {
  const bom = bomOf(report, options);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<bom${attributes({
    xmlns: "http://cyclonedx.org/schema/bom/1.6",
    serialNumber: `urn:uuid:${bom.uuid}`,
    version: 1,
  })}>\n`;
  const tool = element(
    "component",
    { type: "application" },
    text("name", "seaworthy"),
    text("version", bom.toolVersion),
  );
  const tools = element("tools", {}, element("components", {}, tool));
  yield lines(element("metadata", {}, text("timestamp", bom.timestamp), tools, component(bom.image)));
  yield* list("components", bom.components.map(component));
  const refs = bom.components.map(({ ref }) => element("dependency", { ref }));
  yield* list("dependencies", [element("dependency", { ref: bom.image.ref }, ...refs)]);
  yield* list("vulnerabilities", bom.vulnerabilities.map(vulnerability));
  yield "</bom>\n";
}

function* list(name: string, items: readonly string[]): Generator<string> {
  yield `<${name}>\n`;
  for (const item of items) yield lines(item);
  yield `</${name}>\n`;
}

function lines(item: string): string {
  return `${item}\n`;
}

/** An element; empty texts among its children are nothing. */
function element(
  name: string,
  values: Readonly<Record<string, string | number | undefined>>,
  ...children: readonly string[]
): string {
  const inner = children.join("");
  return inner === ""
    ? `<${name}${attributes(values)}/>`
    : `<${name}${attributes(values)}>${inner}</${name}>`;
}

function text(name: string, value: string | undefined): string {
  return value === undefined || value === "" ? "" : `<${name}>${content(value)}</${name}>`;
}

/** An element around a list; nothing without any. */
function around(name: string, items: readonly string[]): string {
  return items.length === 0 ? "" : element(name, {}, ...items);
}

function component(one: BomComponent): string {
  const { ref, type, group, name, version, sha256, licences, purl, properties, occurrences } = one;
  const hash = sha256 === undefined ? [] : [`<hash alg="SHA-256">${sha256}</hash>`];
  const found = occurrences.map((location) => element("occurrence", {}, text("location", location)));
  return element(
    "component",
    { type, "bom-ref": ref },
    text("group", group),
    text("name", name),
    text("version", version),
    around("hashes", hash),
    around("licenses", licencesFor(licences).map(licence)),
    text("purl", purl),
    around("properties", properties.map(property)),
    found.length === 0 ? "" : element("evidence", {}, element("occurrences", {}, ...found)),
  );
}

function licence(one: Licence): string {
  switch (one.kind) {
    case "id":
      return element("license", {}, text("id", one.id));
    case "name":
      return element("license", {}, text("name", one.name));
    case "expression":
      return text("expression", one.expression);
  }
}

function property({ name, value }: Property): string {
  return `<property${attributes({ name })}>${content(value)}</property>`;
}

function vulnerability(one: BomVulnerability): string {
  const { ref, id, source, url, severity, score, method, description, recommendation } = one;
  const { advisories, analysis, affects, properties } = one;
  const rating = element(
    "rating",
    {},
    text("score", score?.toString()),
    text("severity", ratingWord(severity)),
    text("method", method),
  );
  return element(
    "vulnerability",
    { "bom-ref": ref },
    text("id", id),
    element("source", {}, text("name", source), text("url", url)),
    element("ratings", {}, rating),
    text("description", description),
    text("recommendation", recommendation),
    around(
      "advisories",
      advisories.map((address) => element("advisory", {}, text("url", address))),
    ),
    analysis === undefined ? "" : analysisElement(analysis),
    around(
      "affects",
      affects.map((target) => element("target", {}, text("ref", target))),
    ),
    around("properties", properties.map(property)),
  );
}

function analysisElement({ state, justification, responses, detail }: Analysis): string {
  return element(
    "analysis",
    {},
    text("state", state),
    text("justification", justification),
    around(
      "responses",
      responses.map((response) => text("response", response)),
    ),
    text("detail", detail),
  );
}
