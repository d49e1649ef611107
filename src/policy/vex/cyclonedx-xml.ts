import { SaxesParser } from "saxes";
import { SeaworthyError } from "../../core/errors.ts";
import type { JsonPath, TextPlace } from "../../formats/json-place.ts";
import { vexError } from "./reader.ts";

/** A CycloneDX document of XML as the JSON form has it, as far as that is read. */
export interface XmlDocument {
  readonly value: unknown;
  /** Where what a path leads to stands in the XML: its vulnerability, else the beginning. */
  readonly place: (path: JsonPath) => TextPlace;
}

interface Element extends TextPlace {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const deepest = 200;
const mostElements = 5_000_000;

/** Reads the XML form (https://cyclonedx.org/docs/1.6/xml/). @throws SeaworthyError `vex-invalid`, `limit-exceeded`. */
export function readCyclonedxXml(text: string, source: string): XmlDocument {
  const root = elementsOf(text, source);
  if (root.name !== "bom") throw vexError(source, root, `expected <bom>, found <${root.name}>`);
  const flaws = listIn(root, "vulnerabilities", "vulnerability");
  return {
    value: documentOf(root, flaws),
    place: ([first, index]) =>
      (first === "vulnerabilities" && typeof index === "number" ? flaws[index] : undefined) ?? root,
  };
}

function elementsOf(text: string, source: string): Element {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: Element[] = [];
  let root: Element | undefined;
  let count = 0;
  const here = (): TextPlace => ({ line: parser.line, column: parser.column + 1 });
  parser.on("error", (cause) => {
    throw vexError(source, here(), `expected well-formed XML: ${cause.message}`);
  });
  parser.on("opentag", ({ name, attributes }) => {
    count += 1;
    if (open.length >= deepest || count > mostElements)
      throw new SeaworthyError("limit-exceeded", `read VEX "${source}": more elements than are read`);
    const element = { name: name.replace(/^.*:/, ""), attributes, children: [], text: "", ...here() };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const add = (part: string): void => {
    const top = open.at(-1);
    if (top !== undefined) top.text += part;
  };
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("closetag", () => void open.pop());
  parser.write(text).close();
  if (root === undefined) throw vexError(source, { line: 1, column: 1 }, "expected <bom>, found nothing");
  return root;
}

function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((each) => each.name === name);
}

function listIn(element: Element | undefined, list: string, name: string): readonly Element[] {
  return child(element, list)?.children.filter((each) => each.name === name) ?? [];
}

function textIn(element: Element | undefined, name: string): string | undefined {
  return child(element, name)?.text.trim();
}

function documentOf(root: Element, flaws: readonly Element[]): unknown {
  const metadata = child(root, "metadata");
  const subject = child(metadata, "component");
  const named = (name: string): unknown => {
    const found = child(metadata, name);
    return found && { name: textIn(found, "name") };
  };
  return {
    bomFormat: "CycloneDX",
    serialNumber: root.attributes["serialNumber"],
    version: Number(root.attributes["version"] ?? 1),
    metadata: {
      timestamp: textIn(metadata, "timestamp"),
      component: subject && componentOf(subject),
      authors: listIn(metadata, "authors", "author").map((author) => ({
        name: textIn(author, "name"),
        email: textIn(author, "email"),
      })),
      supplier: named("supplier"),
      manufacturer: named("manufacturer"),
      manufacture: named("manufacture"),
    },
    components: listIn(root, "components", "component").map(componentOf),
    vulnerabilities: flaws.map(flawOf),
  };
}

function componentOf(element: Element): unknown {
  const fields = ["group", "name", "version", "purl", "cpe"].map(
    (name) => [name, textIn(element, name)] as const,
  );
  return {
    ...Object.fromEntries(fields),
    type: element.attributes["type"],
    "bom-ref": element.attributes["bom-ref"],
    hashes: listIn(element, "hashes", "hash").map(({ attributes, text }) => ({
      alg: attributes["alg"],
      content: text.trim(),
    })),
    components: listIn(element, "components", "component").map(componentOf),
  };
}

function flawOf(element: Element): unknown {
  const analysis = child(element, "analysis");
  const words = ["state", "justification", "detail", "firstIssued", "lastUpdated"];
  return {
    id: textIn(element, "id"),
    references: listIn(element, "references", "reference").map((each) => ({ id: textIn(each, "id") })),
    analysis: analysis && {
      ...Object.fromEntries(words.map((name) => [name, textIn(analysis, name)])),
      response: listIn(analysis, "responses", "response").map(({ text }) => text.trim()),
    },
    affects: listIn(element, "affects", "target").map((target) => ({
      ref: textIn(target, "ref"),
      versions: listIn(target, "versions", "version").map((each) => ({
        version: textIn(each, "version"),
        range: textIn(each, "range"),
        status: textIn(each, "status"),
      })),
    })),
  };
}
