import { type Severity } from "../core/severity.ts";
import type { Issue, IssueList } from "./issue.ts";
import { attributes } from "./xml-text.ts";

/** Checkstyle's XML, as Hadolint writes it: files with their errors. Suppressed ones are left out: it has no word for them. */
export function* checkstyle({ issues, gaps }: IssueList): Generator<string> {
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n`;
  const files = Map.groupBy(
    issues.filter(({ suppressed }) => suppressed === undefined),
    ({ place }) => place.file,
  );
  for (const [file, some] of files) {
    yield `<file${attributes({ name: file })}>\n`;
    for (const issue of some) yield errorText(issue);
    yield "</file>\n";
  }
  for (const { code, message, file = "" } of gaps)
    yield `<file${attributes({ name: file })}>\n<error${attributes({ line: 1, severity: "error", message, source: `seaworthy.${code}` })}/>\n</file>\n`;
  yield "</checkstyle>\n";
}

const severityWords: Readonly<Record<Severity, string>> = {
  critical: "error",
  high: "error",
  medium: "warning",
  unknown: "warning",
  low: "info",
  negligible: "info",
};

function errorText({ place, severity, message, rule }: Issue): string {
  const { line, range } = place;
  return `<error${attributes({ line, column: range?.column, severity: severityWords[severity], message, source: rule })}/>\n`;
}
