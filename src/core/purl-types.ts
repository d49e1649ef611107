/**
 * A package URL in its components, decoded (ECMA-427, https://github.com/package-url/purl-spec).
 * Absent components are undefined, never empty; qualifier keys are lower case and values not empty.
 */
export interface Purl {
  readonly type: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly version?: string | undefined;
  readonly qualifiers: Readonly<Record<string, string>>;
  readonly subpath?: string | undefined;
}

/** What the definition of a registered purl type adds to the general rules. */
interface TypeRule {
  /** Components that are not case sensitive: their canonical form is lower case. */
  readonly lower?: readonly ("namespace" | "name" | "version")[];
  readonly namespace?: "required" | "prohibited";
  readonly version?: "required";
  /** Qualifier that must be there. */
  readonly qualifier?: string;
  readonly name?: (name: string, purl: Purl) => string;
  /** Answers what is wrong, if anything. */
  readonly check?: (purl: Purl) => string | undefined;
}

const both = ["namespace", "name"] as const;

// https://github.com/package-url/purl-spec/tree/main/types. A required namespace is enforced only where the specification's
// own tests do (`pkg:golang/stdlib`, `pkg:rpm/centerim` are written everywhere, the latter by the specification itself).
const rules: Readonly<Record<string, TypeRule>> = {
  alpm: { lower: both },
  apk: { lower: both },
  bitbucket: { lower: both },
  bitnami: { lower: ["name"], namespace: "prohibited" },
  cargo: { namespace: "prohibited" },
  cocoapods: { namespace: "prohibited", check: cocoapods },
  composer: { lower: both },
  conan: { check: conan },
  conda: { namespace: "prohibited" },
  cpan: {
    namespace: "required",
    check: ({ name }) => (name.includes("::") ? "takes a distribution, not a module, as name" : undefined),
  },
  cran: { namespace: "prohibited", version: "required" },
  deb: { lower: both },
  gem: { namespace: "prohibited" },
  github: { lower: both },
  golang: { lower: both },
  hackage: { namespace: "prohibited" },
  hex: { lower: both },
  huggingface: { lower: ["version"] },
  julia: { namespace: "prohibited", qualifier: "uuid" },
  luarocks: { lower: ["namespace", "name", "version"] },
  maven: { namespace: "required" },
  mlflow: { namespace: "prohibited", name: mlflowName },
  npm: { lower: both },
  nuget: { namespace: "prohibited" },
  oci: { lower: ["name"], namespace: "prohibited" },
  pub: { lower: ["name"], namespace: "prohibited", name: (name) => name.replaceAll("-", "_"), check: pub },
  pypi: {
    lower: ["name", "version"],
    namespace: "prohibited",
    name: (name) => name.replace(/[-_.]+/g, "-"),
  },
  qpkg: { lower: ["namespace"] },
  rpm: { lower: ["namespace"] },
  swid: { qualifier: "tag_id" },
  swift: { namespace: "required", version: "required" },
};

/** The purl with the normal forms of its type; unregistered types are left as they are. */
export function normaliseByType(purl: Purl): Purl {
  const rule = ruleOf(purl.type);
  if (rule === undefined) return purl;
  const lower = (part: "namespace" | "name" | "version", text: string) =>
    rule.lower?.includes(part) === true ? text.toLowerCase() : text;
  const name = lower("name", purl.name);
  return {
    ...purl,
    namespace: purl.namespace === undefined ? undefined : lower("namespace", purl.namespace),
    name: rule.name === undefined ? name : rule.name(name, purl),
    version: purl.version === undefined ? undefined : lower("version", purl.version),
  };
}

/** What a normalised purl breaks of its type's rules, in words; undefined when nothing. */
export function breachOfType(purl: Purl): string | undefined {
  const rule = ruleOf(purl.type);
  if (rule === undefined) return undefined;
  if (rule.namespace === "required" && purl.namespace === undefined) return "needs a namespace";
  if (rule.namespace === "prohibited" && purl.namespace !== undefined) return "allows no namespace";
  if (rule.version === "required" && purl.version === undefined) return "needs a version";
  if (rule.qualifier !== undefined && purl.qualifiers[rule.qualifier] === undefined)
    return `needs the qualifier ${rule.qualifier}`;
  return rule.check?.(purl);
}

function ruleOf(type: string): TypeRule | undefined {
  return Object.hasOwn(rules, type) ? rules[type] : undefined;
}

// A Conan user and channel come together or not at all; the namespace is the user.
function conan({ namespace, qualifiers }: Purl): string | undefined {
  if (namespace === undefined) {
    return qualifiers["channel"] === undefined ? undefined : "needs a namespace with a channel";
  }
  return Object.keys(qualifiers).length === 0 ? "needs a qualifier with a namespace" : undefined;
}

function cocoapods({ name }: Purl): string | undefined {
  return /[\s+]|^\./.test(name) ? "allows no white space, + or leading dot in a name" : undefined;
}

function pub({ name }: Purl): string | undefined {
  return /^[a-z0-9_]*$/.test(name) ? undefined : "allows only a-z, 0-9 and _ in a name";
}

// Databricks treats model names as case insensitive, Azure ML does not.
function mlflowName(name: string, { qualifiers }: Purl): string {
  const databricks = qualifiers["repository_url"]?.toLowerCase().includes("databricks") === true;
  return databricks ? name.toLowerCase() : name;
}
