import type { Policy, UnknownAction } from "../core/policy.ts";
import type { Gap, RuleReason } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";
import type { Subject } from "./subject.ts";

/** What a policy makes of something that is not known. What a rule cannot decide is never passed over. */
export function actionOn(code: string, { unknown }: Policy): UnknownAction {
  const named = Object.hasOwn(unknown, code) ? unknown[code] : undefined;
  return named ?? (Object.hasOwn(unknown, "default") ? unknown["default"] : undefined) ?? "unknown";
}

/** The same of a reason: for one of a rule that cannot be decided no policy can say that it passes. */
export function actionOnReason({ code }: Pick<RuleReason, "code">, policy: Policy): UnknownAction {
  return code === "rule-undecided" ? "unknown" : actionOn(code, policy);
}

/** All that is not known of an image, each once, sorted. */
export function unknownReasons(subject: Subject, policy: Policy): readonly RuleReason[] {
  const { coverage } = subject.facts;
  const undecided = undecidedMatches(subject, policy, true);
  const reasons = coverage.gaps.map(gapReason);
  if (undecided > 0)
    reasons.push(reason("undecided", counted(undecided, "match", "matches", "not be decided")));
  const unowned = coverage.unownedExecutables.length;
  if (policy.unownedExecutables === "unknown" && unowned > 0)
    reasons.push(
      reason(
        "unowned-executables",
        counted(unowned, "executable", "executables", "not be attributed to a package"),
      ),
    );
  const distinct = new Map(reasons.map((one) => [`${one.code}\n${one.message}`, one]));
  return [...distinct.entries()].sort(([a], [b]) => compareText(a, b)).map(([, one]) => one);
}

/** What of matches that could not be decided is not this change's: told, it decides nothing. */
export function olderUndecidedReasons(subject: Subject, policy: Policy): readonly RuleReason[] {
  const count = undecidedMatches(subject, policy, false);
  if (count === 0) return [];
  const state = counted(count, "match", "matches", "not be decided, of packages that the baseline has");
  return [reason("undecided", state)];
}

// A doubt about a package that is as it was is no doubt about the change; where new advisories count it is one.
function undecidedMatches(subject: Subject, { baseline }: Policy, counting: boolean): number {
  const all = baseline.newAdvisories === "fail";
  return subject.facts.undecided.filter((one) => (all || subject.isBroughtIn(one.package)) === counting)
    .length;
}

function gapReason({ code, message, path, layer }: Gap): RuleReason {
  const place = [path, layer === undefined ? undefined : `layer ${layer}`].filter(
    (part) => part !== undefined,
  );
  return reason(code, place.length === 0 ? message : `${message} (${place.join(", ")})`);
}

function reason(code: string, message: string): RuleReason {
  return { code, message, rule: null, findings: [] };
}

function counted(count: number, one: string, many: string, state: string): string {
  return `${count} ${count === 1 ? one : many} could ${state}`;
}
