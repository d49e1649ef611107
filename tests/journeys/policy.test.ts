import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { evaluate } from "../../src/policy/evaluate.ts";
import { generatedCase, shuffledFacts } from "../support/policy-cases.ts";

const run = promisify(execFile);
const cases = 10_000;

test("10,000 cases have verdicts of the same bytes in two processes, one of them in other orders", async () => {
  const script = fileURLToPath(new URL("../support/policy-process.ts", import.meta.url));
  const [first, second] = await Promise.all(
    ["straight", "shuffled"].map((order) => run(process.execPath, [script, String(cases), order])),
  );
  assert.equal(first?.stdout.trim().split("\n").length, cases / 1000);
  assert.equal(first?.stdout, second?.stdout);
});

test("the cases have verdicts of every kind, each twice the same, with reasons exactly when they do not pass", () => {
  const seen = new Map<string, number>();
  for (let seed = 0; seed < 2000; seed += 1) {
    const { facts, policy, expressions, placements } = generatedCase(seed);
    const verdict = evaluate(facts, policy, { expressions, placements });
    const again = evaluate(shuffledFacts(facts, seed + 5), policy, { expressions, placements });
    assert.equal(JSON.stringify(again), JSON.stringify(verdict), `seed ${seed}`);
    const { decision, reasons, toPass } = verdict;
    assert.equal(decision === "pass", reasons.length === 0);
    assert.equal(decision === "pass", toPass.length === 0);
    for (const word of [decision, ...reasons.map(({ code }) => code), ...toPass.map(({ kind }) => kind)])
      seen.set(word, (seen.get(word) ?? 0) + 1);
  }
  for (const word of [
    "pass",
    "fail",
    "unknown",
    "finding-refused",
    "check-failed",
    "rule-violated",
    "rule-undecided",
    "epss-missing",
    "undecided",
    "exception-unmatched",
    "upgrade",
    "edit",
    "no-fix",
    "other",
  ])
    assert.ok((seen.get(word) ?? 0) > 20, `${word}: ${seen.get(word) ?? 0}`);
});
