import assert from "node:assert/strict";
import { test } from "node:test";
import { fullReport, libssl, lodash, sampleFinding } from "../../tests/support/sample-report.ts";
import type { Exception } from "../core/exception.ts";
import type { Facts } from "../core/report.ts";
import type { VexStatement } from "../core/vex.ts";
import { defaultPolicy, evaluate } from "../policy/evaluate.ts";
import { suppress, unsuppressed } from "./suppress.ts";

const { schemaVersion: _, policy: __, verdict: ___, ...saved } = fullReport;
const facts: Facts = {
  ...saved,
  packages: [libssl, lodash],
  findings: [
    sampleFinding(lodash, "CVE-1", "critical"),
    sampleFinding(lodash, "CVE-2", "high"),
    sampleFinding(libssl, "CVE-3", "high"),
  ],
  suppressed: [],
  suppressedChecks: [],
  exceptions: [],
  vex: [],
  upgrades: [{ package: lodash.purl, layer: lodash.layer, version: "9.9.9", mends: 2, fixable: 2 }],
};
const [given] = fullReport.exceptions;
const [told] = fullReport.vex;
assert.ok(given && told);
const exception = (change: Partial<Exception>): Exception => {
  const { package: ____, scope: _____, ...rest } = given.exception;
  return { ...rest, seen: { severity: "critical", fixable: true, kev: false }, ...change };
};
const statement: VexStatement = {
  ...told.statement,
  vulnerability: "CVE-3",
  aliases: [],
  products: [{ ids: ["pkg:deb/debian/libssl3"], subcomponents: [] }],
};
const none = { exceptions: [], vex: [], notes: [] };
const ids = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id);

test("suppress() takes out what VEX and exceptions name, keeps it, and counts what an upgrade still mends", () => {
  const exceptions = [exception({ id: "CVE-1" }), exception({ id: "SW-IM-001" }), exception({ id: "CVE-3" })];
  const after = suppress(facts, { exceptions, vex: [statement], notes: ["read"] }, defaultPolicy);
  assert.deepEqual(ids(after.findings), ["CVE-2"]);
  assert.deepEqual(
    after.suppressed.map(({ id, suppression }) => [id, suppression.kind]),
    [
      ["CVE-3", "vex"],
      ["CVE-1", "exception"],
    ],
  );
  assert.deepEqual(ids(after.suppressedChecks), ["SW-IM-001"]);
  assert.deepEqual(
    after.exceptions.map(({ state }) => state),
    ["used", "used", "shadowed"],
  );
  assert.deepEqual(
    after.vex.map(({ state }) => state),
    ["matched"],
  );
  assert.deepEqual(after.upgrades, [{ ...facts.upgrades[0], mends: 1, fixable: 1 }]);
  assert.ok(after.coverage.notes.includes("read"));
  const back = unsuppressed(after);
  assert.deepEqual(new Set(ids(back.findings)), new Set(ids(facts.findings)));
  assert.deepEqual(new Set(ids(back.checks)), new Set(ids(facts.checks)));
  assert.deepEqual(back.suppressed, []);
  assert.equal(suppress(facts, none, defaultPolicy).findings.length, facts.findings.length);
});

test("an upgrade that mends nothing that counts is none", () => {
  const exceptions = [exception({ id: "CVE-1" }), exception({ id: "CVE-2" })];
  assert.deepEqual(suppress(facts, { ...none, exceptions }, defaultPolicy).upgrades, []);
});

test("exceptions of no use are told, or refuse the image", () => {
  const exceptions = [
    exception({ id: "CVE-1" }),
    exception({ id: "CVE-2", expires: "2025-12-31" }),
    exception({ id: "CVE-99" }),
    exception({ id: "CVE-98" }),
  ];
  const after = suppress(facts, { ...none, exceptions }, defaultPolicy);
  const warned = evaluate(after, { ...defaultPolicy, failOn: "never" });
  assert.deepEqual(
    warned.warnings.map(({ code, message }) => `${code} ${message.split(":")[0]}`),
    [
      "exception-expired exception past its end",
      "exception-unmatched 2 exceptions that matches nothing, first",
    ].map((line) => line.replace("2 exceptions that matches", "2 exceptions that match")),
  );
  const strict = {
    ...defaultPolicy,
    failOn: "never",
    exceptions: { longestDays: null, stale: "fail" },
  } as const;
  assert.equal(evaluate(after, strict).decision, "fail");
  assert.deepEqual(evaluate(after, strict).warnings, []);
});

test("what was there before a baseline does not count, of findings and of checks", () => {
  const known: Facts = {
    ...facts,
    coverage: { ...facts.coverage, gaps: [] },
    undecided: [],
    findings: facts.findings.map((finding) => ({ ...finding, since: "known" })),
    checks: facts.checks.map((check) => ({ ...check, severity: "high", since: "known" })),
  };
  assert.equal(evaluate(known, defaultPolicy).decision, "pass");
  const changed = {
    ...known,
    checks: known.checks.map((check) => ({ ...check, since: "changed" as const })),
  };
  assert.equal(evaluate(changed, defaultPolicy).decision, "fail");
});
