import assert from "node:assert/strict";
import { test } from "node:test";
import { schemes } from "../../versions/list.ts";
import { inRange } from "./vers.ts";

const rows: readonly (readonly [version: string, range: string, inside: boolean | undefined])[] = [
  ["1.0.0", "vers:npm/*", true],
  ["1.0.0", "vers:npm/1.0.0", true],
  ["1.0.1", "vers:npm/1.0.0", false],
  ["1.0.0", "vers:npm/0.9.0|1.0.0|2.0.0", true],
  ["1.5.0", "vers:npm/>=1.0.0|<2.0.0", true],
  ["2.0.0", "vers:npm/>=1.0.0|<2.0.0", false],
  ["2.0.0", "vers:npm/>=1.0.0|<=2.0.0", true],
  ["0.5.0", "vers:npm/<1.0.0", true],
  ["1.0.0", "vers:npm/<1.0.0", false],
  ["9.0.0", "vers:npm/>1.0.0", true],
  ["2.5.0", "vers:npm/>=1.0.0|<2.0.0|>=3.0.0|<4.0.0", false],
  ["3.5.0", "vers:npm/>=1.0.0|<2.0.0|>=3.0.0|<4.0.0", true],
  ["4.5.0", "vers:npm/>=1.0.0|<2.0.0|>=3.0.0", true],
  ["0.5.0", "vers:npm/<1.0.0|>=3.0.0", true],
  ["2.0.0", "vers:npm/<1.0.0|>=3.0.0", false],
  ["1.5.0", "vers:npm/>=1.0.0|!=1.5.0|<2.0.0", false],
  ["1.6.0", "vers:npm/!=1.5.0", true],
  ["1.5.0", "vers:npm/ >= 1.0.0 | < 2.0.0", true],
  ["1.5.0-a", "vers:npm/1.5.0-%61", true],
  ["1.5.0", "vers:npm/", undefined],
  ["1.5.0", "vers:npm/|", undefined],
  ["1.5.0", "<2.0.0", undefined],
  ["1.5.0", "vers:npm/<zwei", undefined],
  ["eins", "vers:npm/<2.0.0", undefined],
  ["1.5.0", `vers:npm/${"1.5.0|".repeat(10_000)}`, undefined],
];
for (const [version, range, inside] of rows)
  test(`inRange() says ${inside} of ${version} in ${range.slice(0, 60)}`, () => {
    assert.equal(inRange(version, range, schemes.semver), inside);
  });
