import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { imageChecks } from "../checks/list.ts";
import { policyText } from "./document.ts";
import { defaultPolicy } from "./evaluate.ts";
import { loadPolicy, type PolicyReading, problemText, readPolicy } from "./load.ts";
import { policySchema } from "./policy-shape.ts";
import { presets } from "./presets.ts";

type Files = Readonly<Record<string, string>>;

function read(text: string, more: Files = {}): Promise<PolicyReading> {
  const files: Files = { "seaworthy.yaml": text, ...more };
  return readPolicy("seaworthy.yaml", { checks: imageChecks, read: (path) => files[path] });
}

async function problems(text: string, more: Files = {}): Promise<readonly string[]> {
  const reading = await read(text, more);
  return "problems" in reading ? reading.problems.map(problemText) : [];
}

const schema = new Ajv2020({ strict: false }).compile(policySchema);
const rule = (text: string) => `version: 1\nrules:\n  - id: a\n    ${text}\n`;

const valid: readonly string[] = [
  "version: 1\n",
  "version: 1\nextends: strict\n",
  "version: 1\nextends: [starter, distroless]\nfailOn: any\nonlyFixed: true\nunownedExecutables: unknown\n",
  "version: 1\nunknown: {default: pass, feed-missing: fail, undecided: unknown}\n",
  "version: 1\nchecks: {SW-IM-001: off, dkl-di-0001: high, SW-IM-004: {severity: critical}}\n",
  "version: 1\nchecks: {SW-IM-106: {options: {days: 90d}}, SW-IM-062: {severity: low, options: {}}}\n",
  "version: 1\nexceptions: {longest: 90d}\nbaseline: {newAdvisories: fail, grace: {critical: 7d, unknown: 0d}}\n",
  "version: 1\nsignatures: {absent: fail, demand: [signature, sbom-cyclonedx, 'https://example.com/p/v1']}\n",
  rule("finding: {}"),
  rule(
    "finding: {severity: high, fixable: true, kev: false, epss: 0.1, fixedFor: 30d, ids: [CVE-*], packages: ['pkg:npm/**'], from: base}",
  ),
  rule("check: {severity: low, ids: [SW-IM-*], from: application}"),
  rule("package: {licences: {deny: [GPL-*]}, behind: 30d}"),
  rule("image: {endOfLife: 90d, olderThan: 180d, bases: ['docker.io/library/debian:*'], baseBehind: true}"),
  rule(
    "action: warn\n    description: why\n    scope: {images: ['*'], repositories: ['**'], namespaces: [prod], labels: {team: 'a*'}}\n    finding: {}",
  ),
  "version: 1\nextends: strict\nrules: [{id: overdue, action: off}]\n",
];

for (const text of valid)
  test(`readPolicy() takes ${JSON.stringify(text.slice(0, 90))}, and so does its JSON Schema`, async () => {
    assert.deepEqual(await problems(text), []);
    assert.ok(schema(parse(text)), JSON.stringify(schema.errors));
  });

/** What is wrong, and whether the JSON Schema sees it, too: what needs more than the shape it cannot. */
const invalid: readonly [text: string, expected: readonly string[], bySchema: boolean][] = [
  ["", ["1:1: expected keys with values, found nothing"], true],
  ["failOn: high\n", ['1:1: expected the key "version"'], true],
  ["version: 2\n", ["1:10: expected 1, found 2"], true],
  [
    "version: 1\nfailOn: hihg\n",
    [
      '2:9: expected one of critical, high, medium, low, negligible, any, never, found "hihg" (the nearest is high)',
    ],
    true,
  ],
  [
    "version: 1\nfailon: high\n",
    [
      '2:1: expected one of the keys version, extends, failOn, onlyFixed, unownedExecutables, unknown, checks, rules, exceptions, baseline, signatures, found "failon" (the nearest is failOn)',
    ],
    true,
  ],
  ["version: 1\nonlyFixed: yes\n", ['2:12: expected true or false, found "yes"'], true],
  ["SECRET=of whichever file it is\n", ["1:1: expected keys with values, found a text"], false],
  ["version: 1\n---\nversion: 1\n", ["2:1: expected valid YAML: Source contains multiple documents"], false],
  ["version: 1\nfailOn: high\nfailOn: low\n", ["3:1: expected valid YAML: Map keys must be unique"], false],
  [
    "version: 1\nrules:\n  - &a {id: a, finding: {}}\n  - *a\n",
    ["4:5: expected keys with values, found an alias, which is not read here"],
    false,
  ],
  [
    "version: 1\nunknown: {feed-mising: pass}\n",
    ["2:11: expected one of the keys default, os-unknown,"],
    true,
  ],
  [
    "version: 1\nunknown: {default: ignore}\n",
    ['2:20: expected one of unknown, fail, pass, found "ignore" (the nearest is unknown)'],
    true,
  ],
  [
    "version: 1\nchecks: {SW-IM-999: off}\n",
    ['2:10: expected the id or an alias of a check, found "SW-IM-999" (the nearest is SW-IM-009)'],
    false,
  ],
  [
    "version: 1\nchecks: {SW-IM-001: {severity: off}}\n",
    ['2:32: expected one of critical, high, medium, low, negligible, found "off"'],
    true,
  ],
  [
    "version: 1\nchecks: {SW-IM-106: {options: {day: 90d}}, SW-IM-105: {options: {days: {}}}}\n",
    [
      '2:32: expected options that SW-IM-106 has: the check has no option "day": the nearest is days',
      "2:72: expected a list, found keys with values",
    ],
    false,
  ],
  ["version: 1\nrules: []\n", ["2:8: expected a list that is not empty, found an empty list"], true],
  [
    rule("action: fail"),
    ['3:5: expected one of finding, check, package, image in rule "a", found none'],
    true,
  ],
  [
    rule("finding: {}\n    check: {}"),
    ['3:5: expected one of finding, check, package, image in rule "a", found finding and check'],
    true,
  ],
  [rule("image: {}"), ["4:12: expected at least one of endOfLife, olderThan, bases, baseBehind, when"], true],
  [rule("finding: {fixedFor: 30}"), ['4:25: expected days as "30d", found 30'], true],
  [rule("finding: {epss: 3}"), ["4:21: expected a number from 0 to 1, found 3"], true],
  [rule("finding: {ids: CVE-1}"), ['4:20: expected a list that is not empty, found "CVE-1"'], true],
  [
    rule("finding: {when: 'finding.nope == 1'}"),
    ["4:30: expected an expression of CEL over these types: No such key: nope"],
    false,
  ],
  [
    rule("finding:\n      when: |\n        finding.kev &&\n          finding.nope"),
    ["7:19: expected an expression of CEL over these types: No such key: nope"],
    false,
  ],
  [
    "version: 1\nrules: [{id: A b, finding: {}}]\n",
    ['2:14: expected an id in kebab-case, found "A b"'],
    true,
  ],
  [
    "version: 1\nrules: [{id: fail-on, finding: {}}]\n",
    ['2:14: expected another id: "fail-on" is what failOn stands for'],
    false,
  ],
  [
    "version: 1\nrules: [{id: a, finding: {}}, {id: a, check: {}}]\n",
    ['2:36: expected an id for each rule, found "a" twice'],
    false,
  ],
  [
    "version: 1\nrules: [{id: a, action: off}]\n",
    ['2:14: expected the id of an inherited rule to take away, found "a" (there is none)'],
    false,
  ],
  [
    "version: 1\nextends: strct\n",
    ['2:10: expected a preset or a file, found "strct" (the nearest preset is strict)'],
    false,
  ],
  [
    "version: 1\nextends: ./nope.yaml\n",
    ['2:10: expected a file that is there, found none at "nope.yaml"'],
    false,
  ],
  [
    "version: 1\nextends: [./seaworthy.yaml]\n",
    ["2:11: expected no ring: seaworthy.yaml extends seaworthy.yaml"],
    false,
  ],
  [
    rule("package: {packages: [lodash, 'pkg:npm', 'two words']}"),
    [
      '4:34: expected a package as pkg:TYPE/NAME[@VERSION] or NAME[@VERSION] (read package "pkg:npm"',
      '4:45: expected a package as pkg:TYPE/NAME[@VERSION] or NAME[@VERSION] (read package "two words"',
    ],
    false,
  ],
  [
    "version: 1\nfailOn: x\nonlyFixed: 1\n",
    [
      "2:9: expected one of critical, high, medium, low, negligible, any, never, found",
      "3:12: expected true or false, found 1",
    ],
    true,
  ],
];

for (const [text, expected, bySchema] of invalid)
  test(`readPolicy() says where ${JSON.stringify(text.slice(0, 90))} is wrong`, async () => {
    const found = await problems(text);
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const [at, start] of expected.entries())
      assert.ok(found[at]?.startsWith(`seaworthy.yaml:${start}`), found[at]);
    if (bySchema) assert.equal(schema(parse(text)), false, "the JSON Schema takes it");
  });

test("schemas/policy.schema.json is what the reader reads by", () => {
  const written = readFileSync(new URL("../../schemas/policy.schema.json", import.meta.url), "utf8");
  assert.equal(written, `${JSON.stringify(policySchema, null, 2)}\n`, "run seaworthy policy schema");
});

for (const [name, text] of Object.entries(presets))
  test(`preset ${name} is a valid policy, and the same when it is shown and read again`, async () => {
    assert.ok(schema(parse(text)), JSON.stringify(schema.errors));
    const { policy } = await loadPolicy(name, { checks: imageChecks, read: () => undefined });
    const again = await read(policyText(policy));
    assert.ok("loaded" in again);
    assert.deepEqual(again.loaded.policy, policy);
  });

test("preset recommended is what the tool does without a policy, and what is below every policy", async () => {
  const sources = { checks: imageChecks, read: () => undefined };
  assert.deepEqual((await loadPolicy("recommended", sources)).policy, defaultPolicy);
  const bare = await read("version: 1\n");
  assert.ok("loaded" in bare);
  assert.deepEqual(bare.loaded.policy, defaultPolicy);
});

test("readPolicy() puts each policy over what it extends, rule by rule and key by key", async () => {
  const team =
    "version: 1\nextends: strict\nchecks: {SW-IM-001: off, SW-IM-002: low}\nrules: [{id: own, finding: {}}]\n";
  const text = `version: 1
extends: ./policies/team.yaml
failOn: critical
checks: {SW-IM-001: high}
unknown: {feed-missing: pass}
rules:
  - {id: overdue, finding: {fixedFor: 7d}}
  - {id: likely-exploited, action: off}
  - {id: last, check: {}}
`;
  const reading = await read(text, { "policies/team.yaml": team });
  assert.ok("loaded" in reading);
  const { policy, sources } = reading.loaded;
  assert.deepEqual(sources, ["recommended", "strict", "policies/team.yaml", "seaworthy.yaml"]);
  assert.equal(policy.failOn, "critical");
  assert.equal(policy.unownedExecutables, "unknown");
  assert.deepEqual(policy.checks, { "SW-IM-001": { severity: "high" }, "SW-IM-002": { severity: "low" } });
  assert.deepEqual(
    policy.rules.map(({ id }) => id),
    ["exploited", "overdue", "end-of-life", "own", "last"],
  );
  assert.deepEqual(policy.rules[1]?.target, { about: "finding", where: { fixedForDays: 7 } });
});

test("readPolicy() tells what is wrong in the file in which it is, and follows no ring", async () => {
  const files = {
    "a/b.yaml": "version: 1\nextends: ../c.yaml\nfailOn: no\n",
    "c.yaml": "version: 1\nextends: a/b.yaml\n",
  };
  assert.deepEqual(await problems("version: 1\nextends: a/b.yaml\n", files), [
    'a/b.yaml:3:9: expected one of critical, high, medium, low, negligible, any, never, found "no" (the nearest is low)',
    "c.yaml:2:10: expected no ring: seaworthy.yaml extends a/b.yaml extends c.yaml extends a/b.yaml",
  ]);
});

test("loadPolicy() refuses an invalid policy with all its places", async () => {
  const sources = { checks: imageChecks, read: () => "version: 1\nfailOn: 3\nrules: {}\n" };
  await assert.rejects(loadPolicy("p.yaml", sources), {
    code: "policy-invalid",
    message: /^read policy "p\.yaml": p\.yaml:2:9: expected .*; p\.yaml:3:8: expected a list/u,
  });
});

test("loadPolicy() refuses a name that is neither file nor preset", async () => {
  const sources = { checks: imageChecks, read: () => undefined };
  await assert.rejects(loadPolicy("nope", sources), {
    code: "policy-invalid",
    message: /no such file and no such preset/u,
  });
});

test("readPolicy() does not take long over hostile texts", async () => {
  const before = performance.now();
  assert.equal((await problems("a".repeat(600_000))).length, 1);
  assert.ok((await problems("[".repeat(5000))).length > 0);
  assert.ok((await problems(`version: 1\nrules: ${"[{id: a},".repeat(3000)}{}]`)).length > 0);
  assert.ok(performance.now() - before < 5000);
});

test("readPolicy() adds the options of a check up; a severity and off take each other's place", async () => {
  const below =
    "version: 1\nchecks: {SW-IM-105: {severity: low, options: {days: 7d}}, SW-IM-106: off, SW-IM-001: low}\n";
  const text =
    "version: 1\nextends: ./b.yaml\nchecks: {SW-IM-105: {options: {versions: 2}}, SW-IM-106: high, SW-IM-001: off}\n";
  const reading = await read(text, { "b.yaml": below });
  assert.ok("loaded" in reading, JSON.stringify(reading));
  const { policy } = reading.loaded;
  assert.deepEqual(policy.checks, {
    "SW-IM-105": { severity: "low", options: { days: 7, versions: 2 } },
    "SW-IM-106": { severity: "high" },
    "SW-IM-001": { off: true },
  });
  const again = await read(policyText(policy));
  assert.ok("loaded" in again);
  assert.deepEqual(again.loaded.policy, policy);
});
