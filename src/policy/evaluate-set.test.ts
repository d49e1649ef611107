import assert from "node:assert/strict";
import { test } from "node:test";
import { countFindings } from "../core/finding.ts";
import type { SetGap, SetImage, SetOutcome } from "../core/image-set.ts";
import type { Verdict } from "../core/report.ts";
import { defaultPolicy } from "./evaluate.ts";
import { evaluateSet } from "./evaluate-set.ts";

function image(outcome: SetOutcome, severity?: "low" | "high"): SetImage {
  const text = { id: "SW-IM-080", aliases: [], title: "t", why: "", remedy: "", message: "", findings: 0 };
  const checks = severity === undefined ? [] : [{ ...text, severity }];
  return { reference: "r.io/a:1", uses: [], pinned: "tag", checks, outcome };
}

function scanned(decision: Verdict["decision"]): SetImage {
  const reasons = decision === "pass" ? [] : [{ code: "c", message: "why" }];
  const summary = { counts: countFindings([]), verdict: { decision, reasons } };
  return image({ kind: "scanned", digest: "sha256:a", summary, report: undefined });
}

const [pass, fail, unknown] = [scanned("pass"), scanned("fail"), scanned("unknown")];
const gone = image({ kind: "error", code: "image-not-found", message: "not there", hint: undefined });
const gap: SetGap = { code: "manifest-unreadable", message: "broken", file: "a.yaml", line: 3 };
const rows: readonly (readonly [
  what: string,
  images: readonly SetImage[],
  gaps: readonly SetGap[],
  decision: string,
  reasons: readonly string[],
])[] = [
  ["images that all pass", [pass, pass], [], "pass", []],
  [
    "one that fails",
    [pass, fail, unknown],
    [],
    "fail",
    ["image-refused r.io/a:1: why", "image-unknown r.io/a:1: why"],
  ],
  ["one that is unknown", [pass, unknown], [], "unknown", ["image-unknown r.io/a:1: why"]],
  [
    "one that cannot be had",
    [pass, gone],
    [],
    "unknown",
    ["image-unavailable r.io/a:1: image-not-found: not there"],
  ],
  ["a gap in the files", [pass], [gap], "unknown", ["manifest-unreadable a.yaml:3: broken"]],
  ["a way of naming below the threshold", [image({ kind: "listed" }, "low")], [], "pass", []],
  [
    "a way of naming that reaches the threshold",
    [image({ kind: "listed" }, "high")],
    [],
    "fail",
    ["check-failed SW-IM-080 t: high (fail on high)"],
  ],
  [
    "another name of an image that fails",
    [
      image({
        kind: "same",
        digest: "sha256:a",
        as: "b",
        summary: { counts: countFindings([]), verdict: { decision: "fail", reasons: [] } },
      }),
    ],
    [],
    "fail",
    ["image-refused r.io/a:1: "],
  ],
];
for (const [what, images, gaps, decision, reasons] of rows)
  test(`evaluateSet() gives ${decision} for ${what}`, () => {
    const verdict = evaluateSet({ images, gaps }, defaultPolicy);
    assert.equal(verdict.decision, decision);
    assert.deepEqual(
      verdict.reasons.map(({ code, message }) => `${code} ${message}`),
      reasons,
    );
  });

test("evaluateSet() asks no signatures of the way in which images are named", () => {
  const policy = { ...defaultPolicy, signatures: { absent: "fail" as const, demand: ["signature"] } };
  assert.deepEqual(evaluateSet({ images: [pass], gaps: [] }, policy), { decision: "pass", reasons: [] });
});
