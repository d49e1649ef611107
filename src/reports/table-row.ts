import type { Finding } from "../core/finding.ts";
import { type Severity, severities } from "../core/severity.ts";
import { bySeverity, type Row } from "./table-packages.ts";
import {
  clean,
  columns,
  cut,
  cutStart,
  fold,
  type Piece,
  padded,
  paint,
  type Style,
  type Terminal,
} from "./terminal.ts";

/** What a row is laid out by. */
export interface RowOptions extends Terminal {
  readonly all: boolean;
}

/** How a severity is painted. */
export const severityStyles: Readonly<Record<Severity, readonly Style[]>> = {
  critical: ["bold", "red"],
  high: ["red"],
  medium: ["yellow"],
  low: ["blue"],
  negligible: ["dim"],
  unknown: ["magenta"],
};

/** A severity's word in a table. */
export function severityWord(severity: Severity): string {
  return severity === "unknown" ? "unrated" : severity;
}

/** The rows of a section: names, version → upgrade, and beside them (below, where that is too narrow) a line for each severity. */
export function sectionLines(rows: readonly Row[], options: RowOptions): readonly string[] {
  const widths = widthsOf(rows, options);
  return rows.flatMap((row) => rowLines(row, widths, options));
}

/** Columns that hold each row of a section. */
interface Widths {
  readonly name: number;
  readonly change: number;
  /** Of the severities. */
  readonly word: number;
}

function rowLines(
  row: Row,
  { name: nameWidth, change: changeWidth, word }: Widths,
  options: RowOptions,
): readonly string[] {
  const text = change(row);
  const name = row.names.length === 1 ? cutStart(names(row), nameWidth) : cut(names(row), nameWidth);
  const style = nameStyle(row.findings[0]?.severity ?? "unknown");
  const head = `  ${paint(options, padded(name, nameWidth), ...style)}  ${painted(row, text, options)}`;
  const beside = nameWidth + changeWidth + 6;
  const indent = options.width - beside - word < leastRoom ? 6 : beside;
  const lines = severityLines(row, word, options.width - indent - word - 1, options);
  // A change that is wider than its column has the line for itself.
  if (columns(text) > changeWidth || indent !== beside) return [head, ...indented(lines, indent)];
  const first = `${head}${" ".repeat(changeWidth - columns(text))}  ${lines[0] ?? ""}`;
  return [first, ...indented(lines.slice(1), indent)];
}

const leastRoom = 36;

function widthsOf(section: readonly Row[], { width }: RowOptions): Widths {
  const most = Math.floor(width * 0.36);
  return {
    name: Math.min(widest(section.map(names)), Math.floor(width * 0.3)),
    change: widest(section.map(change).filter((text) => columns(text) <= most)),
    word: widest(section.flatMap((row) => row.findings.map(({ severity }) => severityWord(severity)))),
  };
}

function severityLines(row: Row, width: number, room: number, options: RowOptions): readonly string[] {
  return bySeverity(row.findings).flatMap(([severity, some]) => {
    const word = paint(options, padded(severityWord(severity), width), ...severityStyles[severity]);
    return idLines(some, room, options).map((line, at) => `${at === 0 ? word : " ".repeat(width)} ${line}`);
  });
}

function nameStyle(worst: Severity): readonly Style[] {
  return severities.indexOf(worst) <= severities.indexOf("high") ? ["bold"] : [];
}

function indented(lines: readonly string[], indent: number): readonly string[] {
  return lines.map((line) => " ".repeat(indent) + line);
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, columns(text)), 0);
}

const mostNames = 3;

function names({ names: all }: Row): string {
  const shown = all.length > mostNames + 1 ? all.slice(0, mostNames) : all;
  const more = all.length - shown.length;
  return clean(`${shown.join(", ")}${more === 0 ? "" : ` +${more}`}`);
}

function change({ version, upgrade }: Row): string {
  return upgrade === undefined ? clean(version) : `${clean(version)} → ${clean(upgrade.version)}`;
}

function painted({ upgrade }: Row, text: string, options: RowOptions): string {
  if (upgrade === undefined) return text;
  const arrow = text.lastIndexOf(" → ") + 3;
  return `${text.slice(0, arrow)}${paint(options, text.slice(arrow), "green")}`;
}

// One line: as many ids as fit, then how many more there are.
function idLines(findings: readonly Finding[], room: number, options: RowOptions): readonly string[] {
  const pieces = idPieces(findings);
  const sizes = pieces.map(({ text }) => columns(text) + 1);
  const total = sizes.reduce((sum, size) => sum + size, -1);
  if (options.all || total <= room) return fold(options, pieces, room);
  let used = `+${findings.length}`.length;
  const fitting = sizes.findIndex((size) => (used += size) > room);
  const kept = pieces
    .slice(0, Math.max(fitting, 1))
    .filter((piece, at, all) => piece.flaw || at < all.length - 1);
  const left = findings.length - kept.filter(({ flaw }) => flaw).length;
  return fold(options, [...kept, { text: `+${left}`, styles: ["dim"] }], Number.POSITIVE_INFINITY);
}

interface IdPiece extends Piece {
  readonly flaw: boolean;
}

const openWords = { "not-fixed": "no fix:", "wont-fix": "won't fix:", unknown: "fix unknown:" } as const;

// What can be mended first; the others behind a word that says so, unless nothing of the package can be mended.
function idPieces(findings: readonly Finding[]): readonly IdPiece[] {
  const pieces = findings.filter(({ fix }) => fix.state === "fixed").map(idPiece);
  for (const state of ["not-fixed", "wont-fix", "unknown"] as const) {
    const some = findings.filter(({ fix }) => fix.state === state);
    if (some.length > 0)
      pieces.push({ text: openWords[state], styles: ["dim"], flaw: false }, ...some.map(idPiece));
  }
  return pieces;
}

function idPiece({ id, kev }: Finding): IdPiece {
  return kev
    ? { text: `${clean(id)} (KEV)`, styles: ["bold", "red"], flaw: true }
    : { text: clean(id), styles: [], flaw: true };
}
