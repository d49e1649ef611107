import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { emptyReport } from "../../tests/support/sample-report.ts";
import type { CheckFinding } from "../core/check.ts";
import type { Finding, FixState } from "../core/finding.ts";
import type { Policy } from "../core/policy.ts";
import type { Facts, Gap } from "../core/report.ts";
import { type Severity, severities } from "../core/severity.ts";
import { defaultPolicy, evaluate } from "./evaluate.ts";
import { refuses } from "./outcomes.ts";

function finding(severity: Severity, state: FixState = "fixed"): Finding {
  return {
    id: `CVE-${severity}`,
    aliases: [],
    package: "pkg:npm/x@1",
    severity,
    severitySource: "osv",
    fix: { state, versions: state === "fixed" ? ["2"] : [] },
    layer: 0,
    kev: false,
    summary: "",
    evidence: [],
  };
}

interface Case {
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckFinding[];
  readonly undecided: Facts["undecided"];
  readonly gaps: readonly Gap[];
  readonly unownedExecutables: Facts["coverage"]["unownedExecutables"];
}

function factsOf({
  findings = [],
  checks = [],
  undecided = [],
  gaps = [],
  unownedExecutables = [],
}: Partial<Case>): Facts {
  return {
    ...emptyReport,
    findings,
    checks,
    undecided,
    coverage: { ...emptyReport.coverage, gaps, unownedExecutables },
  };
}
const check = (id: string, severity: Severity): CheckFinding => {
  return { id, aliases: [], title: `${id}'s`, severity, why: "", remedy: "", message: "", findings: 0 };
};
const gap = { code: "feed-missing" as const, message: "no feed", path: "a/b", layer: 1 };
const undecided = { id: "X", aliases: [], package: "", layer: 0, reason: "", evidence: [] };
const unowned = { path: "opt/x", layer: 0 };

const rows: readonly [
  why: string,
  facts: Partial<Case>,
  policy: Partial<Policy>,
  decision: string,
  reasons: string[],
][] = [
  ["nothing", {}, {}, "pass", []],
  [
    "a high finding",
    { findings: [finding("high")] },
    {},
    "fail",
    ["finding-refused: 1 high finding (fail on high)"],
  ],
  ["a medium finding", { findings: [finding("medium")] }, {}, "pass", []],
  [
    "a medium finding with a lower bar",
    { findings: [finding("medium")] },
    { failOn: "medium" },
    "fail",
    ["finding-refused: 1 medium finding (fail on medium)"],
  ],
  ["an unrated finding", { findings: [finding("unknown")] }, { failOn: "negligible" }, "pass", []],
  [
    "an unrated finding, any refused",
    { findings: [finding("unknown")] },
    { failOn: "unknown" },
    "fail",
    ["finding-refused: 1 finding of unknown severity (fail on any)"],
  ],
  ["a critical finding, none refused", { findings: [finding("critical")] }, { failOn: "never" }, "pass", []],
  ["a check below the bar", { checks: [check("SW-1", "medium")] }, {}, "pass", []],
  [
    "checks, one of them twice, whatever is fixable",
    { checks: [check("SW-1", "critical"), check("SW-2", "high"), check("SW-2", "high")] },
    { onlyFixed: true },
    "fail",
    [
      "check-failed: SW-1 SW-1's: critical (fail on high)",
      "check-failed: SW-2 SW-2's (2): high (fail on high)",
    ],
  ],
  [
    "a check, any refused",
    { checks: [check("SW-1", "negligible")] },
    { failOn: "unknown" },
    "fail",
    ["check-failed: SW-1 SW-1's: negligible (fail on any)"],
  ],
  [
    "a critical check, none refused",
    { checks: [check("SW-1", "critical")] },
    { failOn: "never" },
    "pass",
    [],
  ],
  [
    "an unfixed finding",
    { findings: [finding("high", "not-fixed")] },
    {},
    "fail",
    ["finding-refused: 1 high finding (fail on high)"],
  ],
  [
    "an unfixed finding, only fixed refused",
    { findings: [finding("high", "wont-fix")] },
    { onlyFixed: true },
    "pass",
    [],
  ],
  [
    "two fixable of three",
    { findings: [finding("high"), finding("high"), finding("high", "unknown")] },
    { onlyFixed: true },
    "fail",
    ["finding-refused: 2 fixable high findings (fail on high)"],
  ],
  ["a gap", { gaps: [gap, gap] }, {}, "unknown", ["feed-missing: no feed (a/b, layer 1)"]],
  [
    "an undecided match",
    { undecided: [undecided] },
    {},
    "unknown",
    ["undecided: 1 match could not be decided"],
  ],
  [
    "an undecided match, no finding refused",
    { undecided: [undecided] },
    { failOn: "never" },
    "unknown",
    ["undecided: 1 match could not be decided"],
  ],
  ["an executable of nobody", { unownedExecutables: [unowned] }, {}, "pass", []],
  [
    "an executable of nobody, refused",
    { unownedExecutables: [unowned, unowned] },
    { unownedExecutables: "unknown" },
    "unknown",
    ["unowned-executables: 2 executables could not be attributed to a package"],
  ],
  [
    "all at once",
    { findings: [finding("high"), finding("critical")], gaps: [gap], undecided: [undecided] },
    {},
    "fail",
    [
      "finding-refused: 1 critical finding (fail on high)",
      "finding-refused: 1 high finding (fail on high)",
      "feed-missing: no feed (a/b, layer 1)",
      "undecided: 1 match could not be decided",
    ],
  ],
];

for (const [why, facts, policy, decision, reasons] of rows)
  test(`evaluate() answers ${decision} for ${why}`, () => {
    const verdict = evaluate(factsOf(facts), { ...defaultPolicy, ...policy });
    assert.equal(verdict.decision, decision);
    assert.deepEqual(
      verdict.reasons.map(({ code, message }) => `${code}: ${message}`),
      reasons,
    );
  });

test("evaluate() gives reasons exactly when it does not pass, and never passes beside a gap", () => {
  const findings = fc.array(
    fc.tuple(fc.constantFrom(...severities), fc.constantFrom<FixState>("fixed", "not-fixed", "unknown")),
  );
  fc.assert(
    fc.property(
      findings,
      fc.boolean(),
      fc.constantFrom<Policy["failOn"]>("never", ...severities),
      fc.boolean(),
      (list, holey, failOn, onlyFixed) => {
        const facts = factsOf({
          findings: list.map(([severity, state]) => finding(severity, state)),
          gaps: holey ? [gap] : [],
        });
        const policy: Policy = { ...defaultPolicy, failOn, onlyFixed };
        const { decision, reasons } = evaluate(facts, policy);
        assert.equal(decision === "pass", reasons.length === 0);
        assert.equal(
          decision === "fail",
          facts.findings.some((one) => refuses(policy, one)),
        );
        if (holey) assert.notEqual(decision, "pass");
      },
    ),
  );
});
