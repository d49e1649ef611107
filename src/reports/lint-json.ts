import type { LintFinding, LintFix, LintReport } from "../core/lint.ts";
import type { Json } from "./json-value.ts";

/** The report by schemas/lint.schema.json: fields in the schema's order, two spaces, a newline at the end. */
export function lintJson(report: LintReport): string {
  return `${JSON.stringify(lintValue(report), undefined, 2)}\n`;
}

function lintValue({ schemaVersion, files, findings, suppressed, notes, lines, verdict }: LintReport): Json {
  return {
    schemaVersion,
    files,
    findings: findings.map(findingValue),
    suppressed: suppressed.map((finding) => ({ ...findingValue(finding), by: finding.by })),
    notes: notes.map(({ file, line, message }) => ({ file, line, message })),
    lines: lines.map(({ file, line, instruction, findings, fixable }) => ({
      file,
      line,
      instruction,
      findings,
      fixable,
    })),
    verdict: {
      decision: verdict.decision,
      reasons: verdict.reasons.map(({ code, message }) => ({ code, message })),
    },
  };
}

function findingValue(finding: LintFinding): { readonly [key: string]: Json } {
  const { file, rule, aliases, line, column, endLine, endColumn, severity, message, fix } = finding;
  return {
    file,
    rule,
    aliases,
    line,
    column,
    endLine,
    endColumn,
    severity,
    message,
    fix: fix === null ? null : fixValue(fix),
  };
}

function fixValue({ description, edits }: LintFix): Json {
  return {
    description,
    edits: edits.map(({ line, column, endLine, endColumn, text }) => ({
      line,
      column,
      endLine,
      endColumn,
      text,
    })),
  };
}
