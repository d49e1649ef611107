import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPinning, pinnedOf } from "./pinning.ts";

const digest = `sha256:${"a".repeat(64)}`;
const rows: readonly (readonly [reference: string, pinned: string, found: string])[] = [
  [`nginx@${digest}`, "digest", ""],
  [`r.io:5000/a:latest@${digest}`, "digest", ""],
  ["nginx:1.27", "tag", "low SW-IM-080"],
  ["r.io:5000/a/b:1", "tag", "low SW-IM-080"],
  ["r.io:5000/a:latest", "latest", "medium SW-IM-081"],
  ["r.io:5000/a", "none", "medium SW-IM-081"],
  ["nginx", "none", "medium SW-IM-081"],
];
for (const [reference, pinned, found] of rows)
  test(`pinnedOf() and checkPinning() say "${pinned}" and "${found}" of "${reference}"`, () => {
    assert.equal(pinnedOf(reference), pinned);
    const checks = checkPinning({ reference, uses: [] }, {});
    assert.equal(checks.map(({ id, severity }) => `${severity} ${id}`).join(), found);
  });

test("checkPinning() takes severities from the policy, and makes nothing of what is off", () => {
  const image = { reference: "nginx:1.27", uses: [] };
  const [rated] = checkPinning(image, { "SW-IM-080": { severity: "critical" } });
  assert.equal(rated?.severity, "critical");
  assert.deepEqual(checkPinning(image, { "SW-IM-080": { off: true } }), []);
});
