import assert from "node:assert/strict";
import { test } from "node:test";
import type { Advisory, Affected, AffectedRange, FixIntent } from "./advisory.ts";
import { affects, decideAffected, mending, rangeText } from "./affected.ts";
import { textScheme } from "./version.ts";

// Whole numbers with dots; anything else does not parse.
const scheme = textScheme<readonly number[]>({
  id: "dots",
  parse: (text) => (/^\d+(?:\.\d+)*$/.test(text) ? text.split(".").map(Number) : undefined),
  compare(a, b) {
    for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
      const difference = (a[at] ?? 0) - (b[at] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  },
});

const advisory: Advisory = {
  id: "X-1",
  source: "osv",
  aliases: [],
  bundles: [],
  summary: "",
  cvss: [],
  affected: [],
  url: "https://example.org/X-1",
};

function entry(
  ranges: readonly AffectedRange[],
  versions: readonly string[] = [],
  intent?: FixIntent,
): Affected {
  return { ecosystem: "npm", name: "x", ranges, versions, intent };
}

const below15 = [{ introduced: "0", fixed: "1.5" }];
const branches = [
  { introduced: "1.0", fixed: "1.5" },
  { introduced: "2.0", fixed: "2.3" },
];

type Row = readonly [
  why: string,
  version: string,
  affected: Affected,
  kind: "affected" | "not-affected" | "undecided",
  fix?: string,
];

const rows: readonly Row[] = [
  ["below the fix", "1.4", entry(below15), "affected", "fixed 1.5"],
  ["at the fix", "1.5", entry(below15), "not-affected"],
  ["at the fix, spelled otherwise", "1.5.0", entry(below15), "not-affected"],
  ["at the beginning", "1.0", entry(branches), "affected", "fixed 1.5 2.3"],
  ["before the beginning", "0.9", entry(branches), "not-affected"],
  ["between two branches", "1.7", entry(branches), "not-affected"],
  ["in the later branch", "2.1", entry(branches), "affected", "fixed 2.3"],
  ["at the last affected", "3", entry([{ introduced: "0", lastAffected: "3" }]), "affected", "unknown"],
  ["after the last affected", "3.1", entry([{ introduced: "0", lastAffected: "3" }]), "not-affected"],
  ["every version", "9", entry([{ introduced: "0" }]), "affected", "not-fixed"],
  [
    "every version, never to be fixed",
    "9",
    entry([{ introduced: "0" }], [], "wont-fix"),
    "affected",
    "wont-fix",
  ],
  ["every version, none fixed", "9", entry([{ introduced: "0" }], [], "none"), "affected", "not-fixed"],
  ["every version, nobody says", "9", entry([{ introduced: "0" }], [], "unknown"), "affected", "unknown"],
  [
    "every version, of a version that does not parse",
    "x",
    entry([{ introduced: "0" }]),
    "affected",
    "not-fixed",
  ],
  ["below a bound that is no fix", "1.4", entry(below15, [], "unknown"), "affected", "unknown"],
  ["enumerated", "7", entry([], ["6", "7"]), "affected", "unknown"],
  ["enumerated, spelled otherwise", "7.0", entry([], ["7"]), "affected", "unknown"],
  ["enumerated text that is no version", "x", entry([], ["x"]), "affected", "unknown"],
  ["enumerated beside a later fix", "0.5", entry(branches, ["0.5"]), "affected", "fixed 1.5 2.3"],
  ["nothing is affected", "1", entry([]), "not-affected"],
  ["fixed before all", "1", entry([{ introduced: "0", fixed: "0" }]), "not-affected"],
  ["a version that does not parse", "x", entry(below15), "undecided"],
  ["a fix that does not parse", "1.4", entry([{ introduced: "0", fixed: "?" }]), "undecided"],
  ["a beginning that does not parse", "1.4", entry([{ introduced: "?", fixed: "2" }]), "undecided"],
  [
    "a beginning that does not parse, past the fix",
    "2",
    entry([{ introduced: "?", fixed: "2" }]),
    "not-affected",
  ],
  [
    "a fix that does not parse, before the beginning",
    "1",
    entry([{ introduced: "2", fixed: "?" }]),
    "not-affected",
  ],
  [
    "a bad range beside one that decides",
    "1.4",
    entry([{ introduced: "?" }, ...below15]),
    "affected",
    "fixed 1.5",
  ],
  ["a bad range beside one that does not", "1.6", entry([{ introduced: "?" }, ...below15]), "undecided"],
  [
    "a fix that another range calls affected",
    "1.1",
    entry([
      { introduced: "1.0", fixed: "1.5" },
      { introduced: "1.5", fixed: "1.6" },
    ]),
    "affected",
    "fixed 1.6",
  ],
];

for (const [why, version, affected, kind, fix] of rows)
  test(`decideAffected() answers ${kind} for ${why}`, () => {
    const decision = decideAffected({ version, scheme }, advisory, affected);
    assert.equal(decision.kind, kind);
    if (decision.kind === "affected")
      assert.equal([decision.fix.state, ...decision.fix.versions].join(" "), fix);
    assert.equal(
      affects({ version, scheme }, affected),
      { affected: true, "not-affected": false, undecided: undefined }[kind],
    );
    assert.equal(decision.evidence.advisory, "X-1");
    assert.equal(decision.evidence.key, "npm/x");
  });

test("decideAffected() tells the comparisons that decided", () => {
  const inside = decideAffected({ version: "2.1", scheme }, advisory, entry(branches));
  assert.equal(inside.evidence.range, ">= 2.0, < 2.3");
  assert.deepEqual(
    inside.evidence.comparisons.map(({ left, relation, right }) => `${left} ${relation} ${right}`),
    ["2.1 > 2.0", "2.1 < 2.3"],
  );
  const outside = decideAffected({ version: "1.7", scheme }, advisory, entry(branches));
  assert.equal(outside.evidence.range, ">= 1.0, < 1.5 or >= 2.0, < 2.3");
  assert.deepEqual(
    outside.evidence.comparisons.map(({ left, relation, right }) => `${left} ${relation} ${right}`),
    ["1.7 > 1.5", "1.7 < 2.0"],
  );
});

test("decideAffected() says which text does not parse", () => {
  const own = decideAffected({ version: "x", scheme }, advisory, entry(below15));
  assert.match(own.kind === "undecided" ? own.reason : "", /version "x" is not one by the rules of dots/);
  const bound = decideAffected({ version: "1", scheme }, advisory, entry([{ introduced: "0", fixed: "?" }]));
  assert.match(bound.kind === "undecided" ? bound.reason : "", /bound "\?"/);
});

test("mending() leaves out what an entry holds for affected and sorts as versions", () => {
  assert.deepEqual(mending(["10", "9", "9", "1.2"], scheme, [entry(below15)]), ["9", "10"]);
});

test("rangeText() writes both kinds of end", () => {
  assert.equal(rangeText({ introduced: "0", lastAffected: "2" }), ">= 0, <= 2");
  assert.equal(rangeText({ introduced: "1" }), ">= 1");
});
