import assert from "node:assert/strict";
import { test } from "node:test";
import { assertOrdered, assertRows, randomPairs } from "../../tests/support/version-pairs.ts";
import { schemes } from "./list.ts";

// No apk in Debian: the rows are what apk-tools' own list says (test/unit/version.data), and its comparison by hand.
test("apk orders numbers, letters, suffixes, hashes and revisions as apk-tools 3 does", () => {
  assertRows(schemes.apk, [
    ["2.34", ">", "0.1.0_alpha"],
    ["0.1.0_alpha", "<", "0.1.3_alpha"],
    ["0.1.0_alpha2", ">", "0.1.0_alpha"],
    ["1.0.4-r3", "<", "1.0.4-r4"],
    ["1.1", ">", "1.1_alpha1"],
    ["1.3_alpha2", "<", "1.3_alpha3"],
    ["2.3.0b-r1", "<", "2.3.0b-r2"],
    ["0.12.3", ">", "0.12"],
    ["3.1_p16", "<", "3.1_p17"],
    ["1.06-r6", "<", "006"],
    ["2.01.01_alpha10", ">", "0.94"],
    ["1.02.07", "<", "1.02.10-r1"],
    ["0.9.28-r2", "<", "0.9.28.1"],
    ["2.12r-r4", "<", "2.12r-r5"],
    ["7.0.17", "<", "7.0.174"],
    ["1.0_p10-r0", ">", "1.0_p9-r0"],
    ["0.1.0_alpha_pre2", "<", "0.1.0_alpha"],
    ["1.0.0_pre20191002222144-r0", "<", "1.0.0_pre20210530193627-r0"],
    ["8.2.0015", "<", "8.2.002"],
    ["1.3_pre1-r1", "<", "1.3.2"],
    ["1.0_rc1", "<", "1.0"],
    ["1.0", "<", "1.0_cvs"],
    ["1.0_cvs", "<", "1.0_svn"],
    ["1.0_svn", "<", "1.0_git"],
    ["1.0_git", "<", "1.0_hg"],
    ["1.0_hg", "<", "1.0_p"],
    ["1.0_p0", ">", "1.0_p"],
    ["1.0", "<", "1.0a"],
    ["1.0a", "<", "1.0.0"],
    ["1.05", "<", "1.1"],
    ["1.10", ">", "1.9"],
    ["3.1.4-r5", "=", "3.1.4-r5"],
    ["3.1.4-r05", "=", "3.1.4-r5"],
    ["1.0~12af", "<", "1.0~1337"],
    ["1.0~1234-r1", ">", "1.0~1234-r0"],
    ["1.0~1234", ">", "1.0-r9"],
    ["1.0", "<", "1.0-r0"],
    ["99999999999999999998", "<", "99999999999999999999"],
  ]);
});

test("apk refuses what apk version --check refuses", () => {
  const bad = [
    "",
    "a",
    "1.0bc",
    "23_foo",
    "1.0-1",
    "1.",
    ".1",
    "1..2",
    "1.0_",
    "1.0_p1a",
    "1a2",
    "1.0-r",
    "1.0-r1-r2",
    "1.0~",
  ];
  for (const text of [...bad, "1.0~xyz", "1.0-r1_p1", "1.0A", "1.0 ", "1.0é", `1${".1".repeat(3000)}`]) {
    assert.equal(schemes.apk.valid(text), false, text);
  }
});

test("apk is an order", () => {
  const pieces = "0 1 2 10 01 .1 .01 .0 a b _alpha _rc1 _p _p1 _git2 -r0 -r1 ~ab ~12".split(" ");
  assertOrdered(schemes.apk, randomPairs(pieces, 4, 50, 7).flat());
});
