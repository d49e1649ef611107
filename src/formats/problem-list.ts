import { codeOf, type ErrorCode, messageOf, SeaworthyError } from "../core/errors.ts";
import type { Problem } from "../core/plugin.ts";

/** Collects the problems of one file: the first hundred, then only how many more. */
export interface ProblemList {
  add(code: ErrorCode, message: string): void;
  addAll(problems: readonly Problem[]): void;
  /** A thrown thing as a problem. */
  caught(thrown: unknown): void;
  /** So many that looking for more is not worth the time: the reader should stop. */
  isFull(): boolean;
  list(): readonly Problem[];
}

const maxProblems = 100;
const fullAt = 1000;

/** An empty list; hostile bytes cannot make it long. */
export function createProblemList(what: string): ProblemList {
  const kept: Problem[] = [];
  let more = 0;
  const add = (code: ErrorCode, message: string): void => {
    if (kept.length < maxProblems) kept.push({ code, message });
    else more += 1;
  };
  return {
    add,
    addAll(problems) {
      for (const { code, message } of problems) add(code, message);
    },
    caught: (thrown) => add(codeOf(thrown), messageOf(thrown)),
    isFull: () => kept.length + more >= fullAt,
    list: () =>
      more === 0
        ? kept
        : [...kept, { code: "limit-exceeded", message: `read ${what}: ${more} more problems` }],
  };
}

/**
 * What an extractor answers for a file with problems: they travel with what was found.
 * @throws SeaworthyError the first problem, when nothing was found.
 */
export function problemsBeside(found: boolean, problems: ProblemList): readonly Problem[] {
  const list = problems.list();
  const [first] = list;
  if (!found && first !== undefined) throw new SeaworthyError(first.code, first.message);
  return list;
}
