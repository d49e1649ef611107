import type { ExceptionState } from "../core/exception.ts";
import type { Facts, RuleReason } from "../core/report.ts";

type Stale = Exclude<ExceptionState["state"], "used" | "out-of-scope">;

const words: Readonly<Record<Stale, readonly [one: string, many: string]>> = {
  expired: ["past its end", "past their end"],
  reopened: ["reopened", "reopened"],
  "too-long": ["longer than the policy allows", "longer than the policy allows"],
  "not-yet": ["of a day to come", "of a day to come"],
  unmatched: ["that matches nothing", "that match nothing"],
  "over-broad": ["too broad", "too broad"],
  shadowed: ["that another one stands before", "that others stand before"],
};

/** Exceptions of no use, one reason for each way, the first of them named. */
export function staleReasons({ exceptions }: Facts): readonly RuleReason[] {
  return Object.entries(words).flatMap(([state, [one, many]]) => {
    const own = exceptions.filter((given) => given.state === state);
    const [first] = own;
    if (first === undefined) return [];
    const { exception, message } = first;
    const { file, line } = exception.place;
    const count = own.length === 1 ? `exception ${one}` : `${own.length} exceptions ${many}, first`;
    const told = `${count}: ${exception.id} (${file}:${line})${message === "" ? "" : `: ${message}`}`;
    return [{ code: `exception-${state}`, message: told, rule: null, findings: [] }];
  });
}

/** VEX statements that nearly match, in one reason. */
export function nearReasons({ vex }: Facts): readonly RuleReason[] {
  const near = vex.filter(({ state }) => state === "near");
  const [first] = near;
  if (first === undefined) return [];
  const { statement, message } = first;
  const count =
    near.length === 1
      ? "a VEX statement nearly matches"
      : `${near.length} VEX statements nearly match, first`;
  const told = `${count}: ${statement.vulnerability} of ${statement.document.source}: ${message}`;
  return [{ code: "vex-near", message: told, rule: null, findings: [] }];
}
