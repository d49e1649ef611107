import type { VexDocument, VexProduct, VexStatement } from "../../core/vex.ts";
import type { JsonPath } from "../../formats/json-place.ts";
import { bySchema, invalidVex, type VexReader, type VexReading } from "./reader.ts";
import { type OpenvexDocument, openvexSchema } from "./schemas.ts";

type Statement = OpenvexDocument["statements"][number];
type Product = NonNullable<Statement["products"]>[number];
type Component = Exclude<Product, string>;

/** Reads an OpenVEX document, 0.0.1 to 0.2.0 (https://github.com/openvex/spec). @throws SeaworthyError `vex-invalid`. */
export function readOpenvex(reader: VexReader): VexReading {
  const read = bySchema(openvexSchema, reader);
  const { source } = reader;
  const document: VexDocument = {
    source,
    format: "openvex",
    id: read["@id"] ?? "",
    author: read.author ?? "",
    timestamp: read.timestamp ?? "",
  };
  const statements = read.statements.map((statement, index) =>
    statementOf(statement, document, reader, ["statements", index]),
  );
  const missing = [
    ...(document.id === "" ? ["@id"] : []),
    ...(document.author === "" ? ["author"] : []),
    ...(document.timestamp === "" ? ["timestamp"] : []),
  ];
  const notes =
    missing.length === 0 ? [] : [`${source} tells no ${missing.join(", no ")}, which OpenVEX asks for`];
  return { statements, notes };
}

function statementOf(
  statement: Statement,
  document: VexDocument,
  reader: VexReader,
  path: JsonPath,
): VexStatement {
  const { status } = statement;
  const justification = statement.justification || null;
  const text = statement.impact_statement || statement.action_statement || statement.status_notes || "";
  if (status === "not_affected" && justification === null && !statement.impact_statement)
    throw invalidVex(reader, [...path, "justification"], "a justification or an impact_statement");
  return {
    document,
    ...flawOf(statement.vulnerability, reader, [...path, "vulnerability"]),
    products: productsOf(statement, reader, path),
    status,
    justification,
    statement: text,
    timestamp: statement.timestamp ?? document.timestamp,
  };
}

function flawOf(
  vulnerability: Statement["vulnerability"],
  reader: VexReader,
  path: JsonPath,
): Pick<VexStatement, "vulnerability" | "aliases"> {
  const told = typeof vulnerability === "string" ? { name: vulnerability } : vulnerability;
  const [name, ...aliases] = new Set(
    [told.name ?? "", ...(told.aliases ?? []), endOfUrl(told["@id"] ?? "")].filter((text) => text !== ""),
  );
  if (name === undefined) throw invalidVex(reader, [...path, "name"], "the id of a flaw");
  return { vulnerability: name, aliases };
}

// `https://nvd.nist.gov/vuln/detail/CVE-2019-17571`: it is the flaw's own id that ends its page's address.
function endOfUrl(id: string): string {
  if (id.length > longestUrl) return "";
  return /(?:^|\/)([A-Za-z]+-[\w:.-]*\d[\w:.-]*)$/.exec(id)?.[1] ?? "";
}

const longestUrl = 500;

function productsOf(statement: Statement, reader: VexReader, path: JsonPath): readonly VexProduct[] {
  const products = statement.products ?? [];
  const own = statement.subcomponents ?? [];
  // https://github.com/openvex/spec/blob/main/ATTESTING.md: the attestation's subject stands for the products.
  if (products.length === 0 && reader.subjects.length > 0)
    return [{ ids: reader.subjects, subcomponents: own }];
  if (products.length === 0) throw invalidVex(reader, [...path, "products"], "at least one product");
  return products.map((product, index) => {
    const at = [...path, "products", index];
    if (typeof product === "string") return { ids: namesOf(product, reader, at), subcomponents: own };
    const parts = (product.subcomponents ?? []).flatMap((part, place) =>
      namesOf(part, reader, [...at, "subcomponents", place]),
    );
    return { ids: namesOf(product, reader, at), subcomponents: [...own, ...parts] };
  });
}

function namesOf(component: Component | string, reader: VexReader, path: JsonPath): readonly string[] {
  const told: Component = typeof component === "string" ? { "@id": component } : component;
  const names = [
    told["@id"] ?? "",
    ...Object.values(told.identifiers ?? {}),
    ...Object.entries(told.hashes ?? {}).map(
      ([algorithm, hex]) => `${algorithm.replace("sha-", "sha")}:${hex}`,
    ),
  ].filter((name) => name.trim() !== "");
  if (names.length === 0) throw invalidVex(reader, path, "an @id, an identifier or a hash");
  return [...new Set(names)];
}
