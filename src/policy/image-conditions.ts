import type { EndOfLife } from "../core/currency.ts";
import type { ImageCondition } from "../core/policy.ts";
import { type Answer, holds, type When } from "./conditions.ts";
import { scopeDifference } from "./exceptions/scope.ts";
import { imageValues } from "./expression-values.ts";
import { unratedByText } from "./ratings.ts";
import type { Subject } from "./subject.ts";

/** What of an image fits a rule: each in words, all conditions together; or why it cannot be told. */
export interface ImageAnswer {
  /** Empty: the rule says nothing of it. */
  readonly seen: readonly string[];
  readonly undecided: readonly Exclude<Answer, boolean>[];
}

/** Does an image as a whole fit a rule? */
export function imageFits(where: ImageCondition, when: When, subject: Subject): ImageAnswer {
  const parts = [
    ...asked(where.endOfLifeWithinDays, (days) => endingWithin(days, subject)),
    ...asked(where.olderThanDays, (days) => olderThan(days, subject)),
    ...asked(where.basesAllowed, (bases) => otherBase(bases, subject)),
    ...asked(where.baseBehind, (behind) => baseBehind(behind, subject)),
    ...asked(where.when, (text) =>
      expressed(
        unratedByText(subject.findings, text, subject.missing) ??
          holds(text, when, () => imageValues(subject)),
        text,
      ),
    ),
  ];
  const clear = parts.some(({ seen, undecided }) => seen.length === 0 && undecided.length === 0);
  if (clear) return nothing;
  const undecided = parts.flatMap((part) => (part.seen.length === 0 ? part.undecided : []));
  if (undecided.length > 0) return { seen: [], undecided };
  return { seen: parts.flatMap(({ seen }) => seen), undecided: [] };
}

const nothing: ImageAnswer = { seen: [], undecided: [] };

function asked<T>(value: T | undefined, answer: (value: T) => ImageAnswer): readonly ImageAnswer[] {
  return value === undefined ? [] : [answer(value)];
}

function saw(text: string): ImageAnswer {
  return { seen: [text], undecided: [] };
}

function unsure(text: string): ImageAnswer {
  return { seen: [], undecided: [{ undecided: text }] };
}

function endingWithin(days: number, { facts }: Subject): ImageAnswer {
  const { os, runtimes } = facts.currency;
  const things = [
    ...(os === null ? [] : [{ name: facts.image.os?.name ?? os.id, life: os }]),
    ...runtimes.map((runtime) => ({ name: `${runtime.name} ${runtime.version}`, life: runtime })),
  ];
  const answers = things.map(({ name, life }) => lifeAnswer(name, life, days));
  const texts = [...new Set(answers.flatMap(({ seen }) => seen))];
  const undecided = new Set(answers.flatMap((answer) => answer.undecided.map((one) => one.undecided)));
  return { seen: texts.sort(), undecided: [...undecided].sort().map((one) => ({ undecided: one })) };
}

function lifeAnswer(name: string, { endOfLife, days, ended }: EndOfLife, within: number): ImageAnswer {
  if (ended === null) return unsure(`nobody tells the end of life of ${name}`);
  if (days === null || endOfLife === null) return ended ? saw(`${name} is past its end of life`) : nothing;
  if (days >= within && !ended) return nothing;
  return saw(days < 0 ? `${name} is past its end of life (${endOfLife})` : `${name} ends on ${endOfLife}`);
}

function olderThan(days: number, { facts }: Subject): ImageAnswer {
  const { ageDays, created } = facts.currency;
  if (ageDays === null) return saw("nobody tells when the image was made");
  return ageDays > days ? saw(`the image is ${ageDays} days old (made ${created ?? ""})`) : nothing;
}

function otherBase(bases: readonly string[], { facts }: Subject): ImageAnswer {
  const { base } = facts.currency;
  if (base === null) return saw("the base image is not known");
  const named = { references: [base.reference], digest: base.digest, labels: {}, namespaces: [] };
  return scopeDifference({ images: bases }, named) === undefined
    ? nothing
    : saw(`the base image ${base.reference} is not one of ${bases.join(", ")}`);
}

function baseBehind(wanted: boolean, { facts }: Subject): ImageAnswer {
  const behind = facts.currency.base?.behind ?? null;
  if (behind === null) return unsure("nobody tells whether the base image is behind its tag");
  if (behind !== wanted) return nothing;
  const { reference = "" } = facts.currency.base ?? {};
  return saw(`the base image ${reference} is ${behind ? "behind its tag" : "what its tag is now"}`);
}

function expressed(answer: Answer, text: string): ImageAnswer {
  if (typeof answer !== "boolean") return { seen: [], undecided: [answer] };
  return answer ? saw(`it fits ${text.replace(/\s+/gu, " ").trim()}`) : nothing;
}
