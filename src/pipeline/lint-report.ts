import type { LineFindings, LintNote, LintReport } from "../core/lint.ts";
import type { Reason, Report, Verdict } from "../core/report.ts";
import { atLeast, type Severity, severities } from "../core/severity.ts";
import type { FileLint } from "./lint.ts";

/** Version of the report's shape: a new field raises the second number, a changed or dropped one the first. */
const lintSchemaVersion = "1.0";

/** What of a scan's report is laid beside Dockerfiles. */
export type ScannedImage = {
  readonly layers: readonly Pick<Report["image"]["layers"][number], "index" | "dockerfile">[];
  readonly findings: readonly { readonly layer: number; readonly fixable: boolean }[];
};

/** All files of one run, judged. */
export function lintReport(
  files: readonly FileLint[],
  failOn: Severity | "never",
  extra: { readonly notes?: readonly LintNote[]; readonly scanned?: ScannedImage | undefined } = {},
): LintReport {
  const joined = extra.scanned === undefined ? { lines: [], notes: [] } : lineFindings(extra.scanned, files);
  return {
    schemaVersion: lintSchemaVersion,
    files: files.map(({ file }) => file),
    findings: files.flatMap(({ findings }) => findings),
    suppressed: files.flatMap(({ suppressed }) => suppressed),
    notes: [...(extra.notes ?? []), ...files.flatMap(({ notes }) => notes), ...joined.notes],
    lines: joined.lines,
    verdict: verdictOf(files, failOn),
  };
}

function verdictOf(files: readonly FileLint[], failOn: Severity | "never"): Verdict {
  const refused = severities.flatMap((severity): readonly Reason[] => {
    if (failOn === "never" || !atLeast(severity, failOn)) return [];
    const count = files
      .flatMap(({ findings }) => findings)
      .filter((finding) => finding.severity === severity).length;
    const what = `${count} ${severity} finding${count === 1 ? "" : "s"} (fail on ${failOn})`;
    return count === 0 ? [] : [{ code: "finding-refused", message: what }];
  });
  const unread = files.flatMap(unreadReasons);
  const decision = refused.length > 0 ? "fail" : unread.length > 0 ? "unknown" : "pass";
  return { decision, reasons: [...refused, ...unread] };
}

const mostTold = 5;

// A file that is no Dockerfile at all has a problem on every line.
function unreadReasons({ file, problems }: FileLint): readonly Reason[] {
  const left = problems.length - mostTold;
  const told = problems.slice(0, mostTold).map(({ line, message }, at) => {
    const more = at === mostTold - 1 && left > 0 ? ` (and ${left} more)` : "";
    return `${file}:${line}: ${message}${more}`;
  });
  return told.map((message) => ({ code: "file-unreadable", message }));
}

/** Which lines brought the findings of a scanned image: "line 12 brings 37 findings, 31 fixable". Pure. */
export function lineFindings(
  { layers, findings }: ScannedImage,
  files: readonly FileLint[],
): { readonly lines: readonly LineFindings[]; readonly notes: readonly LintNote[] } {
  if (layers.every(({ dockerfile }) => dockerfile === undefined)) {
    const message = "the report knows no lines: scan the image with --dockerfile FILE";
    return { lines: [], notes: [{ file: null, line: null, message }] };
  }
  const counts = new Map<string, LineFindings>();
  for (const { index, dockerfile: origin } of layers) {
    const found = findings.filter(({ layer }) => layer === index);
    const owner = origin === undefined ? undefined : instructionAt(origin, files);
    if (origin === undefined || owner === undefined || found.length === 0) continue;
    const key = `${owner.file}:${origin.line}`;
    const before = counts.get(key);
    counts.set(key, {
      ...owner,
      line: origin.line,
      findings: (before?.findings ?? 0) + found.length,
      fixable: (before?.fixable ?? 0) + found.filter(({ fixable }) => fixable).length,
    });
  }
  const lines = [...counts.values()].toSorted((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line,
  );
  return { lines, notes: [] };
}

// The report's file is named as the scan's command line did; where only one is linted, it is that one.
function instructionAt(
  origin: { readonly file: string; readonly line: number },
  files: readonly FileLint[],
): Pick<LineFindings, "file" | "instruction"> | undefined {
  const named = files.filter(
    ({ file }) =>
      file === origin.file || file.endsWith(`/${origin.file}`) || origin.file.endsWith(`/${file}`),
  );
  const [lint] = named.length > 0 ? named : files.length === 1 ? files : [];
  const instruction = lint?.dockerfile?.instructions.find(({ line }) => line === origin.line);
  if (lint === undefined || instruction === undefined) return undefined;
  return { file: lint.file, instruction: `${instruction.keyword} ${instruction.args.text}`.slice(0, 200) };
}
