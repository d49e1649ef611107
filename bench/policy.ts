import type { Finding } from "../src/core/finding.ts";
import type { Package } from "../src/core/package.ts";
import type { Rule } from "../src/core/policy.ts";
import type { Facts } from "../src/core/report.ts";
import { severities } from "../src/core/severity.ts";
import { cleanFacts } from "../src/policy/clean-facts.ts";
import { defaultPolicy, evaluate } from "../src/policy/evaluate.ts";
import { expressionsOf } from "../src/policy/expressions.ts";

// One verdict on 1,000 findings in 400 packages by 20 rules, ten of which are expressions: `node bench/policy.ts`. Tells what compiling
// the expressions takes, the first verdict (cold code), the median and the least of 200.

const packages = Array.from({ length: 400 }, (_, at): Package => {
  const purl = `pkg:npm/package-${at}@1.${at}.0`;
  return {
    type: "npm",
    name: `package-${at}`,
    version: `1.${at}.0`,
    purl,
    layer: at % 10,
    licences: ["MIT"],
    locations: [{ path: `app/${at}`, layer: at % 10 }],
  };
});
const findings = Array.from({ length: 1000 }, (_, at): Finding => {
  const { purl = "", layer = 0 } = packages[at % packages.length] ?? {};
  return {
    id: `CVE-2025-${at}`,
    aliases: [`GHSA-${at}`],
    package: purl,
    severity: severities[at % severities.length] ?? "low",
    severitySource: "bench",
    fix: at % 3 === 0 ? { state: "fixed", versions: ["9.0.0"] } : { state: "not-fixed", versions: [] },
    fixedSince: at % 3 === 0 ? "2025-06-01" : undefined,
    layer,
    kev: at % 50 === 0,
    epss: (at % 100) / 100,
    summary: "words of a summary",
    evidence: [],
  };
});
const layers = Array.from({ length: 10 }, (_, index) => ({
  index,
  digest: "",
  diffId: "",
  createdBy: "",
  fromBase: index < 5,
}));
const facts: Facts = { ...cleanFacts, image: { ...cleanFacts.image, layers }, packages, findings };
const plain: readonly Rule["target"][] = [
  { about: "finding", where: { kev: true } },
  { about: "finding", where: { epss: 0.5 } },
  { about: "finding", where: { fixedForDays: 30, severity: "medium" } },
  { about: "finding", where: { ids: ["CVE-2025-9*"] } },
  { about: "finding", where: { packages: ["pkg:npm/package-1*"], fixable: true } },
  { about: "finding", where: { from: "application", severity: "high" } },
  { about: "package", where: { licencesDenied: ["GPL-*", "AGPL-*"] } },
  { about: "package", where: { packages: ["pkg:npm/left-pad"] } },
  { about: "image", where: { endOfLifeWithinDays: 90 } },
  { about: "check", where: { severity: "medium" } },
];
const expressed: readonly Rule["target"][] = [
  "finding.kev && finding.fixable",
  "finding.epss > 0.9",
  "has(finding.fixedForDays) && finding.fixedForDays > 60",
  "finding.severity in ['critical', 'high'] && !layer.fromBase",
  "pkg.name.startsWith('package-3') && finding.severity == 'high'",
  "pkg.name.matches('^package-[0-9]{3}$') && finding.kev",
  "atLeast(finding.severity, 'medium') && finding.fixedVersions.exists(v, v.startsWith('9.'))",
  "finding.aliases.exists(a, a == 'GHSA-77')",
  "image.layers > 5 && finding.layer == 9 && finding.fixable",
].map((when) => ({ about: "finding", where: { when } }) as const);
const whole: Rule["target"] = {
  about: "image",
  where: { when: "packages.exists(p, p.name == 'left-pad') || findings.filter(f, f.kev).size() > 100" },
};
const rules = [...plain, ...expressed, whole].map(
  (target, at): Rule => ({ id: `rule-${at}`, action: "fail", target }),
);
const policy = { ...defaultPolicy, rules };

const beforeCompiling = performance.now();
const expressions = expressionsOf(policy);
const compiling = performance.now() - beforeCompiling;
const times = Array.from({ length: 200 }, () => {
  const start = performance.now();
  evaluate(facts, policy, { expressions });
  return performance.now() - start;
});
const { decision, reasons, toPass } = evaluate(facts, policy, { expressions });
const figures = {
  findings: findings.length,
  rules: rules.length,
  decision,
  reasons: reasons.length,
  toPass: toPass.length,
  compileMilliseconds: rounded(compiling),
  firstMilliseconds: rounded(times[0] ?? 0),
  medianMilliseconds: rounded(times.toSorted((a, b) => a - b)[100] ?? 0),
  leastMilliseconds: rounded(Math.min(...times)),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
