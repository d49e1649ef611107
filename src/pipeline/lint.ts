import { dockerfileRules } from "../checks/dockerfile/list.ts";
import type { DockerfileRule, Hit, LintSubject } from "../checks/dockerfile/rule.ts";
import { type Run, runsOf } from "../checks/dockerfile/run.ts";
import { messageOf } from "../core/errors.ts";
import type {
  LintFinding,
  LintFix,
  LintNote,
  RuleSettings,
  SuppressedLint,
  TextRange,
} from "../core/lint.ts";
import type { Severity } from "../core/severity.ts";
import { type Dockerfile, readDockerfile } from "../formats/dockerfile-tree.ts";
import { placesOf, type Span } from "../formats/mapped-text.ts";
import type { LintConfig } from "../policy/lint-config.ts";
import { suppress } from "./lint-suppress.ts";

/** What ShellCheck, or another judge of scripts, says of one. */
export interface ScriptHit extends Span {
  /** `SC2086`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
}

/** Judges the scripts of a Dockerfile. */
export type ScriptJudge = (subject: LintSubject) => Promise<readonly ScriptHit[]>;

/** A place that could not be read; makes the verdict `unknown`. */
export interface LintProblem {
  readonly line: number;
  readonly message: string;
}

/** What there is to say of one Dockerfile. */
export interface FileLint {
  readonly file: string;
  /** Undefined where nothing could be read. */
  readonly dockerfile: Dockerfile | undefined;
  readonly findings: readonly LintFinding[];
  readonly suppressed: readonly SuppressedLint[];
  readonly notes: readonly LintNote[];
  readonly problems: readonly LintProblem[];
}

/** Lints one Dockerfile. Pure but for the judge: same text and configuration, same answer. */
export async function lintFile(
  file: string,
  text: string,
  config: LintConfig,
  judge?: ScriptJudge,
): Promise<FileLint> {
  const read = readSubject(text, config.rules);
  if ("problem" in read) return unreadable(file, read.problem);
  const { scripts, problems } = await judged(read, judge);
  const place = placesOf(text);
  const found = [
    ...ruleFindings(file, read, config, place),
    ...scripts.map((hit) => scriptFinding(file, hit, config, place)),
  ];
  const { findings, suppressed, notes } = suppress(
    file,
    read.dockerfile,
    found.toSorted(inOrder),
    config,
    judge !== undefined,
  );
  return {
    file,
    dockerfile: read.dockerfile,
    findings,
    suppressed,
    notes: [...notes, ...abstained(file, read)],
    problems: [...problemsOf(read), ...problems],
  };
}

async function judged(
  subject: LintSubject,
  judge: ScriptJudge | undefined,
): Promise<{ readonly scripts: readonly ScriptHit[]; readonly problems: readonly LintProblem[] }> {
  if (judge === undefined) return { scripts: [], problems: [] };
  try {
    return { scripts: await judge(subject), problems: [] };
  } catch (thrown) {
    // What a judge that was asked for did not say is not known.
    return { scripts: [], problems: [{ line: 1, message: messageOf(thrown) }] };
  }
}

/** Why a file could not be read at all. */
export function unreadable(file: string, message: string): FileLint {
  return {
    file,
    dockerfile: undefined,
    findings: [],
    suppressed: [],
    notes: [],
    problems: [{ line: 1, message }],
  };
}

function readSubject(text: string, settings: RuleSettings): LintSubject | { readonly problem: string } {
  try {
    const dockerfile = readDockerfile(text);
    return { dockerfile, runs: runsOf(dockerfile), settings };
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
}

function ruleFindings(
  file: string,
  subject: LintSubject,
  config: LintConfig,
  place: Placing,
): readonly LintFinding[] {
  return dockerfileRules.flatMap((rule) => {
    const severity = severityOf(rule, config);
    return severity === undefined
      ? []
      : rule.check(subject).map((hit) => finding(file, rule, hit, severity, place));
  });
}

function severityOf({ about, optional }: DockerfileRule, { severities }: LintConfig): Severity | undefined {
  const set = [about.id, ...about.aliases]
    .map((id) => severities.get(id))
    .find((severity) => severity !== undefined);
  return set ?? (optional === true ? undefined : about.severity);
}

type Placing = ReturnType<typeof placesOf>;

function finding(
  file: string,
  { about }: DockerfileRule,
  hit: Hit,
  severity: Severity,
  place: Placing,
): LintFinding {
  return {
    file,
    rule: about.id,
    aliases: about.aliases,
    ...rangeOf(hit, place),
    severity,
    message: hit.message ?? about.title,
    fix: hit.fix === undefined ? null : fixOf(hit.fix, place),
  };
}

function fixOf({ description, edits }: NonNullable<Hit["fix"]>, place: Placing): LintFix {
  return { description, edits: edits.map((edit) => ({ ...rangeOf(edit, place), text: edit.text })) };
}

function rangeOf({ start, end }: Span, place: Placing): TextRange {
  const from = place(start);
  const to = place(end);
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

function scriptFinding(file: string, hit: ScriptHit, config: LintConfig, place: Placing): LintFinding {
  const severity = config.severities.get(hit.rule) ?? hit.severity;
  return {
    file,
    rule: hit.rule,
    aliases: [],
    ...rangeOf(hit, place),
    severity,
    message: hit.message,
    fix: null,
  };
}

/** By place, then by rule. */
function inOrder(a: LintFinding, b: LintFinding): number {
  return a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}

function problemsOf({ dockerfile, runs }: LintSubject): readonly LintProblem[] {
  const place = placesOf(dockerfile.file);
  const scripts = runs.flatMap(({ script }) => script?.errors.slice(0, 1) ?? []);
  return [
    ...dockerfile.problems.map(({ message, start }) => ({ line: place(start).line, message })),
    ...scripts.map(({ message, start }) => ({
      line: place(start).line,
      message: `the shell's syntax: ${message}`,
    })),
  ].toSorted((a, b) => a.line - b.line);
}

// Scripts for PowerShell and the like are judged by nobody; that is said once.
function abstained(file: string, { runs }: LintSubject): readonly LintNote[] {
  const foreign = runs.filter((run: Run) => run.dialect === "other");
  const first = foreign[0];
  if (first === undefined) return [];
  const what = foreign.length === 1 ? "1 RUN is" : `${foreign.length} RUN are`;
  return [
    {
      file,
      line: first.instruction.line,
      message: `${what} not in a shell's language: rules on commands abstain`,
    },
  ];
}
