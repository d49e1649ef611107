// What expressions may ask of, and its types in CEL. A field with `?` need not be there: `has(finding.epss)` asks.

/** The variables of each kind of rule. */
export const variables = {
  finding: { finding: "Finding", pkg: "Package", layer: "Layer", image: "Image" },
  check: { check: "Check", layer: "Layer", image: "Image" },
  package: { pkg: "Package", layer: "Layer", image: "Image" },
  image: {
    image: "Image",
    packages: "list<Package>",
    findings: "list<Finding>",
    checks: "list<Check>",
    gaps: "list<Gap>",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a rule is about. */
export type About = keyof typeof variables;

/** Fields by type. */
export const types = {
  Finding: {
    id: "string",
    aliases: "list<string>",
    purl: "string",
    severity: "string",
    severitySource: "string",
    fixable: "bool",
    fixState: "string",
    fixedVersions: "list<string>",
    fixedSince: "string",
    fixedForDays: "int",
    kev: "bool",
    epss: "double",
    since: "string",
    summary: "string",
    layer: "int",
  },
  Package: {
    type: "string",
    namespace: "string",
    name: "string",
    version: "string",
    arch: "string",
    purl: "string",
    licences: "list<string>",
    vendor: "string",
    source: "string",
    ownedBy: "string",
    path: "string",
    layer: "int",
  },
  Layer: { index: "int", digest: "string", diffId: "string", createdBy: "string", fromBase: "bool" },
  Check: {
    id: "string",
    aliases: "list<string>",
    title: "string",
    severity: "string",
    message: "string",
    paths: "list<string>",
    layer: "int",
    bytes: "int",
  },
  Gap: { code: "string", message: "string", path: "string", layer: "int" },
  Image: {
    reference: "string",
    repository: "string",
    digest: "string",
    os: "string",
    osVersion: "string",
    architecture: "string",
    labels: "map<string, string>",
    namespaces: "list<string>",
    layers: "int",
    created: "string",
    ageDays: "int",
    endOfLifeDays: "int",
    base: "string",
    baseBehind: "bool",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Name of a type that expressions know. */
export type TypeName = keyof typeof types;

/** All of them, each before those that have fields of it. */
export const typeNames: readonly TypeName[] = ["Finding", "Package", "Layer", "Check", "Gap", "Image"];
