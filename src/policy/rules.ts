import type { CheckFinding } from "../core/check.ts";
import type { Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import type { Rule } from "../core/policy.ts";
import { type Answer, checkFits, findingFits, packageFits, type When } from "./conditions.ts";
import { imageFits } from "./image-conditions.ts";
import type { Unrated } from "./ratings.ts";
import { inScope, type Subject } from "./subject.ts";

/** What a rule says of an image. */
export interface RuleOutcome {
  readonly rule: Rule;
  /** Is the image one that the rule speaks of? */
  readonly inScope: boolean;
  /** What violates it, in the subject's order. */
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckFinding[];
  readonly packages: readonly Package[];
  /** What of the image as a whole, in words. */
  readonly image: readonly string[];
  /** Of what it cannot be told, and why. */
  readonly undecided: readonly UndecidedThing[];
}

interface UndecidedThing {
  readonly what: string;
  readonly why: string;
  /** `rule-undecided` where it is nothing that a policy's `unknown` could name. */
  readonly code: Unrated["code"] | "rule-undecided";
}

/** What counts beside the baseline. A rule about the image sees it whole. */
export type Counted = Pick<Subject, "findings" | "checks" | "packages">;

/** Judges an image by one rule. Pure. */
export function judge(rule: Rule, when: When, subject: Subject, counted: Counted): RuleOutcome {
  const none = { rule, inScope: true, findings: [], checks: [], packages: [], image: [], undecided: [] };
  if (!inScope(rule.scope, subject)) return { ...none, inScope: false };
  const { target } = rule;
  switch (target.about) {
    case "finding": {
      const { fitting, undecided } = sift(
        counted.findings,
        (one) => findingFits(one, target.where, when, subject),
        ({ id, package: purl }) => `${id} in ${purl}`,
      );
      return { ...none, findings: fitting, undecided };
    }
    case "check": {
      const { fitting, undecided } = sift(
        counted.checks,
        (one) => checkFits(one, target.where, when, subject),
        ({ id }) => id,
      );
      return { ...none, checks: fitting, undecided };
    }
    case "package": {
      const { fitting, undecided } = sift(
        counted.packages,
        (one) => packageFits(one, target.where, when, subject),
        ({ purl }) => purl,
      );
      return { ...none, packages: fitting, undecided };
    }
    case "image": {
      const { seen, undecided } = imageFits(target.where, when, subject);
      const things = undecided.map((one) => undecidedThing("the image", one));
      return { ...none, image: seen, undecided: things };
    }
  }
}

interface Sifted<T> {
  readonly fitting: readonly T[];
  readonly undecided: RuleOutcome["undecided"];
}

function sift<T>(items: readonly T[], ask: (item: T) => Answer, nameOf: (item: T) => string): Sifted<T> {
  const fitting: T[] = [];
  const undecided: UndecidedThing[] = [];
  for (const item of items) {
    const answer = ask(item);
    if (answer === true) fitting.push(item);
    else if (answer !== false) undecided.push(undecidedThing(nameOf(item), answer));
  }
  return { fitting, undecided };
}

function undecidedThing(what: string, { undecided, code }: Exclude<Answer, boolean>): UndecidedThing {
  return { what, why: undecided, code: code ?? "rule-undecided" };
}
