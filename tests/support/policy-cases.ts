import type { CheckFinding } from "../../src/core/check.ts";
import type { Finding, FixState } from "../../src/core/finding.ts";
import type { Package } from "../../src/core/package.ts";
import type { Placement, Policy, Rule, RuleTarget } from "../../src/core/policy.ts";
import { type Facts, type Gap, gapCodes } from "../../src/core/report.ts";
import { severities } from "../../src/core/severity.ts";
import { cleanFacts } from "../../src/policy/clean-facts.ts";
import { expressionsOf } from "../../src/policy/expressions.ts";
import type { Expressions } from "../../src/policy/when.ts";
import { fullReport, sampleFinding } from "./sample-report.ts";

/** Numbers that follow from a seed: the same in every process. */
interface Random {
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  pick<T>(items: readonly T[]): T;
  shuffled<T>(items: readonly T[]): readonly T[];
}

/** A generator by Marsaglia's xorshift. */
function randomOf(seed: number): Random {
  let state = seed * 2_654_435_761 + 1;
  const below = (end: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % end;
  };
  const pick = <T>(items: readonly T[]): T => {
    for (const item of items.slice(below(items.length))) return item;
    throw new Error("pick one of nothing");
  };
  const shuffled = <T>(items: readonly T[]): readonly T[] =>
    items
      .map((item) => ({ item, order: below(1_000_000) }))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item);
  return { below, pick, shuffled };
}

/** An image and a policy, made from a seed. */
export interface GeneratedCase {
  readonly facts: Facts;
  readonly policy: Policy;
  readonly expressions: Expressions;
  readonly placements: readonly Placement[];
}

const names = ["lodash", "openssl", "left-pad", "zlib"];
const types = ["npm", "deb", "pypi"] as const;
const days = ["2025-01-01", "2025-11-20", "2025-12-31", undefined];

/** Case number `seed` of many; few names, so that things are alike. */
export function generatedCase(seed: number): GeneratedCase {
  const random = randomOf(seed + 1);
  const packages = Array.from({ length: random.below(6) }, () => packageOf(random));
  const findings =
    packages.length === 0
      ? []
      : Array.from({ length: random.below(8) }, () => findingOf(random, random.pick(packages)));
  const checks = Array.from({ length: random.below(4) }, () => checkOf(random));
  const gaps = Array.from(
    { length: random.below(3) },
    (): Gap => ({ code: random.pick(gapCodes), message: random.pick(names) }),
  );
  const facts: Facts = {
    ...cleanFacts,
    image: { ...cleanFacts.image, labels: { team: random.pick(names) } },
    packages,
    findings,
    checks,
    upgrades: packages.flatMap(({ purl, layer }) =>
      random.below(2) === 0 ? [] : [{ package: purl, layer, version: "9.0.0", mends: 1, fixable: 1 }],
    ),
    currency: { ...cleanFacts.currency, ageDays: random.pick([null, 10, 400]), created: "2025-01-01" },
    coverage: {
      ...cleanFacts.coverage,
      gaps,
      unownedExecutables: random.below(2) === 0 ? [] : [{ path: "a", layer: 0 }],
      database: databaseOf(random),
    },
    ...besideOf(randomOf(seed + 1_000_000), packages),
  };
  const rules = Array.from({ length: random.below(5) }, (_, at) => ruleOf(random, `rule-${at}`));
  const policy: Policy = {
    failOn: random.pick([...severities, "never" as const]),
    onlyFixed: random.below(2) === 0,
    unownedExecutables: random.pick(["list", "unknown"] as const),
    checks: {},
    rules,
    unknown:
      random.below(2) === 0
        ? {}
        : { [random.pick(gapCodes)]: random.pick(["fail", "pass", "unknown"] as const) },
    exceptions: { longestDays: null, stale: random.pick(["warn", "fail"] as const) },
    baseline: { newAdvisories: random.pick(["pass", "fail"] as const), graceDays: { high: 7 } },
    signatures: { absent: random.pick(["unknown", "fail", "pass"] as const), demand: ["signature"] },
  };
  const placements =
    random.below(2) === 0
      ? []
      : [
          { namespace: "prod", labels: {} },
          { namespace: null, labels: { team: "zlib" } },
        ];
  return { facts, policy, expressions: expressionsOf(policy), placements };
}

/** The same facts with every list in another order. */
export function shuffledFacts(facts: Facts, seed: number): Facts {
  const random = randomOf(seed);
  const { coverage } = facts;
  return {
    ...facts,
    packages: random.shuffled(facts.packages),
    findings: random.shuffled(facts.findings),
    upgrades: random.shuffled(facts.upgrades),
    checks: random.shuffled(facts.checks),
    undecided: random.shuffled(facts.undecided),
    exceptions: random.shuffled(facts.exceptions),
    vex: random.shuffled(facts.vex),
    coverage: { ...coverage, gaps: random.shuffled(coverage.gaps) },
  };
}

// Most databases have all feeds.
function databaseOf(random: Random): Facts["coverage"]["database"] {
  const { database } = cleanFacts.coverage;
  return { ...database, sources: database.sources.filter(() => random.below(3) > 0) };
}

/** What stands beside what was found: doubts, a baseline, exceptions, and what suppliers say. */
function besideOf(
  random: Random,
  packages: readonly Package[],
): Pick<Facts, "undecided" | "baseline" | "exceptions" | "vex"> {
  const undecided = packages
    .filter(() => random.below(12) === 0)
    .map(({ purl, layer }) => ({
      id: "CVE-2025-9",
      aliases: [],
      package: purl,
      layer,
      reason: "",
      evidence: [],
    }));
  const sums = { changed: 0, newAdvisories: 0, known: 0, mended: 0 };
  const brought = packages.filter(() => random.below(2) === 0).map(({ purl }) => purl);
  const baseline =
    random.below(3) === 0
      ? { reference: "example.org/app:0", digest: null, ...sums, packages: brought }
      : null;
  const some = <T>(items: readonly T[]): readonly T[] =>
    random.below(3) > 0 ? [] : Array.from({ length: random.below(4) }, () => random.pick(items));
  const exceptions = some(fullReport.exceptions).map((given, line) => ({
    ...given,
    state: random.pick(["used", "unmatched", "expired", "shadowed"] as const),
    exception: { ...given.exception, place: { file: random.pick(names), line, column: 1 } },
  }));
  const vex = some(fullReport.vex).map((given) => ({
    ...given,
    state: random.pick(["matched", "near"] as const),
    message: random.pick(names),
  }));
  return { undecided, baseline, exceptions, vex };
}

function packageOf(random: Random): Package {
  const type = random.pick(types);
  const name = random.pick(names);
  const version = `${random.below(3)}.0.0`;
  const layer = random.below(2);
  const licences = random.pick([[], ["MIT"], ["GPL-3.0-only OR MIT"], ["GPL-3.0-only"]]);
  const path = `app/${random.below(3)}/package.json`;
  return {
    type,
    name,
    version,
    purl: `pkg:${type}/${name}@${version}`,
    layer,
    licences,
    locations: [{ path, layer }],
  };
}

function findingOf(random: Random, pkg: Package): Finding {
  const state = random.pick<FixState>(["fixed", "not-fixed", "wont-fix", "unknown"]);
  return sampleFinding(pkg, `CVE-2025-${random.below(4)}`, random.pick(severities), {
    fix: { state, versions: state === "fixed" ? [`${random.pick([1, 2, 10])}.1.0`] : [] },
    fixedSince: random.pick(days),
    kev: random.below(4) === 0,
    epss: random.pick([undefined, 0.01, 0.9]),
    since: random.pick([undefined, "changed", "new-advisory", "known"] as const),
  });
}

function checkOf(random: Random): CheckFinding {
  const id = `SW-IM-00${random.below(4)}`;
  const layer = random.pick([undefined, 0, 1]);
  return {
    id,
    aliases: [],
    title: id,
    severity: random.pick(severities),
    why: "",
    remedy: `mend ${id}`,
    message: random.pick(names),
    layer,
    findings: 0,
  };
}

function ruleOf(random: Random, id: string): Rule {
  const scope = random.pick([undefined, undefined, { namespaces: ["prod"] }, { labels: { team: "z*" } }]);
  return { id, action: random.pick(["fail", "warn"] as const), scope, target: targetOf(random) };
}

function targetOf(random: Random): RuleTarget {
  return random.pick<RuleTarget>([
    { about: "finding", where: { kev: true } },
    { about: "finding", where: { fixedForDays: 30, from: "application" } },
    { about: "finding", where: { epss: 0.5, severity: "medium" } },
    { about: "finding", where: { when: "finding.epss > 0.5 || pkg.name.matches('^lo')" } },
    { about: "check", where: { ids: ["SW-IM-*"], from: "base" } },
    { about: "check", where: { when: "layer.fromBase" } },
    { about: "package", where: { licencesDenied: ["GPL-*"] } },
    { about: "package", where: { licencesAllowed: ["MIT"], packages: ["pkg:npm/**"] } },
    { about: "package", where: { behindDays: 3 } },
    { about: "image", where: { olderThanDays: 90 } },
    { about: "image", where: { when: "packages.exists(p, p.name == 'zlib') && findings.size() > 2" } },
  ]);
}
