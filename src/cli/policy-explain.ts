import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { imageChecks } from "../checks/list.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Facts, Report } from "../core/report.ts";
import { evaluate } from "../policy/evaluate.ts";
import { applyExceptions } from "../policy/exceptions/apply.ts";
import { subjectOf as exceptionSubject } from "../policy/exceptions/review.ts";
import { type LoadedPolicy, loadPolicy } from "../policy/load.ts";
import { outcomes } from "../policy/outcomes.ts";
import { failOnCheckReasons, failOnReasons, shorthandRules } from "../policy/reasons.ts";
import { settledChecks } from "../policy/settle.ts";
import { subjectOf } from "../policy/subject.ts";
import { explainedRules, outcomeWords, policyWords } from "../policy/words.ts";
import { readReport } from "../reports/read-json.ts";
import { changeText } from "../reports/table-pass.ts";
import { clean } from "../reports/terminal.ts";
import { exitCodes, type Io } from "./command.ts";
import { policySources } from "./policy-file.ts";

/** `seaworthy policy explain`: each rule in words, and what it says of a report. */
export async function explain(name: string, report: string | undefined, io: Io): Promise<number> {
  const loaded = await loadPolicy(name, await policySources(io));
  const said = report === undefined ? undefined : saidOf(savedReport(report, io), loaded);
  const rules = explainedRules(loaded.policy).flatMap(({ id, words }) => [
    `${id}  ${words}`,
    ...(said?.byRule.get(id) ?? (said === undefined ? [] : ["nothing violates it"])).map(
      (line) => `  → ${line}`,
    ),
  ]);
  const lines = [
    ...rules,
    "",
    ...policyWords(loaded.policy),
    ...(said === undefined ? [] : ["", ...said.verdict]),
  ];
  io.stdout.write(`${lines.map(clean).join("\n")}\n`);
  return exitCodes.pass;
}

/** A saved report. @throws SeaworthyError `report-invalid`, or `usage` when there is no such file. */
export function savedReport(path: string, io: Io): Report {
  return readReport(textOf(path, io), path);
}

function textOf(path: string, io: Io): string {
  try {
    return readFileSync(resolve(io.cwd, path), "utf8");
  } catch (thrown) {
    throw new SeaworthyError("usage", `read report "${path}": ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** A report's facts as another policy would have them: checks by their own severities and that policy's, exceptions by its limits. */
export function factsUnder(report: Report, { policy }: LoadedPolicy): Facts {
  const own = new Map(imageChecks.map(({ id, severity }) => [id, severity]));
  const { schemaVersion: _version, policy: _policy, verdict: _verdict, ...facts } = report;
  const subject = exceptionSubject(report);
  const checks = settledChecks(subject.checks, policy.checks, (id) => own.get(id));
  const exceptions = report.exceptions.map(({ exception }) => exception);
  const { today } = report.currency;
  const { states, ...excepted } = applyExceptions(
    { ...subject, checks },
    exceptions,
    today,
    policy.exceptions,
  );
  const suppressed = [...subject.suppressed, ...excepted.suppressed];
  return { ...facts, ...excepted, suppressed, exceptions: states };
}

function saidOf(
  report: Report,
  loaded: LoadedPolicy,
): { readonly byRule: ReadonlyMap<string, readonly string[]>; readonly verdict: readonly string[] } {
  const { policy, expressions } = loaded;
  const facts = factsUnder(report, loaded);
  const subject = subjectOf(facts, []);
  const { findings, checks, rules } = outcomes(subject, policy, expressions);
  const messages = (reasons: readonly { readonly message: string }[]): string[] =>
    reasons.map(({ message }) => message);
  const byRule = new Map<string, readonly string[]>([
    ...rules.map((outcome) => [outcome.rule.id, outcomeWords(outcome, subject)] as const),
    ...named(shorthandRules.findings, messages(failOnReasons(findings, policy, subject))),
    ...named(shorthandRules.checks, messages(failOnCheckReasons(checks, policy, subject))),
  ]);
  const { decision, reasons, toPass } = evaluate(facts, policy, { expressions });
  const unasked = reasons
    .filter(({ rule }) => rule === null)
    .map(({ code, message }) => `${code}: ${message}`);
  const steps = toPass.map((change) => `  ${changeText(change, true)}`);
  return {
    byRule,
    verdict: [
      ...unasked.map((line) => `not known  ${line}`),
      `${report.image.reference}: ${decision}`,
      ...(steps.length === 0 ? [] : ["to pass", ...steps]),
    ],
  };
}

function named(id: string, lines: readonly string[]): readonly (readonly [string, readonly string[]])[] {
  return lines.length === 0 ? [] : [[id, lines]];
}
