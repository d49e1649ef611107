import assert from "node:assert/strict";
import { test } from "node:test";
import type { Advisory } from "../core/advisory.ts";
import type { Decision } from "../core/finding.ts";
import { schemes } from "../versions/list.ts";
import { fixedSince } from "./fixed-since.ts";
import type { Match } from "./match-package.ts";

const affected = { ecosystem: "debian:12", name: "x", ranges: [], versions: [] };

function match(
  published: string | undefined,
  versions: readonly string[],
  bundles: readonly string[] = [],
): Match {
  const advisory: Advisory = {
    id: "A",
    source: "osv",
    aliases: [],
    bundles,
    summary: "",
    cvss: [],
    published,
    affected: [affected],
  };
  const decision: Exclude<Decision, { kind: "not-affected" }> = {
    kind: "affected",
    fix: { state: versions.length === 0 ? "not-fixed" : "fixed", versions },
    evidence: { advisory: "A", source: "osv", key: "", range: "", comparisons: [] },
  };
  return { advisory, affected, decision, vendor: false };
}

const notice = (published: string | undefined, version: string) => match(published, [version], ["CVE-1"]);

const rows: readonly (readonly [
  why: string,
  fix: readonly string[],
  matches: readonly Match[],
  scheme: keyof typeof schemes,
  since: string | undefined,
])[] = [
  ["a notice", ["2"], [notice("2025-03-01T10:00:00Z", "2")], "deb", "2025-03-01"],
  ["two notices", ["2"], [notice("2025-03-02", "2"), notice("2025-03-01", "2")], "deb", "2025-03-01"],
  [
    "a notice whose version does not mend all",
    ["3"],
    [notice("2025-03-01", "2"), notice("2025-04-01", "3")],
    "deb",
    "2025-04-01",
  ],
  ["a tracker, dated by the flaw", ["2"], [match("2025-03-01", ["2"])], "deb", undefined],
  ["a language's advisory", ["2.0.0"], [match("2025-03-01", ["2.0.0"])], "semver", "2025-03-01"],
  ["advisories without a fix", [], [match("2025-03-01", [])], "semver", undefined],
  ["a notice without a date", ["2"], [notice(undefined, "2")], "rpm", undefined],
];
for (const [why, versions, matches, scheme, since] of rows)
  test(`fixedSince() tells ${since ?? "nothing"} by ${why}`, () => {
    assert.equal(fixedSince({ state: "fixed", versions }, matches, schemes[scheme]), since);
  });
