import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { imageChecks } from "../checks/list.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { ImageVerdict } from "../core/report.ts";
import { caseFacts } from "../policy/case-facts.ts";
import { type PolicyCase, readCases } from "../policy/cases.ts";
import { evaluate } from "../policy/evaluate.ts";
import { type LoadedPolicy, loadPolicy } from "../policy/load.ts";
import { settledChecks } from "../policy/settle.ts";
import { clean } from "../reports/terminal.ts";
import { exitCodes, type Io } from "./command.ts";
import { factsUnder, savedReport } from "./policy-explain.ts";
import { policySources } from "./policy-file.ts";

/** `seaworthy policy test`: judges the cases beside a policy. */
export async function testPolicy(name: string, given: string | undefined, io: Io): Promise<number> {
  const loaded = await loadPolicy(name, await policySources(io));
  const file = given ?? casesBeside(name);
  const cases = readCases(textOf(file, io), file, imageChecks);
  let failed = 0;
  for (const one of cases) {
    const wrong = differences(one, judged(one, loaded, file, io));
    if (wrong.length > 0) failed += 1;
    const lines = [
      `${wrong.length === 0 ? "ok    " : "FAILED"}  ${one.name ?? ""}`,
      ...wrong.map((line) => `        ${line}`),
    ];
    io.stdout.write(`${lines.map(clean).join("\n")}\n`);
  }
  io.stdout.write(`${cases.length - failed} of ${cases.length} cases hold\n`);
  return failed === 0 ? exitCodes.pass : exitCodes.fail;
}

// seaworthy.yaml → seaworthy.test.yaml
function casesBeside(policy: string): string {
  return /\.ya?ml$/u.test(policy) ? policy.replace(/\.(ya?ml)$/u, ".test.$1") : "seaworthy.test.yaml";
}

function textOf(file: string, io: Io): string {
  try {
    return readFileSync(resolve(io.cwd, file), "utf8");
  } catch (thrown) {
    throw new SeaworthyError("policy-invalid", `read cases "${file}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function judged(one: PolicyCase, loaded: LoadedPolicy, file: string, io: Io): ImageVerdict {
  const { policy, expressions } = loaded;
  const path = one.report === undefined ? undefined : join(dirname(file), one.report.value);
  const base = path === undefined ? undefined : factsUnder(savedReport(path, io), loaded);
  const { facts, placements } = caseFacts(one, base, imageChecks, policy.signatures.demand);
  const checks = settledChecks(facts.checks, policy.checks);
  return evaluate({ ...facts, checks }, policy, { expressions, placements });
}

function differences({ expect = {} }: PolicyCase, verdict: ImageVerdict): readonly string[] {
  const { decision, rules, warnings } = expect;
  const told = verdict.reasons.map(({ code, message }) => `  ${code}: ${message}`);
  return [
    ...(decision === verdict.decision
      ? []
      : [`expected ${decision ?? ""}, the verdict is ${verdict.decision}`, ...told]),
    ...setDifference("rules", rules, verdict.reasons),
    ...setDifference("warnings", warnings, verdict.warnings),
  ];
}

// Which rules speak is compared only where the case says it, and then it is all of them.
function setDifference(
  what: string,
  wanted: readonly string[] | undefined,
  reasons: ImageVerdict["reasons"],
): readonly string[] {
  if (wanted === undefined) return [];
  const found = new Set(reasons.flatMap(({ rule }) => rule ?? []));
  const missing = wanted.filter((id) => !found.has(id));
  const more = [...found].filter((id) => !wanted.includes(id)).sort();
  return [
    ...(missing.length === 0 ? [] : [`${what} that were expected and say nothing: ${missing.join(", ")}`]),
    ...(more.length === 0 ? [] : [`${what} that were not expected: ${more.join(", ")}`]),
  ];
}
