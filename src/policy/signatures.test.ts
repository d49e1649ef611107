import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyReport } from "../../tests/support/sample-report.ts";
import type { SignatureRules } from "../core/policy.ts";
import type { TrustFacts, TrustItem, TrustProblem } from "../core/trust.ts";
import { defaultPolicy, evaluate } from "./evaluate.ts";

const bom = "https://cyclonedx.org/bom";

function item(
  kind: TrustItem["kind"],
  problem?: TrustProblem,
  predicateType = kind === "attestation" ? bom : undefined,
): TrustItem {
  const common = {
    kind,
    subject: "",
    source: "",
    predicateType,
    payloadDigest: "",
    dockerReference: undefined,
  };
  return problem === undefined
    ? { ...common, state: "verified", signer: { kind: "key", fingerprint: "", name: "k" }, reason: undefined }
    : { ...common, state: "invalid", signer: undefined, reason: { code: problem, message: "why" } };
}

function trust(items: readonly TrustItem[], incomplete: readonly string[] = []): TrustFacts {
  return { subjects: [], items, incomplete };
}

const signed = item("signature");
const bad = item("signature", "signature-wrong");
const rules = (absent: SignatureRules["absent"], ...demand: readonly string[]): SignatureRules => {
  return { absent, demand: demand.length === 0 ? ["signature"] : demand };
};
const none = "signature-absent: signature: there is none";
const wrong = "signature-invalid: signature: none is good: signature-wrong: why";
const part = "signature-incomplete: a page";

const rows: readonly (readonly [
  why: string,
  trust: TrustFacts | null,
  signatures: SignatureRules,
  decision: string,
  reasons: readonly string[],
])[] = [
  ["nobody asked", null, rules("unknown"), "pass", []],
  ["nobody asked, absent passes", null, rules("pass"), "pass", []],
  [
    "nobody asked, absent fails",
    null,
    rules("fail", "signature", bom),
    "fail",
    [`signature-unchecked: the policy demands what nobody checked: signature, attestation ${bom}`],
  ],
  ["signed", trust([signed]), rules("unknown"), "pass", []],
  ["signed, demanded", trust([signed]), rules("fail"), "pass", []],
  ["signed, and a bad one beside it", trust([signed, bad]), rules("fail"), "pass", []],
  ["signed, not all seen", trust([signed], ["a page"]), rules("fail"), "pass", []],
  ["badly signed", trust([bad]), rules("unknown"), "fail", [wrong]],
  ["badly signed, absent passes", trust([bad]), rules("pass"), "fail", [wrong]],
  ["not signed", trust([]), rules("unknown"), "unknown", [none]],
  ["not signed, demanded", trust([]), rules("fail"), "fail", [none]],
  ["not signed, absent passes", trust([]), rules("pass"), "pass", []],
  [
    "in a form that is not read",
    trust([item("signature", "unsupported")]),
    rules("unknown"),
    "unknown",
    [none],
  ],
  ["not all seen", trust([], ["a page"]), rules("unknown"), "unknown", [none, part]],
  ["not all seen, demanded", trust([], ["a page"]), rules("fail"), "fail", [none, part]],
  ["not all seen, absent passes", trust([], ["a page"]), rules("pass"), "unknown", [part]],
  [
    "signed without a bill of materials",
    trust([signed]),
    rules("unknown", "signature", bom),
    "unknown",
    [`signature-absent: attestation ${bom}: there is none`],
  ],
  ["signed with it", trust([signed, item("attestation")]), rules("fail", "signature", bom), "pass", []],
  [
    "another attestation",
    trust([item("attestation", undefined, "https://x")]),
    rules("fail"),
    "fail",
    [none],
  ],
  [
    "what cannot be read",
    trust([item("unknown", "malformed")]),
    rules("unknown"),
    "fail",
    ["signature-invalid: signature: none is good: malformed: why"],
  ],
];
for (const [why, found, signatures, decision, reasons] of rows)
  test(`evaluate() decides ${decision} on an image: ${why}`, () => {
    const verdict = evaluate({ ...emptyReport, trust: found }, { ...defaultPolicy, signatures });
    assert.equal(verdict.decision, decision);
    assert.deepEqual(
      verdict.reasons.map(({ code, message }) => `${code}: ${message}`),
      reasons,
    );
    assert.equal(verdict.toPass.length, reasons.length);
    for (const change of verdict.toPass) assert.equal(change.kind, "other");
  });
