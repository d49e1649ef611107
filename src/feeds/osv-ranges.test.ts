import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { array, assert as check, constantFrom, integer, property, record } from "fast-check";
import type { AffectedRange } from "../core/advisory.ts";
import { schemes } from "../versions/list.ts";
import { affectedRanges, versionsBeside } from "./osv-ranges.ts";
import { type OsvEvent, osvRecord } from "./osv-schema.ts";

function affected(ranges: unknown, more: object = {}) {
  const found = osvRecord.parse({
    id: "X-1",
    affected: [{ package: { ecosystem: "npm", name: "a" }, ranges, ...more }],
  });
  const [first] = found.affected;
  assert.ok(first !== undefined);
  return first;
}

describe("affectedRanges()", () => {
  const rows: readonly [string, readonly OsvEvent[], readonly AffectedRange[]][] = [
    [
      "introduced and fixed",
      [{ introduced: "0" }, { fixed: "1.2.0" }],
      [{ introduced: "0", fixed: "1.2.0" }],
    ],
    ["introduced alone", [{ introduced: "1.0.0" }], [{ introduced: "1.0.0" }]],
    [
      "last_affected",
      [{ introduced: "0" }, { last_affected: "1.2.0" }],
      [{ introduced: "0", lastAffected: "1.2.0" }],
    ],
    [
      "the end before the start",
      [{ fixed: "1.2.0" }, { introduced: "0" }],
      [{ introduced: "0", fixed: "1.2.0" }],
    ],
    [
      "starts before ends",
      [{ introduced: "0" }, { introduced: "2.0.0" }, { fixed: "1.5.0" }, { fixed: "2.10.0" }],
      [
        { introduced: "0", fixed: "1.5.0" },
        { introduced: "2.0.0", fixed: "2.10.0" },
      ],
    ],
    [
      "several in any order",
      [{ introduced: "3.0.0" }, { fixed: "3.1.0" }, { introduced: "0" }, { fixed: "1.5.0" }],
      [
        { introduced: "0", fixed: "1.5.0" },
        { introduced: "3.0.0", fixed: "3.1.0" },
      ],
    ],
    [
      "open at the end",
      [{ introduced: "0" }, { fixed: "1.5.0" }, { introduced: "2.0.0" }],
      [{ introduced: "0", fixed: "1.5.0" }, { introduced: "2.0.0" }],
    ],
    [
      "two ends: the first closes",
      [{ introduced: "0" }, { fixed: "2.0.0" }, { fixed: "1.5.0" }],
      [{ introduced: "0", fixed: "1.5.0" }],
    ],
    ["no start", [{ fixed: "1.5.0" }], []],
    ["a limit that is none", [{ introduced: "0" }, { limit: "*" }], [{ introduced: "0" }]],
    ["both in one event", [{ introduced: "0", fixed: "1.0.0" }], [{ introduced: "0", fixed: "1.0.0" }]],
    ["nothing", [], []],
  ];
  for (const [what, events, ranges] of rows)
    it(`reads ${what}`, () => {
      assert.deepEqual(affectedRanges(affected([{ type: "SEMVER", events }]), schemes.semver), ranges);
    });

  it("passes over ranges of commits", () => {
    const ranges = [
      { type: "GIT", events: [{ introduced: "0" }] },
      { type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "1" }] },
    ];
    assert.deepEqual(affectedRanges(affected(ranges), schemes.pep440), [{ introduced: "0", fixed: "1" }]);
    assert.deepEqual(affectedRanges(affected(ranges.slice(0, 1)), schemes.pep440), []);
  });

  const bounds: readonly [string, readonly AffectedRange[]][] = [
    ["<= 1.2.3", [{ introduced: "0", lastAffected: "1.2.3" }]],
    ["< 1.2.3", [{ introduced: "0", fixed: "1.2.3" }]],
    ["= 1.2.3", [{ introduced: "0", lastAffected: "1.2.3" }]],
    ["whatever", [{ introduced: "0" }]],
  ];
  for (const [bound, ranges] of bounds)
    it(`bounds an open range by GitHub's "${bound}", never a closed one`, () => {
      const more = { database_specific: { last_known_affected_version_range: bound } };
      const open = affected([{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }], more);
      const closed = affected(
        [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "9.0.0" }] }],
        more,
      );
      assert.deepEqual(affectedRanges(open, schemes.semver), ranges);
      assert.deepEqual(affectedRanges(closed, schemes.semver), [{ introduced: "0", fixed: "9.0.0" }]);
    });

  it("takes no end but the record's own where that is before the beginning, as in GHSA-82jv-9wjw-pqh6", () => {
    const events = [{ introduced: "4.0.0-beta1" }, { fixed: "4.0.0-beta.11" }];
    const more = { database_specific: { last_known_affected_version_range: "<= 4.0.0-beta.10" } };
    assert.deepEqual(affectedRanges(affected([{ type: "ECOSYSTEM", events }], more), schemes.semver), [
      { introduced: "4.0.0-beta1" },
    ]);
  });

  // The evaluation as the specification writes it down, over numbers.
  it("affects the versions that OSV's own algorithm does", () => {
    const event = record({
      kind: constantFrom("introduced", "fixed", "last_affected"),
      at: integer({ min: 0, max: 9 }),
    });
    check(
      property(array(event, { maxLength: 6 }), integer({ min: 0, max: 10 }), (events, at) => {
        // Two events at one version have no order in the specification.
        const points = new Map(events.map((each) => [each.at, each]));
        const sorted = [...points.values()].sort((a, b) => a.at - b.at);
        let expected = false;
        for (const each of sorted) {
          if (each.kind === "introduced" && at >= each.at) expected = true;
          if (each.kind === "fixed" && at >= each.at) expected = false;
          if (each.kind === "last_affected" && at > each.at) expected = false;
        }
        const given = [...points.values()].map((each) => ({ [each.kind]: `${each.at}.0.0` }));
        const ranges = affectedRanges(affected([{ type: "SEMVER", events: given }]), schemes.semver);
        const found = ranges.some(
          ({ introduced, fixed, lastAffected }) =>
            at >= Number.parseInt(introduced, 10) &&
            (fixed === undefined || at < Number.parseInt(fixed, 10)) &&
            (lastAffected === undefined || at <= Number.parseInt(lastAffected, 10)),
        );
        assert.equal(found, expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("versionsBeside()", () => {
  const ranges = [
    { introduced: "1.0.0", fixed: "2.0.0" },
    { introduced: "3.0.0", lastAffected: "3.5.0" },
  ];
  it("keeps what no range covers", () => {
    const versions = ["0.9.0", "1.0.0", "1.10.0", "2.0.0", "3.5.0", "3.5.1", "odd", "odd"];
    assert.deepEqual(versionsBeside(versions, ranges, schemes.semver), ["0.9.0", "2.0.0", "3.5.1", "odd"]);
  });
  it("keeps nothing beside a range over all versions, everything without ranges", () => {
    assert.deepEqual(versionsBeside(["1", "x"], [{ introduced: "0" }], undefined), []);
    assert.deepEqual(versionsBeside(["1", "x"], [], undefined), ["1", "x"]);
  });
});
