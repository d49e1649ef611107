import type { LineFindings, LintFinding, LintReport } from "../core/lint.ts";
import type { Verdict } from "../core/report.ts";
import { severityStyles } from "./table-row.ts";
import { clean, cut, paint, type Style, type Terminal } from "./terminal.ts";

/** The report for people. `sources`: the text of each file, whose lines are shown. */
export function lintTable(
  report: LintReport,
  sources: ReadonlyMap<string, string>,
  terminal: Terminal,
): string {
  const lines = new Map([...sources].map(([file, text]) => [file, text.split(/\r?\n/)]));
  const sections = [
    ...report.findings.map((finding) => findingLines(finding, lines.get(finding.file) ?? [], terminal)),
    report.lines.map((line) => broughtLine(line, terminal)),
    report.notes.map(({ file, line, message }) => {
      const place = file === null ? "" : `${file}${line === null ? "" : `:${line}`}: `;
      return paint(terminal, cut(`note: ${clean(place + message)}`, terminal.width), "dim");
    }),
  ].filter((section) => section.length > 0);
  return `${[...sections, verdictLines(report, terminal)].map((section) => section.join("\n")).join("\n\n")}\n`;
}

function findingLines(finding: LintFinding, lines: readonly string[], terminal: Terminal): readonly string[] {
  const { file, line, column, rule, aliases, severity, message, fix } = finding;
  const names = clean([rule, ...aliases].join(" "));
  const place = paint(terminal, clean(`${file}:${line}:${column}`), "bold");
  const head = `${place}  ${paint(terminal, severity, ...severityStyles[severity])}  ${names}`;
  const mend =
    fix === null
      ? []
      : [`  fix: ${clean(fix.description)}`].map((text) =>
          paint(terminal, cut(text, terminal.width), "green"),
        );
  return [
    head,
    `  ${cut(clean(message), terminal.width - 2)}`,
    ...sourceLines(finding, lines, terminal),
    ...mend,
  ];
}

function sourceLines(
  { line, column, endLine, endColumn }: LintFinding,
  lines: readonly string[],
  terminal: Terminal,
): readonly string[] {
  const text = lines[line - 1];
  if (text === undefined || text === "") return [];
  const gutter = `${String(line).padStart(5)} | `;
  // A tab is one column of the file, and any number of the terminal's.
  const flat = text.replaceAll("\t", " ");
  const shown = cut(clean(flat), terminal.width - gutter.length);
  const length = Math.max((endLine === line ? endColumn : text.length + 1) - column, 1);
  const plain = shown === flat.slice(0, shown.length) && column + length - 1 <= shown.length;
  const marks = `${" ".repeat(gutter.length + column - 1)}${"^".repeat(length)}`;
  return [`${paint(terminal, gutter, "dim")}${shown}`, ...(plain ? [paint(terminal, marks, "yellow")] : [])];
}

function broughtLine(
  { file, line, instruction, findings, fixable }: LineFindings,
  terminal: Terminal,
): string {
  const count = `brings ${findings} finding${findings === 1 ? "" : "s"}, ${fixable} fixable`;
  return cut(clean(`${file}: line ${line} ${count}: ${instruction}`), terminal.width);
}

const verdictStyle: Readonly<Record<Verdict["decision"], Style>> = {
  pass: "green",
  fail: "red",
  unknown: "yellow",
};

function verdictLines({ verdict, findings, suppressed }: LintReport, terminal: Terminal): readonly string[] {
  const fixes = findings.filter(({ fix }) => fix !== null).length;
  const passed = suppressed.length === 0 ? "" : `, ${suppressed.length} suppressed`;
  const mends = fixes === 0 ? "" : `, ${fixes} mended by --fix`;
  const count = `${findings.length} finding${findings.length === 1 ? "" : "s"}${mends}${passed}`;
  return [
    `${paint(terminal, verdict.decision, "bold", verdictStyle[verdict.decision])}: ${count}`,
    ...verdict.reasons.map(({ message }) => `  ${cut(clean(message), terminal.width - 2)}`),
  ];
}
