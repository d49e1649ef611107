import { z } from "zod";
import { justifications } from "../../core/exception.ts";
import { vexStatuses } from "../../core/vex.ts";

// What is read of each format, and no more: a document is not refused for what does not matter here.

const text = z.string();
const moment = text.refine((date) => !Number.isNaN(Date.parse(date)), {
  error: "a date and time by RFC 3339",
});
const names = z.record(text, text).nullish();

// The first five are OpenVEX's; ours after them have no name there.
const vexJustifications = justifications.slice(0, 5);

const component = z.object({ "@id": text.nullish(), identifiers: names, hashes: names });
const part = z.union([text, component]);
const product = z.union([text, component.extend({ subcomponents: z.array(part).nullish() })]);

const vulnerability = z.union([
  text,
  z.object({ name: text.nullish(), "@id": text.nullish(), aliases: z.array(text).nullish() }),
]);

/** https://github.com/openvex/spec: 0.2.0, and what 0.0.1 had in its place. */
export const openvexSchema = z.object({
  "@id": text.nullish(),
  author: text.nullish(),
  timestamp: moment.nullish(),
  statements: z.array(
    z.object({
      vulnerability,
      timestamp: moment.nullish(),
      products: z.array(product).nullish(),
      // Of 0.0.1.
      subcomponents: z.array(text).nullish(),
      status: z.enum(vexStatuses),
      justification: z.enum(["", ...vexJustifications]).nullish(),
      impact_statement: text.nullish(),
      action_statement: text.nullish(),
      status_notes: text.nullish(),
    }),
  ),
});

/** An OpenVEX document. */
export type OpenvexDocument = z.infer<typeof openvexSchema>;

const helper = z.object({
  purl: text.nullish(),
  // CSAF 2.1 has a list.
  purls: z.array(text).nullish(),
  cpe: text.nullish(),
  hashes: z.array(z.object({ file_hashes: z.array(z.object({ algorithm: text, value: text })) })).nullish(),
});
const fullProduct = z.object({
  name: text,
  product_id: text,
  product_identification_helper: helper.nullish(),
});

/** A branch of a CSAF product tree. */
export interface CsafBranch {
  readonly category: string;
  readonly name: string;
  readonly product?: z.infer<typeof fullProduct> | null | undefined;
  readonly branches?: readonly CsafBranch[] | null | undefined;
}
const branch: z.ZodType<CsafBranch> = z.lazy(() =>
  z.object({
    category: text,
    name: text,
    product: fullProduct.nullish(),
    branches: z.array(branch).nullish(),
  }),
);

const products = {
  product_ids: z.array(text).nullish(),
  group_ids: z.array(text).nullish(),
};
const said = z.object({ category: text, details: text, ...products });

/** https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html and 2.1, as far as VEX goes. */
export const csafSchema = z.object({
  document: z.object({
    category: text,
    csaf_version: z.enum(["2.0", "2.1"]),
    publisher: z.object({ name: text }),
    tracking: z.object({ id: text, current_release_date: moment }),
  }),
  product_tree: z
    .object({
      branches: z.array(branch).nullish(),
      full_product_names: z.array(fullProduct).nullish(),
      product_groups: z.array(z.object({ group_id: text, product_ids: z.array(text) })).nullish(),
      relationships: z
        .array(
          z.object({
            category: text,
            full_product_name: fullProduct,
            product_reference: text,
            relates_to_product_reference: text,
          }),
        )
        .nullish(),
    })
    .nullish(),
  vulnerabilities: z
    .array(
      z.object({
        cve: text.nullish(),
        ids: z.array(z.object({ system_name: text, text })).nullish(),
        product_status: z.record(text, z.array(text)).nullish(),
        flags: z.array(z.object({ label: text, ...products })).nullish(),
        threats: z.array(said).nullish(),
        remediations: z.array(said).nullish(),
      }),
    )
    .nullish(),
});

/** A CSAF document. */
export type CsafDocument = z.infer<typeof csafSchema>;

const cyclonedxFields = z.object({
  "bom-ref": text.nullish(),
  type: text.nullish(),
  group: text.nullish(),
  name: text.nullish(),
  version: text.nullish(),
  purl: text.nullish(),
  cpe: text.nullish(),
  hashes: z.array(z.object({ alg: text, content: text })).nullish(),
});

/** A component of a CycloneDX BOM. */
export interface CyclonedxComponent extends z.infer<typeof cyclonedxFields> {
  readonly components?: readonly CyclonedxComponent[] | null | undefined;
}
const cyclonedxComponent: z.ZodType<CyclonedxComponent> = z.lazy(() =>
  cyclonedxFields.extend({ components: z.array(cyclonedxComponent).nullish() }),
);

/** https://cyclonedx.org/docs/1.6/json/#vulnerabilities, 1.4 to 1.6. */
export const cyclonedxSchema = z.object({
  serialNumber: text.nullish(),
  version: z.number().nullish(),
  metadata: z
    .object({
      timestamp: moment.nullish(),
      component: cyclonedxComponent.nullish(),
      authors: z.array(z.object({ name: text.nullish(), email: text.nullish() })).nullish(),
      supplier: z.object({ name: text.nullish() }).nullish(),
      manufacturer: z.object({ name: text.nullish() }).nullish(),
      manufacture: z.object({ name: text.nullish() }).nullish(),
    })
    .nullish(),
  components: z.array(cyclonedxComponent).nullish(),
  vulnerabilities: z
    .array(
      z.object({
        id: text.nullish(),
        references: z.array(z.object({ id: text.nullish() })).nullish(),
        analysis: z
          .object({
            state: z
              .enum([
                "resolved",
                "resolved_with_pedigree",
                "exploitable",
                "in_triage",
                "false_positive",
                "not_affected",
              ])
              .nullish(),
            justification: text.nullish(),
            response: z.array(text).nullish(),
            detail: text.nullish(),
            firstIssued: moment.nullish(),
            lastUpdated: moment.nullish(),
          })
          .nullish(),
        affects: z
          .array(
            z.object({
              ref: text,
              versions: z
                .array(
                  z.object({
                    version: text.nullish(),
                    range: text.nullish(),
                    status: z.enum(["affected", "unaffected", "unknown"]).nullish(),
                  }),
                )
                .nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

/** A CycloneDX document. */
export type CyclonedxDocument = z.infer<typeof cyclonedxSchema>;

/** What an attestation wraps: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. */
export const attestationSchema = z.object({
  predicateType: text,
  subject: z
    .array(z.object({ name: text.nullish(), uri: text.nullish(), digest: z.record(text, text).nullish() }))
    .nullish(),
});

/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md. */
export const envelopeSchema = z.object({ payloadType: text, payload: text });

/** index.json of a VEX repository: https://github.com/aquasecurity/vex-repo-spec. */
export const repositoryIndexSchema = z.object({
  packages: z.array(z.object({ id: text, location: text, format: text.nullish() })),
});
