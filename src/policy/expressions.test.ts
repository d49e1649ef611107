import assert from "node:assert/strict";
import { test } from "node:test";
import { fullReport } from "../../tests/support/sample-report.ts";
import type { Rule } from "../core/policy.ts";
import { cleanFacts } from "./clean-facts.ts";
import { defaultPolicy, evaluate } from "./evaluate.ts";
import { type About, types, variables } from "./expression-types.ts";
import { checkValues, findingValues, imageValues, packageValues } from "./expression-values.ts";
import { compile, expressionsOf } from "./expressions.ts";
import { subjectOf } from "./subject.ts";

const subject = subjectOf(fullReport, [{ namespace: "prod", labels: {} }]);
const [finding] = subject.findings;
const [check] = subject.checks;
const [pkg] = subject.packages;
assert.ok(finding !== undefined && check !== undefined && pkg !== undefined);
const values = {
  finding: findingValues(finding, subject),
  check: checkValues(check, subject),
  package: packageValues(pkg, subject),
  image: imageValues(subject),
} as const;

const answers: readonly [about: About, text: string, answer: boolean | string][] = [
  ["finding", "finding.kev", true],
  ["finding", "finding.id == 'CVE-2021-1' && 'GHSA-1' in finding.aliases", true],
  ["finding", "finding.severity in ['critical', 'high']", true],
  ["finding", "atLeast(finding.severity, 'high')", true],
  ["finding", "atLeast(finding.severity, pkg.name)", "No such severity"],
  ["finding", "finding.epss > 0.1", "No such key: epss"],
  ["finding", "has(finding.epss) && finding.epss > 0.1", false],
  ["finding", "finding.epss > 0.1 || finding.kev", true],
  ["finding", "finding.layer / 0 == 1", "division by zero"],
  ["finding", "finding.layer == 1 && layer.index == 1 && !layer.fromBase", true],
  ["finding", "pkg.name.matches('^lo(d|x)ash$') && pkg.type == \"npm\"", true],
  ["finding", "pkg.name.matches('^dash')", false],
  ["finding", "pkg.name.startsWith('lo') && pkg.licences.exists(l, l == 'MIT')", true],
  ["finding", "image.repository == 'example.org/app' && image.namespaces == ['prod']", true],
  ["finding", "image.labels['org.opencontainers.image.title'] == 'app'", true],
  ["finding", "image.labels.nobody == 'a'", "No such key: team"],
  ["finding", "has(image.labels.nobody)", false],
  ["check", "check.id == 'SW-IM-001' && layer.fromBase && check.paths.all(p, p.startsWith('usr/'))", true],
  ["package", "pkg.licences.exists(l, l.matches('^(GPL|AGPL)-'))", false],
  [
    "image",
    "packages.size() == 4 && findings.exists(f, f.kev) && gaps.exists(g, g.code == 'file-unreadable')",
    true,
  ],
  ["image", "packages.filter(p, p.type == 'deb').map(p, p.name) == ['libssl3']", true],
  ["image", "image.ageDays > 30 && image.endOfLifeDays < 90 && image.baseBehind && checks.size() > 1", true],
  [
    "image",
    "image.created > '2025-01-01' && timestamp(image.created + 'T00:00:00Z').getFullYear() == 2025",
    true,
  ],
];

for (const [about, text, answer] of answers)
  test(`compile() of ${text} answers ${answer}`, () => {
    const compiled = compile(text, about);
    assert.ok("run" in compiled, JSON.stringify(compiled));
    const found = compiled.run(values[about]);
    if (typeof answer === "boolean") assert.deepEqual(found, answer);
    else assert.ok(typeof found === "object" && found.failed !== "", JSON.stringify(found));
  });

const refused: readonly [about: About, text: string, at: number, expected: RegExp][] = [
  ["finding", "", 0, /./u],
  ["finding", "finding.id ==", 13, /Unexpected token/u],
  ["finding", "finding.id == 1", 0, /no such overload: string == int/u],
  ["finding", "finding.idd == 'a'", 8, /No such key: idd/u],
  ["finding", "has(finding.epsss)", 12, /No such key: epsss/u],
  ["finding", "finding.kev && has(finding.epsss)", 27, /No such key: epsss/u],
  ["finding", "package.name == 'a'", 0, /Reserved identifier/u],
  ["finding", "packages.size() > 1", 0, /Unknown variable/u],
  ["finding", "finding", 0, /true or false, found Finding/u],
  ["finding", "dyn(finding.kev)", 0, /true or false, found dyn/u],
  ["finding", "finding.summary", 0, /true or false, found string/u],
  ["finding", "now() > timestamp('2020-01-01T00:00:00Z')", 0, /no matching overload/u],
  ["finding", "timestamp('2020-01-01T00:00:00Z').getHours('Europe/Berlin') == 1", 0, /without a time zone/u],
  ["finding", "pkg.name.matches('(?=a)b')", 0, /a pattern of RE2/u],
  ["finding", "pkg.name.matches(r'(a)\\1')", 0, /a pattern of RE2/u],
  ["finding", "pkg.name.matches(pkg.version)", 0, /a pattern in quotes/u],
  ["finding", "pkg.name.matches(// matches\n'a')", 0, /without a comment/u],
  ["finding", "atLeast(finding.severity, 'hihg')", 0, /one of critical, high/u],
  ["finding", "cel.bind(x, finding.id, x == x)", 0, /without cel\.bind/u],
  ["image", "packages.exists(p, packages.exists(q, p.name == q.name))", 0, /at most 1000000 steps/u],
  ["image", "packages.map(p, packages.filter(q, q.name == p.name)).size() > 1", 0, /at most 1000000 steps/u],
  ["image", "findings.all(f, f.aliases.all(a, f.fixedVersions.all(v, a.size() > v.size())))", 0, /steps/u],
  ["image", "packages.exists(p, p.nme == 'a')", 21, /No such key: nme/u],
  ["image", `${"(".repeat(60)}true${")".repeat(60)}`, 40, /./u],
  ["image", "true".padEnd(5000, " "), 0, /at most 4000 characters/u],
  ["image", Array.from({ length: 400 }, () => "image.layers == 1").join(" && "), 0, /./u],
];

for (const [about, text, at, expected] of refused)
  test(`compile() refuses ${text.slice(0, 70)}`, () => {
    const compiled = compile(text, about);
    assert.ok("wrong" in compiled, "it was taken");
    const [first] = compiled.wrong;
    assert.match(first?.expected ?? "", expected);
    if (expected.source !== ".") assert.equal(first?.at, at);
  });

test("compile() matches by RE2: a pattern that makes others go back takes no time", () => {
  const compiled = compile("finding.summary.matches('^(a+)+$')", "finding");
  assert.ok("run" in compiled);
  const before = performance.now();
  const found = { ...finding, summary: `${"a".repeat(20_000)}!` };
  assert.equal(compiled.run(findingValues(found, subject)), false);
  assert.ok(performance.now() - before < 1000);
});

test("values are of the types that expressions are checked by", () => {
  for (const [about, names] of Object.entries(variables))
    for (const [name, type] of Object.entries(names)) {
      const fields: Readonly<Record<string, string>> =
        Object.entries(types).find(([one]) => one === type)?.[1] ?? {};
      for (const [field, fieldType] of Object.entries(fields)) {
        const read =
          fieldType.startsWith("list") || fieldType.startsWith("map")
            ? `${name}.${field}.size() >= 0`
            : `${name}.${field} == ${name}.${field}`;
        // oxlint-disable-next-line typescript/consistent-type-assertions -- its own keys
        const compiled = compile(`!has(${name}.${field}) || ${read}`, about as About);
        assert.ok("run" in compiled, `${name}.${field}: ${JSON.stringify(compiled)}`);
        // oxlint-disable-next-line typescript/consistent-type-assertions -- its own keys
        assert.equal(compiled.run(values[about as About]), true, `${name}.${field}`);
      }
    }
});

const when = (text: string): Rule => ({
  id: "w",
  action: "fail",
  target: { about: "finding", where: { when: text } },
});

test("evaluate() is unknown, and names the rule, where an expression gives no answer; never pass", () => {
  const { database } = cleanFacts.coverage;
  const clean = { ...fullReport, undecided: [], coverage: { ...fullReport.coverage, gaps: [], database } };
  const policy = {
    ...defaultPolicy,
    failOn: "never" as const,
    unknown: { default: "pass" as const },
    rules: [when("finding.epss > 0.5")],
  };
  const verdict = evaluate(clean, policy, { expressions: expressionsOf(policy) });
  assert.equal(verdict.decision, "unknown");
  assert.deepEqual(verdict.reasons, [
    {
      code: "rule-undecided",
      message:
        "rule w: its expression gives no answer: No such key: epss (CVE-2021-1 in pkg:npm/lodash@4.17.4 and 3 more)",
      rule: "w",
      findings: [],
    },
  ]);
  const uncompiled = evaluate(clean, policy);
  assert.equal(uncompiled.decision, "unknown");
  assert.match(uncompiled.reasons[0]?.message ?? "", /was not compiled/u);
});

test("expressionsOf() compiles each rule's own", () => {
  const policy = { rules: [when("finding.kev"), { ...when("finding.nope"), id: "broken" }] };
  assert.deepEqual([...expressionsOf(policy).keys()], ["w"]);
});
