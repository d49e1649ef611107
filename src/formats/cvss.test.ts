import assert from "node:assert/strict";
import { test } from "node:test";
import calculator from "ae-cvss-calculator";
import { assert as assertProperty, constantFrom, property, string } from "fast-check";
import { SeaworthyError } from "../core/errors.ts";
import { scoreCvss } from "./cvss.ts";

const { Cvss2, Cvss3P0, Cvss3P1 } = calculator;

test("scoreCvss() scores and rates vectors as FIRST and NVD publish them", () => {
  const rows = [
    ["AV:N/AC:L/Au:N/C:N/I:N/A:C", "2.0", 7.8, "high"],
    ["AV:N/AC:L/Au:N/C:C/I:C/A:C", "2.0", 10, "high"],
    ["AV:L/AC:H/Au:N/C:C/I:C/A:C", "2.0", 6.2, "medium"],
    ["(AV:N/AC:M/Au:N/C:P/I:N/A:N)", "2.0", 4.3, "medium"],
    ["AV:L/AC:M/Au:N/C:P/I:N/A:N", "2.0", 1.9, "low"],
    ["AV:N/AC:L/Au:N/C:N/I:N/A:N", "2.0", 0, "low"],
    ["AV:N/AC:L/Au:N/C:P/I:P/A:P/E:POC/RL:OF/RC:C", "2.0", 7.5, "high"],
    ["CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "3.0", 6.1, "medium"],
    ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.1", 9.8, "critical"],
    ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "3.1", 10, "critical"],
    ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "3.1", 7.5, "high"],
    ["CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "3.1", 7.8, "high"],
    ["CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", "3.1", 1.6, "low"],
    ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "3.1", 0, "none"],
    ["CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N/E:U/MAV:P", "3.1", 9.8, "critical"],
    ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 9.3, "critical"],
    ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "4.0", 10, "critical"],
    ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "4.0", 0, "none"],
    ["CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 7.3, "high"],
    ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P", "4.0", 8.9, "high"],
    [
      "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U/U:Red/S:P/AU:Y/R:A/V:D/RE:L",
      "4.0",
      8.1,
      "high",
    ],
    // Threat and environmental metrics, scored by another implementation (the Python package cvss).
    [
      "CVSS:4.0/AV:P/AC:H/AT:N/PR:N/UI:P/VC:N/VI:L/VA:L/SC:L/SI:L/SA:L/CR:X/AR:L/MPR:X/MSA:L",
      "4.0",
      1,
      "low",
    ],
    [
      "CVSS:4.0/AV:N/AC:L/AT:P/PR:H/UI:A/VC:L/VI:H/VA:L/SC:L/SI:N/SA:N/E:P/MUI:A/MVC:L/MSI:X",
      "4.0",
      4.6,
      "medium",
    ],
    ["CVSS:4.0/AV:N/AC:H/AT:P/PR:L/UI:A/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N/MSI:H", "4.0", 4.3, "medium"],
    ["CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:A/VC:H/VI:N/VA:L/SC:H/SI:H/SA:L", "4.0", 7, "high"],
  ] as const;
  for (const [vector, version, score, severity] of rows)
    assert.deepEqual(scoreCvss(vector), { version, score, severity }, vector);
});

test("scoreCvss() refuses what is incomplete, doubled, unknown or junk", () => {
  const bad = [
    "",
    "junk",
    "CVSS:3.1",
    "CVSS:3.1/",
    "CVSS:3.1/AV:N",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/X:Y",
    "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/av:n/ac:l/pr:n/ui:n/s:u/c:h/i:h/a:h",
    "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "cvss:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
    "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "AV:N/AC:L/Au:N/C:P/I:P",
    "(AV:N/AC:L/Au:N/C:P/I:P/A:P",
    "AV:N/AC:L/Au:N/C:P/I:P/A:P/__proto__:1",
    "AV:N/AC:L/Au:N/C:P/I:P/A:P/toString:1",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:R/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    "CVSS:4.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "9.8",
    `CVSS:3.1/${"AV:N/".repeat(100_000)}`,
  ];
  for (const vector of bad) assert.throws(() => scoreCvss(vector), isInvalid, vector.slice(0, 80));
});

test("scoreCvss() agrees with ae-cvss-calculator on every base vector of versions 2 and 3", () => {
  for (const vector of combinations(["AV:LAN", "AC:HML", "Au:MSN", "C:NPC", "I:NPC", "A:NPC"]))
    assert.equal(scoreCvss(vector).score, positiveZero(new Cvss2(vector).calculateScores().base), vector);
  const third = ["AV:NALP", "AC:LH", "PR:NLH", "UI:NR", "S:UC", "C:NLH", "I:NLH", "A:NLH"];
  for (const vector of combinations(third)) {
    const [v30, v31] = [`CVSS:3.0/${vector}`, `CVSS:3.1/${vector}`];
    assert.equal(scoreCvss(v30).score, new Cvss3P0(v30).calculateScores().base, v30);
    assert.equal(scoreCvss(v31).score, new Cvss3P1(v31).calculateScores().base, v31);
  }
});

test("scoreCvss() never fails but with cvss-invalid", () => {
  const junk = string({ unit: constantFrom(..."AVCNLHSU:/.34 ()".split("")), maxLength: 60 });
  assertProperty(
    property(constantFrom("", "CVSS:3.1/", "CVSS:4.0/AV:N/", "("), junk, (head, tail) => {
      assert.throws(() => scoreCvss(head + tail), isInvalid);
    }),
    { seed: 42, numRuns: 3000 },
  );
});

function combinations(metrics: readonly string[]): readonly string[] {
  return metrics.reduce<readonly string[]>(
    (vectors, metric) => {
      const [name = "", values = ""] = metric.split(":");
      return vectors.flatMap((vector) =>
        Array.from(values, (value) => `${vector === "" ? "" : `${vector}/`}${name}:${value}`),
      );
    },
    [""],
  );
}

function positiveZero(score: number | undefined): number | undefined {
  return score === 0 ? 0 : score;
}

function isInvalid(thrown: unknown): boolean {
  return thrown instanceof SeaworthyError && thrown.code === "cvss-invalid";
}
