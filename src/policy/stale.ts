import type { ExceptionState } from "../core/exception.ts";
import type { Policy } from "../core/policy.ts";
import type { Facts, RuleReason } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";

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

/** Exceptions of no use, by what a policy makes of them. */
export interface StaleReasons {
  readonly refusing: readonly RuleReason[];
  readonly told: readonly RuleReason[];
}

/** What a policy has against exceptions of no use, one reason for each way, the first of them named. */
export function staleReasons(states: readonly ExceptionState[], { exceptions }: Policy): StaleReasons {
  const refuses = (one: ExceptionState): boolean => exceptions.stale === "fail" && !mayBeOfOthers(one);
  return {
    refusing: reasonsOf(states.filter(refuses)),
    told: reasonsOf(states.filter((one) => !refuses(one))),
  };
}

// Another tool's entry cannot say of which images it is, and its file is shared by many. Ours have an owner.
function mayBeOfOthers({ state, exception }: ExceptionState): boolean {
  return state === "unmatched" && exception.owner === "";
}

/** Without what only all images of a set together can tell: an exception that one of them has no use for may be of another. */
export function statesOfOneOfMany(states: readonly ExceptionState[]): readonly ExceptionState[] {
  return states.filter(({ state }) => state !== "unmatched" && state !== "shadowed");
}

/** Exceptions that no image of a set has a use for, from what became of each in each image. */
export function uselessInAll(images: readonly (readonly ExceptionState[])[]): readonly ExceptionState[] {
  const [first = []] = images;
  return first.flatMap((_, index): readonly ExceptionState[] => {
    const own = images
      .flatMap((states) => states[index] ?? [])
      .filter(({ state }) => state !== "out-of-scope");
    // What is told of one image needs no telling of all.
    if (statesOfOneOfMany(own).length > 0) return [];
    return own.toSorted((a, b) => compareText(a.state, b.state)).slice(0, 1);
  });
}

function reasonsOf(states: readonly ExceptionState[]): readonly RuleReason[] {
  return Object.entries(words).flatMap(([state, [one, many]]) => {
    const own = states.filter((given) => given.state === state).toSorted(byPlace);
    const [first] = own;
    if (first === undefined) return [];
    const { exception, message } = first;
    const { file, line } = exception.place;
    const count = own.length === 1 ? `exception ${one}` : `${own.length} exceptions ${many}, first`;
    const told = `${count}: ${exception.id} (${file}:${line})${message === "" ? "" : `: ${message}`}`;
    return [{ code: `exception-${state}`, message: told, rule: null, findings: [] }];
  });
}

// The first is named, whichever way they were given.
function byPlace(a: ExceptionState, b: ExceptionState): number {
  const [left, right] = [a.exception.place, b.exception.place];
  return (
    compareText(left.file, right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    compareText(JSON.stringify(a), JSON.stringify(b))
  );
}

/** VEX statements that nearly match, in one reason. */
export function nearReasons({ vex }: Facts): readonly RuleReason[] {
  const near = vex
    .filter(({ state }) => state === "near")
    .toSorted((a, b) => compareText(nearText(a), nearText(b)));
  const [first] = near;
  if (first === undefined) return [];
  const count =
    near.length === 1
      ? "a VEX statement nearly matches"
      : `${near.length} VEX statements nearly match, first`;
  return [{ code: "vex-near", message: `${count}: ${nearText(first)}`, rule: null, findings: [] }];
}

function nearText({ statement, message }: Facts["vex"][number]): string {
  return `${statement.vulnerability} of ${statement.document.source}: ${message}`;
}
