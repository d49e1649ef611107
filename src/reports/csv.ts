import type { IssueList } from "./issue.ts";

const columns = [
  "image",
  "kind",
  "id",
  "severity",
  "package",
  "message",
  "remedy",
  "file",
  "line",
  "path",
  "layer",
  "refused by",
  "suppressed",
  "link",
] as const;

/** A row for each finding and check (https://www.rfc-editor.org/rfc/rfc4180), suppressed ones too. */
export function* csv({ issues }: IssueList): Generator<string> {
  yield row(columns);
  for (const issue of issues) {
    const { of, kind, rule, severity, subject, message, remedy, place, path, layer, link } = issue;
    const { file, line, source } = place;
    yield row([
      of,
      kind,
      rule,
      severity,
      subject,
      message,
      remedy,
      source ? file : "",
      source ? String(line) : "",
      path ?? (source ? "" : file),
      layer ?? "",
      issue.refusedBy.join(" "),
      issue.suppressed?.words ?? "",
      link ?? "",
    ]);
  }
}

function row(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** A cell. One that a spreadsheet would take for a formula (https://owasp.org/www-community/attacks/CSV_Injection) gets a quote before it. */
export function csvCell(text: string): string {
  const tame = /^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}
