import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf } from "../core/errors.ts";
import { checkPredicate, predicateTypeOf, predicateTypes } from "./predicate.ts";
import { parseVerdictPredicate, writeVerdictPredicate } from "./verdict-predicate.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const verdict = {
  imageDigest: digest,
  sbomDigest: digest,
  databaseDigest: digest,
  policyDigest: null,
  exceptionsDigest: null,
  day: "2026-02-28",
  toolVersion: "0.1.0",
  decision: "fail" as const,
  reasons: [{ code: "finding-refused", message: "two critical" }],
};

test("writeVerdictPredicate() writes one text for one verdict", () => {
  const shuffled = Object.fromEntries(Object.entries(verdict).reverse());
  assert.equal(writeVerdictPredicate(verdict), JSON.stringify(verdict));
  assert.equal(writeVerdictPredicate(parseVerdictPredicate(shuffled)), JSON.stringify(verdict));
  assert.deepEqual(parseVerdictPredicate({ ...verdict, more: 1 }), verdict);
});

test("parseVerdictPredicate() refuses what is no verdict", () => {
  const rows: readonly object[] = [
    { decision: "maybe" },
    { decision: undefined },
    { imageDigest: null },
    { imageDigest: "sha256:ab" },
    { policyDigest: "x" },
    { day: "2026-02-30" },
    { day: "today" },
    { toolVersion: 1 },
    { reasons: [{ code: "x" }] },
    { reasons: "none" },
  ];
  for (const change of rows)
    assert.throws(
      () => parseVerdictPredicate({ ...verdict, ...change }),
      (thrown: unknown) => codeOf(thrown) === "malformed",
      JSON.stringify(change),
    );
});

test("checkPredicate() takes what is of its type and about the image", () => {
  const { scan, verdict: verdicts, "sbom-cyclonedx": cyclonedx, "sbom-spdx": spdx } = predicateTypes;
  const rows: readonly (readonly [string, unknown, string])[] = [
    [verdicts, verdict, ""],
    [verdicts, { ...verdict, imageDigest: `sha256:${"cd".repeat(32)}` }, "digest-mismatch"],
    [verdicts, { decision: "pass" }, "malformed"],
    [scan, { image: { digest }, verdict: {} }, ""],
    [scan, { image: { digest: null }, verdict: {} }, "digest-mismatch"],
    [scan, { image: {} }, "malformed"],
    [cyclonedx, { bomFormat: "CycloneDX" }, ""],
    [cyclonedx, { spdxVersion: "SPDX-2.3" }, "malformed"],
    [spdx, { spdxVersion: "SPDX-2.3" }, ""],
    [spdx, { bomFormat: "CycloneDX" }, "malformed"],
    ["https://example.com/x", {}, ""],
    ["https://example.com/x", [], "malformed"],
    ["https://example.com/x", "text", "malformed"],
  ];
  for (const [type, predicate, code] of rows) {
    const check = (): void => checkPredicate(type, predicate, [digest], "p.json");
    if (code === "") check();
    else assert.throws(check, (thrown: unknown) => codeOf(thrown) === code, `${type} ${code}`);
  }
  assert.equal(predicateTypeOf("sbom-spdx"), spdx);
  for (const text of ["", "sbom", "two words:x", `x:${"y".repeat(600)}`])
    assert.throws(
      () => predicateTypeOf(text),
      (thrown: unknown) => codeOf(thrown) === "usage",
      text.slice(0, 20),
    );
});
