import type { LintFinding, TextEdit } from "../core/lint.ts";
import type { LintConfig } from "../policy/lint-config.ts";
import { type FileLint, lintFile } from "./lint.ts";

/** A Dockerfile with its findings mended as far as they have an edit. */
export interface FixedFile {
  readonly text: string;
  /** Findings that were mended, in the places that they had. */
  readonly mended: readonly LintFinding[];
}

const mostAttempts = 40;

/**
 * Applies the edits of all findings that count. What it answers parses as the file did, has none of the mended findings left, and comes
 * out the same when it is mended again.
 */
export async function fixFile(file: string, text: string, config: LintConfig): Promise<FixedFile> {
  const mended: LintFinding[] = [];
  const refused: LintFinding[] = [];
  let state: State = { text, lint: await lintFile(file, text, config) };
  // Edits at one place go one by one: each round takes those that do not touch.
  for (let attempts = 0; attempts < mostAttempts; ) {
    const open = state.lint.findings.filter((finding) => !refused.some((one) => isSame(one, finding)));
    let chosen = apart(open);
    if (chosen.length === 0) break;
    // One bad edit does not keep the others out: it is looked for by halves.
    let next = await edited(state, chosen, config);
    for (attempts += 1; next === undefined && chosen.length > 1; attempts += 1) {
      chosen = chosen.slice(0, Math.ceil(chosen.length / 2));
      next = await edited(state, chosen, config);
    }
    (next === undefined ? refused : mended).push(...chosen);
    state = next ?? state;
  }
  return { text: state.text, mended };
}

interface State {
  readonly text: string;
  readonly lint: FileLint;
}

/** What the edits make of the file; undefined where they break it or change nothing. */
async function edited(
  { text, lint }: State,
  findings: readonly LintFinding[],
  config: LintConfig,
): Promise<State | undefined> {
  const next = applyEdits(
    text,
    findings.flatMap(({ fix }) => fix?.edits ?? []),
  );
  const after = await lintFile(lint.file, next, config);
  return next !== text && sound(lint, after) ? { text: next, lint: after } : undefined;
}

function isSame(a: LintFinding, b: LintFinding): boolean {
  return a.rule === b.rule && a.line === b.line && a.column === b.column;
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
