import { messageOf } from "../core/errors.ts";
import { setGapCodes } from "../core/image-set.ts";
import { gapCodes } from "../core/report.ts";
import { severities } from "../core/severity.ts";
import { knownPredicateType, predicateTypes } from "../core/trust.ts";
import { parsePackagePattern } from "./exceptions/package-pattern.ts";
import {
  checked,
  choice,
  days,
  exactly,
  flag,
  type JsonSchema,
  list,
  number,
  object,
  placed,
  record,
  type Shape,
  scalar,
  text,
  wordOr,
} from "./shape.ts";

// What seaworthy.yaml may say: read by it, and written down for editors (schemas/policy.schema.json).

const rated = severities.filter((severity) => severity !== "unknown");
const words = (description?: string): Shape<string> => text("a text", /\S/u, description);
const patterns = (description: string): Shape<readonly string[]> =>
  list(words(), `${description}: patterns, \`*\` for anything but \`/\`, \`**\` for anything.`);
const packages = list(
  checked(words(), (pattern) => {
    try {
      parsePackagePattern(pattern);
      return undefined;
    } catch (thrown) {
      return `a package as pkg:TYPE/NAME[@VERSION] or NAME[@VERSION] (${messageOf(thrown)})`;
    }
  }),
  "Packages, as purls or names, with or without version and qualifiers; `*` stands for anything but `/`, `**` for anything.",
);
const when = (names: string): Shape<{ value: string; at: number; node: unknown }> =>
  placed(words(`A CEL expression over ${names} that is true or false (docs/policy.md).`));
const from = choice(["base", "application"], "Whose layer brought it.");
const severity = choice(rated, "This bad or worse.");

const finding = object(
  {
    severity,
    fixable: flag("Is a version out that mends it?"),
    kev: flag("Is it in CISA's catalogue of known exploited vulnerabilities?"),
    epss: number(0, 1, "A probability of exploitation by EPSS at least this high."),
    fixedFor: days("A fixed version has been out for at least this long."),
    ids: patterns("Ids or aliases"),
    packages,
    from,
    when: when("`finding`, `pkg`, `layer` and `image`"),
  },
  { description: "Findings that violate the rule: all that is asked must hold; `{}` is every finding." },
);

const check = object(
  {
    severity,
    ids: patterns("Ids or aliases of checks"),
    from,
    when: when("`check`, `layer` and `image`"),
  },
  { description: "What checks found and violates the rule; `{}` is all of it." },
);

const licences = object(
  {
    allow: patterns(
      "SPDX ids; a package that cannot be taken with these alone violates the rule, and one that states none",
    ),
    deny: patterns("SPDX ids; a package that cannot be taken without one of these violates the rule"),
  },
  { least: 1, more: { minProperties: 1 } },
);

const pkg = object(
  {
    packages,
    licences,
    behind: days(
      "The distribution's index has had a newer version for longer than this (scan --package-index).",
    ),
    when: when("`pkg`, `layer` and `image`"),
  },
  { description: "Packages that violate the rule.", least: 1, more: { minProperties: 1 } },
);

const image = object(
  {
    endOfLife: days(
      "The end of life of the operating system or of a runtime is less than this away, or over.",
    ),
    olderThan: days("Made longer ago than this, or nobody knows when."),
    bases: patterns("The bases that are allowed; another or an unknown one violates the rule"),
    baseBehind: flag("Its base's tag has other layers now."),
    when: when("`image`, `packages`, `findings`, `checks` and `gaps`"),
  },
  { description: "What an image as a whole is.", least: 1, more: { minProperties: 1 } },
);

const scope = object(
  {
    images: patterns("References as written or canonical, or digests"),
    repositories: patterns("Canonical repositories, `docker.io/library/debian`"),
    namespaces: patterns("Kubernetes namespaces of the workloads that use the image"),
    labels: record(words(), "Labels of the image or of the workload, each with a pattern for its value."),
  },
  {
    description: "The images that the rule speaks of; without it: all.",
    least: 1,
    more: { minProperties: 1 },
  },
);

/** What a rule can be about, one of them each. */
export const targets = ["finding", "check", "package", "image"] as const;

const isOff = { properties: { action: { const: "off" } }, required: ["action"] };

const rule = object(
  {
    id: placed(
      text(
        "an id in kebab-case",
        /^[a-z0-9]+(?:-[a-z0-9]+)*$/u,
        "Unique; one that is inherited is replaced.",
      ),
    ),
    description: words("Why there is this rule."),
    action: choice(
      ["fail", "warn", "off"],
      "`fail` (default), `warn` tells and decides nothing, `off` takes an inherited rule away.",
    ),
    scope,
    finding,
    check,
    package: pkg,
    image,
  },
  {
    required: ["id"],
    more: {
      oneOf: [...targets.map((target) => ({ required: [target], not: isOff })), isOff],
    },
  },
);

/** One rule, as it is written. */
export type RuleDocument = NonNullable<ReturnType<typeof rule.read>>;

const unknownAction = choice(["unknown", "fail", "pass"]);
const checkSetting = wordOr(
  choice([...rated, "off"], "How bad its findings are, or that it makes none."),
  object(
    {
      severity: choice(rated, "How bad its findings are."),
      options: record(
        wordOr(scalar(), list(scalar(), undefined, 0)),
        "The check's own options, by docs/checks.",
      ),
    },
    { least: 1, more: { minProperties: 1 } },
  ),
);
const unknownCodes = [
  "default",
  ...gapCodes,
  ...setGapCodes.filter((code) => code !== "nothing-found"),
  "image-unavailable",
  "undecided",
  "unowned-executables",
  "epss-missing",
  "kev-missing",
];

/** The whole file. */
export const policyShape = object(
  {
    version: exactly(1, "Of this format."),
    extends: placed(
      wordOr(
        placed(words("A preset (starter, recommended, strict, distroless) or a file beside this one.")),
        list(placed(words()), "Presets and files; a later one goes before an earlier."),
      ),
    ),
    failOn: choice(
      [...rated, "any", "never"],
      "Findings and checks this bad or worse fail: the rules fail-on and fail-on-checks.",
    ),
    onlyFixed: flag("Of findings, failOn counts only those that a version mends."),
    unownedExecutables: choice(
      ["list", "unknown"],
      "Are executables that no package claims a reason for `unknown`?",
    ),
    unknown: record(
      unknownAction,
      "What becomes of something that could not be looked at, by its code; `default` for all others.",
      unknownCodes,
    ),
    checks: record(checkSetting, "Severity and options of each check, by id or alias, or `off`."),
    rules: list(placed(rule)),
    exceptions: object(
      {
        longest: days("An exception that lasts longer is an error."),
        stale: choice(
          ["warn", "fail"],
          "What becomes of an exception that is expired, was reopened, matches nothing or is otherwise of no use.",
        ),
      },
      { description: "What exceptions may be." },
    ),
    baseline: object(
      {
        newAdvisories: choice(
          ["fail", "pass"],
          "Does an advisory that is new since the baseline refuse an image in which nothing changed?",
        ),
        grace: record(
          days(),
          "By severity: how long after its fix came out a finding that is not of this change may stay.",
          severities,
        ),
      },
      { description: "What is asked of an image beside its baseline." },
    ),
    signatures: object(
      {
        absent: choice(
          ["unknown", "fail", "pass"],
          "What becomes of an image that has none of what is demanded; `fail` also refuses one that nobody checked.",
        ),
        demand: list(
          checked(words(), (word) =>
            word === "signature" || knownPredicateType(word) !== undefined
              ? undefined
              : `signature, ${Object.keys(predicateTypes).join(", ")} or the URI of a predicate type`,
          ),
          "What must be there, each: signature, sbom-cyclonedx, sbom-spdx, scan, verdict, or the URI of a predicate type.",
        ),
      },
      { description: "What is asked of an image's signatures and attestations; a bad one always fails." },
    ),
  },
  { required: ["version"] },
);

/** A policy, as it is written. */
export type PolicyDocument = NonNullable<ReturnType<typeof policyShape.read>>;

/** The JSON Schema of a policy, for editors. */
export const policySchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Policy of Seaworthy (seaworthy.yaml)",
  ...policyShape.json,
};
