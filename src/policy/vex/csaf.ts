import type { VexDocument, VexProduct, VexStatement, VexStatus } from "../../core/vex.ts";
import { withRange } from "./purl-text.ts";
import { bySchema, invalidVex, type VexReader, type VexReading } from "./reader.ts";
import { type CsafBranch, type CsafDocument, csafSchema } from "./schemas.ts";

type Flaw = NonNullable<CsafDocument["vulnerabilities"]>[number];
type Tree = NonNullable<CsafDocument["product_tree"]>;
type FullProduct = NonNullable<CsafBranch["product"]>;

// https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#3239-vulnerabilities-property---product-status
const statuses: ReadonlyMap<string, VexStatus> = new Map([
  ["known_not_affected", "not_affected"],
  ["fixed", "fixed"],
  ["first_fixed", "fixed"],
  ["known_affected", "affected"],
  ["first_affected", "affected"],
  ["last_affected", "affected"],
  ["under_investigation", "under_investigation"],
  // Of 2.1: it is not known whether it is affected.
  ["unknown", "under_investigation"],
]);

/** Reads a CSAF document of any profile that has product statuses. @throws SeaworthyError `vex-invalid`. */
export function readCsaf(reader: VexReader): VexReading {
  const read = bySchema(csafSchema, reader);
  const { publisher, tracking } = read.document;
  const document: VexDocument = {
    source: reader.source,
    format: "csaf",
    id: tracking.id,
    author: publisher.name,
    timestamp: tracking.current_release_date,
  };
  const tree = productsOf(read.product_tree ?? {}, reader);
  const flaws = read.vulnerabilities ?? [];
  const unread = new Set(
    flaws
      .flatMap(({ product_status: told }) => Object.keys(told ?? {}))
      .filter((name) => !statuses.has(name)),
  );
  return {
    statements: flaws.flatMap((flaw, index) => statementsOf(flaw, index, { document, tree, reader })),
    notes: [...unread].map(
      (name) => `${reader.source}: the product status "${name}" says nothing of being affected`,
    ),
  };
}

interface Context {
  readonly document: VexDocument;
  readonly tree: ProductTree;
  readonly reader: VexReader;
}

interface ProductTree {
  readonly products: ReadonlyMap<string, VexProduct>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

function statementsOf(
  flaw: Flaw,
  index: number,
  { document, tree, reader }: Context,
): readonly VexStatement[] {
  const ids = [flaw.cve ?? "", ...(flaw.ids ?? []).map(({ text }) => text)].filter(
    (id) => /[A-Za-z]/.test(id) && id.includes("-"),
  );
  const path = ["vulnerabilities", index];
  const [vulnerability, ...aliases] = ids;
  const told = Object.entries(flaw.product_status ?? {});
  if (told.length === 0) return [];
  if (vulnerability === undefined) throw invalidVex(reader, [...path, "cve"], "the id of a flaw");
  const reasons = reasonsOf(flaw, tree);
  const statements = new Map<string, Omit<VexStatement, "products"> & { readonly products: VexProduct[] }>();
  for (const [name, products] of told) {
    const status = statuses.get(name);
    if (status === undefined) continue;
    for (const [place, id] of products.entries()) {
      const product = tree.products.get(id);
      if (product === undefined)
        throw invalidVex(
          reader,
          [...path, "product_status", name, place],
          "a product_id of the product_tree",
        );
      const { justification, statement } = reasons(id, status);
      const key = `${status}\n${justification ?? ""}\n${statement}`;
      const same = statements.get(key);
      if (same !== undefined) same.products.push(product);
      else
        statements.set(key, {
          document,
          vulnerability,
          aliases,
          products: [product],
          status,
          justification,
          statement,
          timestamp: document.timestamp,
        });
    }
  }
  return [...statements.values()];
}

type Reasons = (product: string, status: VexStatus) => Pick<VexStatement, "justification" | "statement">;

function reasonsOf(flaw: Flaw, tree: ProductTree): Reasons {
  const labels = byProduct(flaw.flags ?? [], tree, ({ label }) => label);
  const impacts = byProduct(
    (flaw.threats ?? []).filter(({ category }) => category === "impact"),
    tree,
    ({ details }) => details,
  );
  const remedies = byProduct(
    flaw.remediations ?? [],
    tree,
    ({ category, details }) => `${category}: ${details}`,
  );
  return (product, status) => {
    const said =
      status === "not_affected" ? impacts(product) : status === "fixed" ? undefined : remedies(product);
    return {
      justification: status === "not_affected" ? (labels(product) ?? null) : null,
      statement: said ?? "",
    };
  };
}

interface OfProducts {
  readonly product_ids?: readonly string[] | null | undefined;
  readonly group_ids?: readonly string[] | null | undefined;
}

// What names no product is said of all.
function byProduct<T extends OfProducts>(
  items: readonly T[],
  { groups }: ProductTree,
  textOf: (item: T) => string,
): (product: string) => string | undefined {
  const texts = new Map<string, string>();
  let general: string | undefined;
  for (const item of items) {
    const ids = [
      ...(item.product_ids ?? []),
      ...(item.group_ids ?? []).flatMap((id) => groups.get(id) ?? []),
    ];
    for (const id of ids) if (!texts.has(id)) texts.set(id, textOf(item));
    if (ids.length === 0) general ??= textOf(item);
  }
  return (product) => texts.get(product) ?? general;
}

function productsOf(tree: Tree, reader: VexReader): ProductTree {
  const products = new Map<string, VexProduct>();
  const add = (product: FullProduct, range?: string): void => {
    products.set(product.product_id, { ids: idsOf(product, range), subcomponents: [] });
  };
  for (const product of tree.full_product_names ?? []) add(product);
  const rest: CsafBranch[] = [...(tree.branches ?? [])];
  for (let branch = rest.pop(); branch !== undefined; branch = rest.pop()) {
    const { product, category, name } = branch;
    if (product !== undefined && product !== null)
      add(product, category === "product_version_range" ? name : undefined);
    rest.push(...(branch.branches ?? []));
  }
  for (const [index, relationship] of (tree.relationships ?? []).entries()) {
    const path = ["product_tree", "relationships", index];
    const part = products.get(relationship.product_reference);
    const whole = products.get(relationship.relates_to_product_reference);
    if (part === undefined)
      throw invalidVex(reader, [...path, "product_reference"], "a product_id of the product_tree");
    if (whole === undefined)
      throw invalidVex(reader, [...path, "relates_to_product_reference"], "a product_id of the product_tree");
    const { full_product_name: named } = relationship;
    const own = idsOf(named).filter((id) => id !== named.name);
    products.set(named.product_id, related(part, whole, own));
  }
  const groups = (tree.product_groups ?? []).map(
    ({ group_id: id, product_ids: members }) => [id, members] as const,
  );
  return { products, groups: new Map(groups) };
}

// "libcurl as a component of Red Hat Enterprise Linux 9" is a part of that and of nothing else: its purl alone fits release 8, too.
// An image is the same wherever it is part of.
function related(part: VexProduct, whole: VexProduct, own: readonly string[]): VexProduct {
  if (part.ids.some((id) => /^pkg:(?:oci|docker)\//i.test(id))) return part;
  const names = [...own, ...(part.subcomponents.length > 0 ? part.subcomponents : part.ids)];
  return { ids: whole.ids, subcomponents: names };
}

function idsOf(product: FullProduct, range?: string): readonly string[] {
  const helper = product.product_identification_helper;
  const purls = [...(helper?.purls ?? []), helper?.purl ?? ""].filter((purl) => purl !== "");
  const names = [
    ...purls.map((purl) => (range === undefined ? purl : withRange(purl, range))),
    ...(helper?.cpe ? [helper.cpe] : []),
    ...(helper?.hashes ?? []).flatMap(({ file_hashes: hashes }) =>
      hashes.map(({ algorithm, value }) => `${algorithm.toLowerCase()}:${value.toLowerCase()}`),
    ),
  ];
  return names.length === 0 ? [product.name] : [...new Set(names)];
}
