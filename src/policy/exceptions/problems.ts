import { SeaworthyError } from "../../core/errors.ts";
import type { Place } from "../../core/exception.ts";

/** Something in a file of exceptions that is wrong, or that has no counterpart. */
export interface ExceptionProblem {
  readonly place: Place;
  readonly message: string;
}

const mostTold = 20;

/** `FILE:LINE:COLUMN`, as editors and terminals take it. */
export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** One error for everything that is wrong with a file. */
export function invalidFile(file: string, problems: readonly ExceptionProblem[]): SeaworthyError {
  const told = problems
    .slice(0, mostTold)
    .map(({ place: { line, column }, message }) => `line ${line}, column ${column}: ${message}`);
  const more = problems.length > mostTold ? `; and ${problems.length - mostTold} more` : "";
  return new SeaworthyError("exception-invalid", `read exceptions "${file}": ${told.join("; ")}${more}`, {
    hint: "docs/exceptions.md tells the form; nothing of the file was used",
  });
}
