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
  // Sorted, and none touches another.
  const taken: Range[] = [];
  for (const finding of findings) {
    const ranges = (finding.fix?.edits ?? []).map(rangeOf);
    if (ranges.length === 0 || !ranges.every((range) => isFree(range, taken))) continue;
    chosen.push(finding);
    for (const range of ranges) taken.splice(placeIn(taken, range), 0, range);
  }
  return chosen;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

// One number for line and column, which are both less than the longest file has characters.
function rangeOf({ line, column, endLine, endColumn }: TextEdit): Range {
  return { start: line * 2 ** 24 + column, end: endLine * 2 ** 24 + endColumn };
}

function isFree(range: Range, taken: readonly Range[]): boolean {
  const at = placeIn(taken, range);
  const before = taken[at - 1];
  const after = taken[at];
  return (
    (before === undefined || before.end < range.start) && (after === undefined || range.end < after.start)
  );
}

/** The index of the first that begins where the range does, or behind it. */
function placeIn(taken: readonly Range[], { start }: Range): number {
  let low = 0;
  let high = taken.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((taken[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return low;
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
