import type { LintFinding, LintReport, SuppressedLint } from "../core/lint.ts";
import { type Severity, severities } from "../core/severity.ts";
import type { Issue, IssueList } from "./issue.ts";
import { clean } from "./terminal.ts";

/** What the linter's report has to say to a CI system. Pure. */
export function lintIssues(report: LintReport): IssueList {
  const { files, findings, suppressed, notes, verdict } = report;
  const refused = refusedSeverities(report);
  const all: readonly (LintFinding | SuppressedLint)[] = [...findings, ...suppressed];
  const keys = lintKeys(all);
  const told = verdict.reasons.map(({ code, message }) => ({ code, message: clean(message) }));
  return {
    category: "lint",
    name: files.length === 1 ? clean(files[0] ?? "") : `${files.length} files`,
    issues: all.map((finding, at) => lintIssue(finding, keys[at] ?? "", refused)),
    decision: verdict.decision,
    refusals: told.filter(({ code }) => code === "finding-refused"),
    unknowns: told.filter(({ code }) => code !== "finding-refused"),
    warnings: [],
    gaps: told.filter(({ code }) => code !== "finding-refused"),
    notes: notes.map(({ file, line, message }) => ({
      code: "note",
      message: clean(message),
      file: file === null ? undefined : clean(file),
      line: line ?? undefined,
    })),
    steps: [],
    facts: {},
  };
}

// The report says for how many severities it is refused, not from which on: they are the worst that there are.
function refusedSeverities({ findings, verdict }: LintReport): ReadonlySet<Severity> {
  const present = severities.filter((severity) => findings.some((finding) => finding.severity === severity));
  return new Set(present.slice(0, verdict.reasons.filter(({ code }) => code === "finding-refused").length));
}

// Without the line: a finding that moves stays the same one.
function lintKeys(findings: readonly LintFinding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ file, rule, message }) => {
    const key = `${rule} ${file} ${message}`;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 1 ? key : `${key} #${times}`;
  });
}

function lintIssue(
  finding: LintFinding | SuppressedLint,
  key: string,
  refused: ReadonlySet<Severity>,
): Issue {
  const { file, rule, aliases, severity, message, fix, line, column, endLine, endColumn } = finding;
  const by = "by" in finding ? finding.by : undefined;
  return {
    kind: "lint",
    rule: clean(rule),
    aliases: aliases.map(clean),
    title: clean([rule, ...aliases].join(" ")),
    severity,
    tags: ["dockerfile"],
    of: clean(file),
    subject: "",
    message: clean(message),
    remedy: fix === null ? "" : `Fix: ${clean(fix.description)}.`,
    place: { file: clean(file), line, range: { column, endLine, endColumn }, source: true },
    key,
    suppressed:
      by === undefined ? undefined : { words: `asked for at ${clean(by)}`, inSource: /:\d+$/.test(by) },
    refusedBy: by === undefined && refused.has(severity) ? ["fail-on"] : [],
  };
}
