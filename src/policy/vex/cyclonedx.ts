import type { VexDocument, VexProduct, VexStatement, VexStatus } from "../../core/vex.ts";
import { withRange, withVersion } from "./purl-text.ts";
import { bySchema, type VexReader, type VexReading } from "./reader.ts";
import { type CyclonedxComponent, type CyclonedxDocument, cyclonedxSchema } from "./schemas.ts";

type Flaw = NonNullable<CyclonedxDocument["vulnerabilities"]>[number];
type Affected = NonNullable<Flaw["affects"]>[number];
type State = NonNullable<NonNullable<Flaw["analysis"]>["state"]>;

// https://cyclonedx.org/docs/1.6/json/#vulnerabilities_items_analysis_state
const statuses: Readonly<Record<State, VexStatus>> = {
  resolved: "fixed",
  resolved_with_pedigree: "fixed",
  exploitable: "affected",
  in_triage: "under_investigation",
  false_positive: "not_affected",
  not_affected: "not_affected",
};

/** Reads the analyses of a CycloneDX document, a VEX or an SBOM that has some, 1.4 and later. @throws SeaworthyError `vex-invalid`. */
export function readCyclonedx(reader: VexReader): VexReading {
  const read = bySchema(cyclonedxSchema, reader);
  const { source } = reader;
  const document: VexDocument = {
    source,
    format: "cyclonedx",
    id: read.serialNumber ?? "",
    author: authorOf(read),
    timestamp: read.metadata?.timestamp ?? "",
  };
  const flaws = read.vulnerabilities ?? [];
  const silent = flaws.filter(
    ({ id, analysis, affects }) => !(id && analysis?.state && affects?.length),
  ).length;
  const inventory = inventoryOf(read);
  return {
    statements: flaws.flatMap((flaw) => statementsOf(flaw, document, inventory)),
    notes:
      silent === 0
        ? []
        : [
            `${source}: ${silent} of its ${flaws.length} vulnerabilities have no id, no analysis or nothing that they affect`,
          ],
  };
}

function authorOf({ metadata }: CyclonedxDocument): string {
  const [author] = metadata?.authors ?? [];
  const { supplier, manufacturer, manufacture } = metadata ?? {};
  return author?.name ?? author?.email ?? supplier?.name ?? manufacturer?.name ?? manufacture?.name ?? "";
}

interface Inventory {
  readonly byRef: ReadonlyMap<string, CyclonedxComponent>;
  /** `urn:cdx:SERIAL/VERSION#`, lower case; empty where the document has no serial number. */
  readonly link: string;
  /** Names of the image that the document is an inventory of; empty where it is of none. */
  readonly image: readonly string[];
}

function inventoryOf({ metadata, components, serialNumber, version }: CyclonedxDocument): Inventory {
  const byRef = new Map<string, CyclonedxComponent>();
  const subject = metadata?.component ?? undefined;
  const rest = [...(subject === undefined ? [] : [subject]), ...(components ?? [])];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const ref = next["bom-ref"];
    if (ref) byRef.set(ref, next);
    rest.push(...(next.components ?? []));
  }
  const serial = serialNumber?.replace(/^urn:uuid:/i, "") ?? "";
  const link = serial === "" ? "" : `urn:cdx:${serial}/${version ?? 1}#`.toLowerCase();
  return { byRef, link, image: subject?.type === "container" ? namesOf(subject) : [] };
}

function statementsOf(flaw: Flaw, document: VexDocument, inventory: Inventory): readonly VexStatement[] {
  const { analysis, affects } = flaw;
  if (!flaw.id || !analysis?.state || !affects?.length) return [];
  const status = statuses[analysis.state];
  const responses = (analysis.response ?? []).map((word) => word.replaceAll("_", " ")).join(", ");
  const base = {
    document,
    vulnerability: flaw.id,
    aliases: [...new Set((flaw.references ?? []).flatMap(({ id }) => id || []))],
    statement: [analysis.detail ?? "", responses].filter((text) => text !== "").join("; "),
    timestamp: analysis.lastUpdated ?? analysis.firstIssued ?? document.timestamp,
  };
  // A version's own word goes before the analysis: it may say that this one is not affected.
  return [status, "not_affected" as const, "under_investigation" as const].flatMap((each, place) => {
    const word = (["affected", "unaffected", "unknown"] as const)[place] ?? "affected";
    const products = affects.flatMap((affected) => productsOf(affected, word, inventory));
    if (products.length === 0) return [];
    const told = place === 0 ? (analysis.justification ?? null) : null;
    const justification =
      told ?? (analysis.state === "false_positive" && place === 0 ? "false_positive" : null);
    return [{ ...base, products, status: each, justification }];
  });
}

function productsOf(
  { ref, versions }: Affected,
  word: "affected" | "unaffected" | "unknown",
  inventory: Inventory,
): readonly VexProduct[] {
  const component = componentOf(ref, inventory);
  const ids = component === undefined ? [endOfLink(ref)] : namesOf(component);
  const scoped = (names: readonly string[]): VexProduct =>
    inventory.image.length === 0 || component?.type === "container"
      ? { ids: names, subcomponents: [] }
      : { ids: inventory.image, subcomponents: names };
  if (!versions?.length) return word === "affected" ? [scoped(ids)] : [];
  return versions
    .filter(({ status }) => (status ?? "affected") === word)
    .map(({ version, range }) => scoped(ids.map((id) => versioned(id, version ?? "", range ?? ""))));
}

function componentOf(ref: string, { byRef, link }: Inventory): CyclonedxComponent | undefined {
  const own = link !== "" && ref.toLowerCase().startsWith(link) ? ref.slice(link.length) : ref;
  return byRef.get(own) ?? byRef.get(decoded(own));
}

// A reference into another document (https://cyclonedx.org/capabilities/bomlink/) often names a component by its purl.
function endOfLink(ref: string): string {
  const name = decoded(ref.replace(/^urn:cdx:[^#]*#/i, ""));
  return name.startsWith("pkg:") ? name : ref;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function namesOf({ purl, cpe, hashes, name, version }: CyclonedxComponent): readonly string[] {
  const names = [
    purl ?? "",
    cpe ?? "",
    ...(hashes ?? []).map(
      ({ alg, content }) => `${alg.toLowerCase().replace("sha-", "sha")}:${content.toLowerCase()}`,
    ),
  ].filter((text) => text !== "");
  return names.length > 0 ? names : [[name ?? "", version ?? ""].filter((text) => text !== "").join("@")];
}

function versioned(id: string, version: string, range: string): string {
  if (!id.startsWith("pkg:")) return id;
  if (version !== "") return withVersion(id, version);
  return range === "" ? id : withRange(withVersion(id, ""), range);
}
