// Rows for tests of the reader and of the schema (schemas/exceptions.schema.json): both must say the same of each.

/** The file's name in tests. */
export const file = ".seaworthy/exceptions.yaml";

/** The least that a file with an exception says. */
export const oneException = `exceptions:
  - id: CVE-2024-1
    justification: risk_accepted
    reason: internal
    owner: team-a
    created: 2026-01-01
    expires: 2026-03-01
`;

const without = (key: string) =>
  oneException.replace(new RegExp(`(?:  - | {4})${key}: .*\n`, "u"), key === "id" ? "  -\n" : "");
const withLine = (line: string) => `${oneException}    ${line}\n`;
const withValue = (key: string, value: string) =>
  oneException.replace(new RegExp(`${key}: .*`, "u"), `${key}: ${value}`);

/** Texts that are taken, and texts that are not with a part of what is said of them. */
export const exceptionRows: {
  readonly valid: readonly (readonly [what: string, text: string])[];
  readonly invalid: readonly (readonly [what: string, text: string, message: string])[];
} = {
  valid: [
    ["one exception", oneException],
    ["no exceptions", "exceptions: []\n"],
    ["a list of nothing", "exceptions:\n"],
    ["a check", withValue("id", "SW-IM-001")],
    ["all of a package", `${withValue("id", '"*"')}    package: linux-headers-*\n`],
    ["a purl with stars", withLine("package: pkg:npm/@babel/*@7.*")],
    ["any type", withLine('package: "pkg:*/**/log4j-core"')],
    ["a layer's digest", withLine(`layer: sha256:${"ab".repeat(32)}`)],
    ["one image in the place of a list", withLine("scope: { images: a }")],
    ["labels", withLine("scope: { labels: { a.b/c: x* } }")],
    ["no triggers", withLine("reopens: []")],
    ["what was seen", withLine("seen: { severity: unknown, epss: 1, kev: true, fixable: false }")],
  ],
  invalid: [
    [
      "a day that is none",
      withValue("expires", "2026-02-30"),
      'line 7, column 14: expected a day as YYYY-MM-DD for expires, found "2026-02-30"',
    ],
    ["a day in words", withValue("created", "yesterday"), "line 6, column 14: expected a day"],
    ["no end", without("expires"), "line 2, column 5: expected the key expires"],
    ["no owner", without("owner"), "line 2, column 5: expected the key owner"],
    ["no reason", without("reason"), "expected the key reason"],
    ["no id", without("id"), "expected the key id"],
    ["no beginning", without("created"), "expected the key created"],
    ["no justification", without("justification"), "expected the key justification (component_not_present"],
    ["another justification", withValue("justification", "risk-accepted"), "the nearest is risk_accepted"],
    ["an empty reason", withValue("reason", '" "'), "expected a text for reason"],
    [
      "an unknown key",
      withLine("expire: 2026-01-01"),
      'line 8, column 5: expected id, package, path, layer, scope, justification, reason, owner, created, expires, reopens, seen in an exception, found the key "expire": the nearest is expires',
    ],
    ["a list for an id", withValue("id", "[a]"), "expected a text for id, found a list"],
    ["everything of everything", withValue("id", '"*"'), 'expected the key package, since "*"'],
    ["a layer that is none", withLine("layer: 3"), "expected base, application, or a layer's digest"],
    ["a digest that is too short", withLine("layer: sha256:abc"), "expected base, application"],
    ["a path that is empty", withLine('path: "/"'), "expected a path"],
    ["an empty scope", withLine("scope: {}"), "expected at least one of images"],
    ["a scope that is a text", withLine("scope: prod"), "expected scope as keys with values"],
    ["a list of no images", withLine("scope: { images: [] }"), "expected a list of texts for images"],
    ["an unknown scope", withLine("scope: { image: a }"), "the nearest is images"],
    ["an unknown trigger", withLine("reopens: [fixed]"), "the nearest is fix"],
    ["a severity that is none", withLine("seen: { severity: severe }"), "expected one of critical"],
    ["an EPSS above one", withLine("seen: { epss: 1.5 }"), "expected a number from 0 to 1"],
    ["a word for a flag", withLine("seen: { kev: sometimes }"), "expected true or false for kev"],
    ["a text at the top", "exceptions\n", "expected the file as keys with values"],
    ["another key at the top", "exception: []\n", 'found the key "exception": the nearest is exceptions'],
    ["a map of exceptions", "exceptions: { a: b }\n", "expected a list of exceptions"],
    ["a text in the list", "exceptions: [a]\n", "expected an exception as keys with values"],
  ],
};
