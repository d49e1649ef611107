import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fullReport,
  libssl,
  lodash,
  sampleFinding,
  samplePackage,
} from "../../tests/support/sample-report.ts";
import type { Placement, Policy, Rule, RuleTarget, Scope } from "../core/policy.ts";
import type { Change, Facts, RuleReason } from "../core/report.ts";
import { cleanFacts } from "./clean-facts.ts";
import { defaultPolicy, evaluate } from "./evaluate.ts";
import { expressionsOf } from "./expressions.ts";

const lax: Policy = { ...defaultPolicy, failOn: "never" };
const { database } = cleanFacts.coverage;
const clean: Facts = {
  ...fullReport,
  undecided: [],
  baseline: null,
  coverage: { ...fullReport.coverage, gaps: [], database },
};

function ruleOf(target: RuleTarget, more: Partial<Rule> = {}): Rule {
  return { id: "r", action: "fail", target, ...more };
}

function told(reasons: readonly RuleReason[]): readonly string[] {
  return reasons.map(({ message }) => message.replace("rule r: ", ""));
}

const older = samplePackage("older", "1.0.0", 0, { licences: ["GPL-3.0-only OR MIT", "ISC"] });
const copyleft = samplePackage("copyleft", "1.0.0", 1, { licences: ["gpl-3.0-only"] });
const silent = samplePackage("silent", "1.0.0", 1, { licences: [] });
const facts: Facts = {
  ...clean,
  packages: [lodash, libssl, older, copyleft, silent],
  findings: [
    sampleFinding(lodash, "CVE-1", "critical", {
      kev: true,
      aliases: ["GHSA-1"],
      fixedSince: "2025-11-01",
      epss: 0.5,
    }),
    sampleFinding(older, "CVE-2", "medium", { fix: { state: "not-fixed", versions: [] } }),
  ],
};
const inLodash = "CVE-1 (critical) in pkg:npm/lodash@4.17.4";
const inOlder = "CVE-2 (medium) in pkg:npm/older@1.0.0";

/** A rule, and what it says: nothing, a violation, or (after `?`) why it cannot be decided. */
const rows: readonly [target: RuleTarget, said: readonly string[]][] = [
  [{ about: "finding", where: {} }, [`2 findings, the worst ${inLodash}`]],
  [{ about: "finding", where: { severity: "high" } }, [inLodash]],
  [{ about: "finding", where: { severity: "medium", fixable: false } }, [inOlder]],
  [{ about: "finding", where: { fixable: true } }, [inLodash]],
  [{ about: "finding", where: { kev: true } }, [inLodash]],
  [{ about: "finding", where: { kev: false } }, [inOlder]],
  [{ about: "finding", where: { epss: 0.5 } }, [inLodash]],
  [{ about: "finding", where: { epss: 0.51 } }, []],
  [{ about: "finding", where: { epss: 0 } }, [inLodash]],
  [{ about: "finding", where: { fixedForDays: 61 } }, [inLodash]],
  [{ about: "finding", where: { fixedForDays: 62 } }, []],
  [{ about: "finding", where: { ids: ["GHSA-*"] } }, [inLodash]],
  [{ about: "finding", where: { packages: ["pkg:npm/older"] } }, [inOlder]],
  [{ about: "finding", where: { packages: ["pkg:npm/older@2.*"] } }, []],
  [{ about: "finding", where: { from: "base" } }, [inOlder]],
  [{ about: "finding", where: { from: "application" } }, [inLodash]],
  [{ about: "check", where: { severity: "medium" } }, ["SW-IM-001 OS package manager in the image"]],
  [{ about: "check", where: { ids: ["cis-di-*"] } }, []],
  [
    { about: "check", where: { ids: ["CIS-DI-*"], from: "application" } },
    ["SW-IM-015 Documentation in the image"],
  ],
  [{ about: "package", where: { licencesDenied: ["GPL-*"] } }, ["pkg:npm/copyleft@1.0.0 (gpl-3.0-only)"]],
  [
    { about: "package", where: { licencesAllowed: ["MIT"] } },
    [
      "3 packages: pkg:npm/copyleft@1.0.0 (gpl-3.0-only), pkg:npm/older@1.0.0 (GPL-3.0-only OR MIT, ISC), pkg:npm/silent@1.0.0 (no licence stated)",
    ],
  ],
  [{ about: "package", where: { packages: ["pkg:deb/**"] } }, ["pkg:deb/debian/libssl3@3.0.9-1 (MIT)"]],
  [{ about: "package", where: { behindDays: 30 } }, ["pkg:deb/debian/libssl3@3.0.9-1 (MIT)"]],
  [{ about: "package", where: { behindDays: 396 } }, []],
  [
    { about: "image", where: { endOfLifeWithinDays: 60 } },
    ["Debian GNU/Linux 12 (bookworm) ends on 2026-02-11; node 18.1.0 is past its end of life (2025-04-30)"],
  ],
  [
    { about: "image", where: { endOfLifeWithinDays: 0 } },
    ["node 18.1.0 is past its end of life (2025-04-30)"],
  ],
  [{ about: "image", where: { olderThanDays: 30 } }, ["the image is 31 days old (made 2025-12-01)"]],
  [{ about: "image", where: { olderThanDays: 31 } }, []],
  [{ about: "image", where: { olderThanDays: 30, basesAllowed: ["docker.io/library/debian:*"] } }, []],
  [{ about: "image", where: { basesAllowed: ["debian:*"] } }, []],
  [{ about: "finding", where: { packages: ["older"] } }, [inOlder]],
  [
    { about: "image", where: { basesAllowed: ["gcr.io/**"] } },
    ["the base image docker.io/library/debian:12 is not one of gcr.io/**"],
  ],
  [
    { about: "image", where: { baseBehind: true } },
    ["the base image docker.io/library/debian:12 is behind its tag"],
  ],
  [{ about: "image", where: { baseBehind: false } }, []],
];

for (const [target, said] of rows)
  test(`evaluate() by ${JSON.stringify(target)} says ${said.join("; ") || "nothing"}`, () => {
    const verdict = evaluate(facts, { ...lax, rules: [ruleOf(target)] });
    assert.deepEqual(told(verdict.reasons), said);
    assert.equal(verdict.decision, said.length === 0 ? "pass" : "fail");
    const warned = evaluate(facts, { ...lax, rules: [ruleOf(target, { action: "warn" })] });
    assert.equal(warned.decision, "pass");
    assert.deepEqual(told(warned.warnings), said);
    assert.deepEqual(warned.toPass, []);
  });

const nobody = { ...facts.currency, packages: null, base: null, created: null, ageDays: null };
const open: readonly [target: RuleTarget, more: Partial<Facts>, decision: string, said: readonly string[]][] =
  [
    [
      { about: "finding", where: { from: "application" } },
      {
        image: { ...facts.image, layers: facts.image.layers.map((layer) => ({ ...layer, fromBase: null })) },
      },
      "unknown",
      [
        "nobody tells whether layer 0 is of the base image (CVE-2 in pkg:npm/older@1.0.0)",
        "nobody tells whether layer 1 is of the base image (CVE-1 in pkg:npm/lodash@4.17.4)",
      ],
    ],
    [
      { about: "package", where: { behindDays: 1, packages: ["pkg:npm/o*"] } },
      { currency: nobody },
      "unknown",
      ["no package index was asked for (pkg:npm/older@1.0.0)"],
    ],
    [
      { about: "image", where: { baseBehind: true } },
      { currency: nobody },
      "unknown",
      ["nobody tells whether the base image is behind its tag (the image)"],
    ],
    [
      { about: "image", where: { basesAllowed: ["**"] } },
      { currency: nobody },
      "fail",
      ["the base image is not known"],
    ],
    [
      { about: "image", where: { olderThanDays: 9 } },
      { currency: nobody },
      "fail",
      ["nobody tells when the image was made"],
    ],
    [
      { about: "image", where: { endOfLifeWithinDays: 9 } },
      {
        currency: {
          ...nobody,
          runtimes: [],
          os: { id: "x", release: null, endOfLife: null, days: null, ended: null },
        },
      },
      "unknown",
      ["nobody tells the end of life of Debian GNU/Linux 12 (bookworm) (the image)"],
    ],
  ];

for (const [target, more, decision, said] of open)
  test(`evaluate() by ${JSON.stringify(target)} is ${decision} where that is not known`, () => {
    const verdict = evaluate(
      { ...facts, ...more },
      { ...lax, unknown: { default: "pass" }, rules: [ruleOf(target)] },
    );
    assert.equal(verdict.decision, decision);
    assert.deepEqual(told(verdict.reasons), said);
  });

const prod: Placement = { namespace: "prod-eu", labels: { team: "a" } };
const scopes: readonly [scope: Scope, placements: readonly Placement[], speaks: boolean][] = [
  [{ images: ["example.org/app:*"] }, [], true],
  [{ images: ["sha256:**"] }, [], true],
  [{ images: ["example.org/*:2"] }, [], false],
  [{ repositories: ["example.org/*"] }, [], true],
  [{ repositories: ["docker.io/**"] }, [], false],
  [{ namespaces: ["prod*"] }, [], false],
  [{ namespaces: ["prod*"] }, [prod], true],
  [{ namespaces: ["test"] }, [prod], false],
  [{ labels: { team: "a" } }, [prod], true],
  [{ labels: { "org.opencontainers.image.title": "a*" } }, [], true],
  [{ labels: { team: "b" } }, [prod], false],
  [{ namespaces: ["test"], labels: { team: "a" } }, [prod, { namespace: "test", labels: {} }], false],
  [{ namespaces: ["test"], images: ["**"] }, [{ namespace: null, labels: {} }], false],
];

for (const [scope, placements, speaks] of scopes)
  test(`evaluate() ${speaks ? "asks" : "does not ask"} a rule for ${JSON.stringify(scope)} beside ${placements.length} workloads`, () => {
    const rule = ruleOf({ about: "finding", where: {} }, { scope });
    const { decision } = evaluate(facts, { ...lax, rules: [rule] }, { placements });
    assert.equal(decision, speaks ? "fail" : "pass");
  });

const unrated: readonly [target: RuleTarget, without: string, codes: readonly string[]][] = [
  [{ about: "finding", where: { epss: 0.1, severity: "low" } }, "epss", ["rule-violated", "epss-missing"]],
  [{ about: "finding", where: { epss: 0.6 } }, "epss", ["epss-missing"]],
  [{ about: "finding", where: { epss: 0.1, ids: ["CVE-1"] } }, "epss", ["rule-violated"]],
  [{ about: "finding", where: { epss: 0.6 } }, "kev", []],
  [{ about: "finding", where: { kev: true } }, "kev", ["rule-violated", "kev-missing"]],
  [{ about: "finding", where: { kev: false, severity: "critical" } }, "kev", []],
  [
    { about: "finding", where: { when: "has(finding.epss) && finding.epss > 0.6" } },
    "epss",
    ["epss-missing"],
  ],
  [{ about: "image", where: { when: "findings.exists(f, f.kev && !f.fixable)" } }, "kev", ["kev-missing"]],
  [{ about: "image", where: { when: "findings.size() > 9" } }, "kev", []],
];

for (const [target, without, codes] of unrated)
  test(`evaluate() tells what ${JSON.stringify(target)} cannot know of a database whose ${without} was not fetched`, () => {
    const sources = database.sources.map((one) => (one.name === without ? { ...one, advisories: 0 } : one));
    const bare = { ...facts, coverage: { ...facts.coverage, database: { ...database, sources } } };
    const policy = { ...lax, rules: [ruleOf(target)] };
    const expressions = expressionsOf(policy);
    const { reasons, decision } = evaluate(bare, policy, { expressions });
    assert.deepEqual(
      reasons.map(({ code }) => code),
      codes,
    );
    const refused = codes.includes("rule-violated");
    assert.equal(decision, refused ? "fail" : codes.length > 0 ? "unknown" : "pass");
    const lenient = { ...policy, unknown: { "epss-missing": "pass", "kev-missing": "pass" } } as const;
    assert.equal(evaluate(bare, lenient, { expressions }).decision, refused ? "fail" : "pass");
  });

const since: readonly [
  since: "changed" | "new-advisory" | "known",
  fixedSince: string | undefined,
  baseline: Policy["baseline"],
  counts: boolean,
][] = [
  ["changed", undefined, { newAdvisories: "pass", graceDays: {} }, true],
  ["new-advisory", undefined, { newAdvisories: "pass", graceDays: {} }, false],
  ["new-advisory", undefined, { newAdvisories: "fail", graceDays: {} }, true],
  ["known", "2025-01-01", { newAdvisories: "fail", graceDays: {} }, false],
  ["known", "2025-12-25", { newAdvisories: "pass", graceDays: { high: 7 } }, false],
  ["known", "2025-12-24", { newAdvisories: "pass", graceDays: { high: 7 } }, true],
  ["new-advisory", "2025-12-24", { newAdvisories: "pass", graceDays: { high: 7 } }, true],
  ["known", undefined, { newAdvisories: "pass", graceDays: { high: 7 } }, false],
  ["known", "2025-01-01", { newAdvisories: "pass", graceDays: { low: 7 } }, false],
];

for (const [when, fixedSince, baseline, counts] of since)
  test(`evaluate() ${counts ? "counts" : "does not count"} a ${when} finding fixed since ${fixedSince} by ${JSON.stringify(baseline)}`, () => {
    const one = {
      ...facts,
      checks: [],
      findings: [sampleFinding(lodash, "CVE-1", "high", { since: when, fixedSince })],
    };
    assert.equal(evaluate(one, { ...defaultPolicy, baseline }).decision, counts ? "fail" : "pass");
    const rule = ruleOf({ about: "finding", where: {} });
    assert.equal(evaluate(one, { ...lax, baseline, rules: [rule] }).decision, counts ? "fail" : "pass");
  });

const beside: readonly [
  what: string,
  baseline: readonly string[] | null,
  newAdvisories: "fail" | "pass",
  decision: string,
  warned: readonly string[],
][] = [
  ["a doubtful match and a denied licence", null, "pass", "fail", []],
  [
    "a doubtful match and a denied licence that it brings in",
    [copyleft.purl, libssl.purl],
    "pass",
    "fail",
    [],
  ],
  ["a doubtful match that it brings in, and a licence that was there", [libssl.purl], "pass", "unknown", []],
  ["both where they were before", [], "pass", "pass", ["undecided"]],
  ["both where they were before and new advisories count", [], "fail", "unknown", []],
];
for (const [what, packages, newAdvisories, decision, warned] of beside)
  test(`evaluate() is ${decision} beside a baseline for ${what}`, () => {
    const doubt = { id: "CVE-9", aliases: [], package: libssl.purl, layer: 0, reason: "", evidence: [] };
    const baseline =
      packages === null
        ? null
        : { reference: "a", digest: null, changed: 0, newAdvisories: 0, known: 0, mended: 0, packages };
    const policy: Policy = {
      ...lax,
      rules: [ruleOf({ about: "package", where: { licencesDenied: ["GPL-*"] } })],
      baseline: { newAdvisories, graceDays: {} },
    };
    const verdict = evaluate({ ...facts, undecided: [doubt], baseline }, policy);
    assert.equal(verdict.decision, decision);
    assert.deepEqual(
      verdict.warnings.map(({ code }) => code),
      warned,
    );
  });

test("evaluate() shows a rule about the image all of it, whatever the baseline has", () => {
  const policy = {
    ...lax,
    rules: [ruleOf({ about: "image", where: { when: "checks.size() > 1 && packages.size() > 4" } })],
  };
  const known = facts.checks.map((check) => ({ ...check, since: "known" as const }));
  const baseline = {
    reference: "a",
    digest: null,
    changed: 0,
    newAdvisories: 0,
    known: 0,
    mended: 0,
    packages: [],
  };
  const expressions = expressionsOf(policy);
  assert.equal(evaluate({ ...facts, checks: known, baseline }, policy, { expressions }).decision, "fail");
});

const gap = {
  ...clean,
  checks: [],
  findings: [],
  coverage: { ...clean.coverage, gaps: fullReport.coverage.gaps, unownedExecutables: [] },
};
const actions: readonly [unknown: Policy["unknown"], decision: string, codes: readonly string[]][] = [
  [{}, "unknown", ["file-unreadable", "landmark-database"]],
  [{ default: "fail" }, "fail", ["file-unreadable", "landmark-database"]],
  [{ default: "pass" }, "pass", []],
  [{ "landmark-database": "pass" }, "unknown", ["file-unreadable"]],
  [{ "landmark-database": "fail", default: "pass" }, "fail", ["landmark-database"]],
];

for (const [unknown, decision, codes] of actions)
  test(`evaluate() is ${decision} beside gaps by ${JSON.stringify(unknown)}`, () => {
    const verdict = evaluate(gap, { ...defaultPolicy, unknown });
    assert.equal(verdict.decision, decision);
    assert.deepEqual(
      verdict.reasons.map(({ code }) => code),
      codes,
    );
  });

const fixedIn = (...versions: readonly string[]) => ({ fix: { state: "fixed" as const, versions } });
const whole = { package: lodash.purl, layer: 1, version: "5.0.0", mends: 2, fixable: 2 };
const changes: readonly [
  why: string,
  facts: Partial<Facts>,
  policy: Partial<Policy>,
  toPass: readonly Change[],
][] = [
  [
    "all of a package's findings are refused",
    {
      findings: [
        sampleFinding(lodash, "A", "high", fixedIn("4.17.9")),
        sampleFinding(lodash, "B", "high", fixedIn("5.0.0")),
      ],
      upgrades: [whole],
    },
    {},
    [{ kind: "upgrade", package: lodash.purl, layer: 1, version: "5.0.0", findings: 2 }],
  ],
  [
    "one of two is: no further than that one needs",
    {
      findings: [
        sampleFinding(lodash, "A", "high", fixedIn("4.17.9")),
        sampleFinding(lodash, "B", "low", fixedIn("5.0.0")),
      ],
      upgrades: [whole],
    },
    {},
    [{ kind: "upgrade", package: lodash.purl, layer: 1, version: "4.17.9", findings: 1 }],
  ],
  [
    "two of three are: the greater version, not the greater text",
    {
      findings: [
        sampleFinding(lodash, "A", "high", fixedIn("4.17.9")),
        sampleFinding(lodash, "B", "high", fixedIn("4.17.21")),
        sampleFinding(lodash, "C", "low", fixedIn("5.0.0")),
      ],
      upgrades: [whole],
    },
    {},
    [{ kind: "upgrade", package: lodash.purl, layer: 1, version: "4.17.21", findings: 2 }],
  ],
  [
    "one is mended on two branches: not between them",
    {
      findings: [
        sampleFinding(lodash, "A", "high", fixedIn("4.17.9", "5.0.5")),
        sampleFinding(lodash, "B", "high", fixedIn("5.0.1", "6.0.0")),
        sampleFinding(lodash, "C", "low", fixedIn("7.0.0")),
      ],
      upgrades: [{ ...whole, version: "7.0.0" }],
    },
    {},
    [{ kind: "upgrade", package: lodash.purl, layer: 1, version: "6.0.0", findings: 2 }],
  ],
  [
    "a version does not parse: what mends all",
    {
      findings: [
        sampleFinding(lodash, "A", "high", fixedIn("x")),
        sampleFinding(lodash, "B", "high", fixedIn("5.0.0")),
        sampleFinding(lodash, "C", "low", fixedIn("7.0.0")),
      ],
      upgrades: [{ ...whole, version: "7.0.0" }],
    },
    {},
    [{ kind: "upgrade", package: lodash.purl, layer: 1, version: "7.0.0", findings: 2 }],
  ],
  [
    "one has no fix",
    { findings: [sampleFinding(libssl, "A", "high", { fix: { state: "wont-fix", versions: [] } })] },
    {},
    [{ kind: "no-fix", package: libssl.purl, layer: 0, ids: ["A"] }],
  ],
  [
    "a check is refused in one layer twice",
    { checks: [...fullReport.checks.slice(0, 1), ...fullReport.checks.slice(0, 1)] },
    { failOn: "medium" },
    [{ kind: "edit", check: "SW-IM-001", layer: 0, text: "Use a smaller base image." }],
  ],
  [
    "something is not known, and a rule refuses the image",
    { coverage: gap.coverage },
    {
      unknown: { "file-unreadable": "pass" },
      rules: [ruleOf({ about: "image", where: { olderThanDays: 3 } })],
    },
    [
      { kind: "other", text: "rule r: mend that the image is 31 days old (made 2025-12-01)" },
      { kind: "other", text: "make known: few advisories (landmark-database)" },
    ],
  ],
  [
    "packages are refused",
    { packages: [libssl, copyleft] },
    {
      rules: [
        ruleOf({ about: "package", where: { behindDays: 1, packages: ["pkg:deb/**"] } }),
        ruleOf({ about: "package", where: { licencesDenied: ["GPL-*"] } }, { id: "s" }),
      ],
    },
    [
      { kind: "other", text: `rule r: bring ${libssl.purl} to 3.0.15-1` },
      { kind: "other", text: "rule s: take pkg:npm/copyleft@1.0.0 out, or another component in its place" },
    ],
  ],
  ["nothing is refused", { findings: [sampleFinding(lodash, "A", "low")], upgrades: [whole] }, {}, []],
];

for (const [why, more, policy, toPass] of changes)
  test(`evaluate() says the smallest change when ${why}`, () => {
    const image = { ...clean, findings: [], checks: [], upgrades: [], packages: [lodash, libssl], ...more };
    assert.deepEqual(evaluate(image, { ...defaultPolicy, ...policy }).toPass, toPass);
  });

test("evaluate() lists the keys of the findings that violate a rule, sorted", () => {
  const { reasons } = evaluate(facts, { ...lax, rules: [ruleOf({ about: "finding", where: {} })] });
  assert.deepEqual(reasons[0]?.findings, [
    "CVE-1 npm/lodash app/node_modules/lodash/package.json",
    "CVE-2 npm/older app/node_modules/older/package.json",
  ]);
});

test("evaluate() by what is not suppressed: a suppressed finding is in no verdict", () => {
  assert.equal(
    evaluate({ ...cleanFacts, suppressed: fullReport.suppressed }, defaultPolicy).decision,
    "pass",
  );
});
