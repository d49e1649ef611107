import assert from "node:assert/strict";
import { test } from "node:test";
import { fullReport } from "../../tests/support/sample-report.ts";
import { codeOf } from "../core/errors.ts";
import { predicateTypes } from "../core/trust.ts";
import { verdictOf } from "../reports/verdict.ts";
import { checkPredicate, predicateTypeOf } from "./predicate.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const verdict = verdictOf(fullReport, "0.1.0");

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
