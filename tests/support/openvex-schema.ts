import { Ajv2020 } from "ajv/dist/2020.js";

// Written from the text of the specification and what its JSON schema adds (https://github.com/openvex/spec): of a not_affected a
// justification or an impact statement, not both; of an affected an action; nothing that has no name there.
const text = { type: "string", minLength: 1 };
const part = {
  type: "object",
  properties: {
    "@id": { type: "string", pattern: "^pkg:" },
    identifiers: { type: "object", properties: { purl: text }, additionalProperties: false },
    hashes: {
      type: "object",
      properties: { "sha-256": { type: "string", pattern: "^[0-9a-f]{64}$" } },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};
const statement = {
  type: "object",
  required: ["vulnerability", "status", "products"],
  properties: {
    vulnerability: {
      type: "object",
      required: ["name"],
      properties: { name: text, aliases: { type: "array", uniqueItems: true, items: text } },
      additionalProperties: false,
    },
    products: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      items: {
        ...part,
        properties: { ...part.properties, subcomponents: { type: "array", uniqueItems: true, items: part } },
      },
    },
    status: { enum: ["not_affected", "affected", "fixed", "under_investigation"] },
    status_notes: text,
    justification: {
      enum: [
        "component_not_present",
        "vulnerable_code_not_present",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "inline_mitigations_already_exist",
      ],
    },
    impact_statement: text,
    action_statement: text,
  },
  additionalProperties: false,
  allOf: [
    {
      if: { properties: { status: { const: "not_affected" } } },
      // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
      then: { oneOf: [{ required: ["justification"] }, { required: ["impact_statement"] }] },
      else: { properties: { justification: false, impact_statement: false } },
    },
    {
      if: { properties: { status: { const: "affected" } } },
      // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
      then: { required: ["action_statement"] },
      else: { properties: { action_statement: false } },
    },
  ],
};
const valid = new Ajv2020({ strict: false }).compile({
  type: "object",
  required: ["@context", "@id", "author", "timestamp", "version", "statements"],
  properties: {
    "@context": { const: "https://openvex.dev/ns/v0.2.0" },
    "@id": { type: "string", pattern: "^https://" },
    author: text,
    role: text,
    timestamp: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$" },
    version: { type: "integer", minimum: 1 },
    tooling: text,
    statements: { type: "array", uniqueItems: true, items: statement },
  },
  additionalProperties: false,
});

/** What is wrong with an OpenVEX document; empty where nothing is. */
export function openvexErrors(document: unknown): readonly string[] {
  if (valid(document)) return [];
  return (valid.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}
