import type { Evidence, Fix } from "../core/finding.ts";
import { type Severity, severityRank } from "../core/severity.ts";
import { evidenceValue } from "./json.ts";
import type { Json } from "./json-value.ts";
import { severityStyles, severityWord } from "./table-row.ts";
import { clean, columns, padded, paint, type Terminal } from "./terminal.ts";

/** A flaw of a package that is in no image: a finding without place. */
export type PlacelessFlaw = {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly evidence: readonly Evidence[];
} & (
  | {
      readonly kind: "affected";
      readonly severity: Severity;
      readonly severitySource: string;
      readonly fix: Fix;
      readonly fixedSince?: string | undefined;
      readonly kev: boolean;
      readonly summary: string;
    }
  | { readonly kind: "undecided"; readonly reason: string }
);

/** The flaws of the package that was asked for, and what may be wrong with the question. */
export interface QueryAnswer {
  readonly flaws: readonly PlacelessFlaw[];
  readonly notes: readonly string[];
}

/** The answer to one question as a line of JSON: `{purl, findings, undecided}`, and `notes` where there are any. */
export function queryLine(purl: string, { flaws, notes }: QueryAnswer): string {
  const findings: Json[] = [];
  const undecided: Json[] = [];
  for (const flaw of flaws) {
    const { id, aliases } = flaw;
    const evidence = flaw.evidence.map(evidenceValue);
    if (flaw.kind === "undecided") undecided.push({ id, aliases, reason: flaw.reason, evidence });
    else {
      const { severity, severitySource, fix, fixedSince, kev, summary } = flaw;
      const { state, versions } = fix;
      findings.push({
        id,
        aliases,
        severity,
        severitySource,
        fix: { state, versions },
        fixedSince: fixedSince ?? null,
        kev,
        summary,
        evidence,
      });
    }
  }
  const more = notes.length === 0 ? {} : { notes };
  return `${JSON.stringify({ purl, findings, undecided, ...more })}\n`;
}

/** What could not be answered, as a line of JSON: `{purl, error}`. */
export function queryErrorLine(purl: string | null, code: string, message: string): string {
  return `${JSON.stringify({ purl, error: { code, message } })}\n`;
}

/** The answer to one question for people. */
export function queryText(purl: string, { flaws, notes }: QueryAnswer, terminal: Terminal): string {
  const rows = flaws.toSorted((a, b) => rank(a) - rank(b)).map(cells);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => columns(row[column] ?? ""))));
  const lines = rows.map((row, at) => {
    const [word = "", id = "", fix = "", rest = ""] = row.map((cell, column) =>
      padded(cell, widths[column] ?? 0),
    );
    const severity = flaws.toSorted((a, b) => rank(a) - rank(b))[at];
    const styles = severity?.kind === "affected" ? severityStyles[severity.severity] : severityStyles.unknown;
    return `  ${paint(terminal, word, ...styles)}  ${id}  ${fix}  ${paint(terminal, rest, "dim")}`.trimEnd();
  });
  const count =
    flaws.length === 0 ? "no findings" : `${flaws.length} finding${flaws.length === 1 ? "" : "s"}`;
  return `${[`${paint(terminal, clean(purl), "bold")}  ${count}`, ...lines, ...notes.map((note) => `  ${clean(note)}`)].join("\n")}\n`;
}

function rank(flaw: PlacelessFlaw): number {
  return flaw.kind === "affected" ? severityRank(flaw.severity) : -1;
}

const openWords = { "not-fixed": "no fix", "wont-fix": "won't fix", unknown: "fix unknown" } as const;

function cells(flaw: PlacelessFlaw): readonly string[] {
  if (flaw.kind === "undecided") return ["undecided", clean(flaw.id), "", clean(flaw.reason)];
  const { severity, id, fix, kev, summary } = flaw;
  const versions = fix.state === "fixed" ? `fixed in ${fix.versions.join(", ")}` : openWords[fix.state];
  return [severityWord(severity), clean(kev ? `${id} (KEV)` : id), clean(versions), clean(summary)];
}
