import type { LintFinding, TextEdit } from "../core/lint.ts";
import type { LintConfig } from "../policy/lint-config.ts";
import { type FileLint, lintFile } from "./lint.ts";

/** A Dockerfile with its findings mended as far as they have an edit. */
export interface FixedFile {
  readonly text: string;
  /** Findings that were mended, in the places that they had. */
  readonly mended: readonly LintFinding[];
}

const mostRounds = 20;

/**
 * Applies the edits of all findings that count. What it answers parses as the file did, has none of the mended findings left, and comes
 * out the same when it is mended again.
 */
export async function fixFile(file: string, text: string, config: LintConfig): Promise<FixedFile> {
  const mended: LintFinding[] = [];
  let now = text;
  let lint = await lintFile(file, now, config);
  // Edits at one place go one by one: each round takes those that do not touch.
  for (let round = 0; round < mostRounds; round += 1) {
    const chosen = apart(lint.findings);
    const next = applyEdits(
      now,
      chosen.flatMap(({ fix }) => fix?.edits ?? []),
    );
    if (next === now) break;
    const after = await lintFile(file, next, config);
    if (!sound(lint, after)) break;
    mended.push(...chosen);
    now = next;
    lint = after;
  }
  return { text: now, mended };
}

function apart(findings: readonly LintFinding[]): readonly LintFinding[] {
  const chosen: LintFinding[] = [];
  const taken: TextEdit[] = [];
  for (const finding of findings) {
    const edits = finding.fix?.edits ?? [];
    if (edits.length === 0 || edits.some((edit) => taken.some((other) => touches(edit, other)))) continue;
    chosen.push(finding);
    taken.push(...edits);
  }
  return chosen;
}

function touches(a: TextEdit, b: TextEdit): boolean {
  return (
    !before(a.endLine, a.endColumn, b.line, b.column) && !before(b.endLine, b.endColumn, a.line, a.column)
  );
}

function before(line: number, column: number, otherLine: number, otherColumn: number): boolean {
  return line < otherLine || (line === otherLine && column < otherColumn);
}

/** Text with edits put in, which must not overlap. */
function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const offset = (line: number, column: number) => (starts[line - 1] ?? text.length) + column - 1;
  const ordered = edits
    .map((edit) => ({
      start: offset(edit.line, edit.column),
      end: offset(edit.endLine, edit.endColumn),
      text: edit.text,
    }))
    .toSorted((a, b) => a.start - b.start);
  let result = "";
  let done = 0;
  for (const edit of ordered) {
    result += text.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return result + text.slice(done);
}

// An edit that broke the file would be worse than none.
function sound(was: FileLint, is: FileLint): boolean {
  return (
    is.problems.length <= was.problems.length &&
    is.dockerfile?.instructions.length === was.dockerfile?.instructions.length
  );
}
