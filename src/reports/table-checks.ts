import type { CheckFinding } from "../core/check.ts";
import type { Report, ReportLayer } from "../core/report.ts";
import { severityStyles, severityWord } from "./table-row.ts";
import { clean, columns, cut, fold, paint, type Terminal } from "./terminal.ts";

interface Options extends Terminal {
  /** Every place, however many, and what is negligible. */
  readonly all: boolean;
}

/** What the checks found, a paragraph for each check, worst first: what it is, then where. */
export function checkLines({ checks, image }: Report, options: Options): readonly string[] {
  if (checks.length === 0) return [];
  const paragraphs = [...Map.groupBy(checks, ({ id }) => id).values()];
  const folded = options.all ? [] : paragraphs.filter(([first]) => first?.severity === "negligible");
  const lines = paragraphs
    .filter((found) => !folded.includes(found))
    .flatMap((found) => paragraph(found, image.layers, options));
  return [paint(options, "how the image is built", "bold"), ...lines, ...foldedLine(folded, options)];
}

function foldedLine(folded: readonly (readonly CheckFinding[])[], options: Options): readonly string[] {
  if (folded.length === 0) return [];
  const ids = folded.map(([first]) => clean(first?.id ?? "")).join(", ");
  return [
    paint(options, cut(`  … ${folded.length} negligible: ${ids} (--all shows them)`, options.width), "dim"),
  ];
}

const mostPlaces = 3;
/** Columns of severity and id, which stand before what is said. */
const margin = 24;

// In short a check is its findings, a line each; in full also what it is and what mends it.
function paragraph(
  found: readonly CheckFinding[],
  layers: readonly ReportLayer[],
  options: Options,
): readonly string[] {
  const [first] = found;
  if (first === undefined) return [];
  const { id, severity, title, remedy } = first;
  const head = `  ${paint(options, severityWord(severity).padEnd(10), ...severityStyles[severity])} ${clean(id)}  `;
  if (options.all) {
    const places = found.flatMap((check) => whole(`${placeText(check, layers)}${factsOf(check)}`, options));
    return [`${head}${clean(title)}`, ...places, ...whole(`→ ${remedy}`, options)];
  }
  const shown = found.slice(0, mostPlaces);
  const left = found.length - shown.length;
  const more = left === 0 ? [] : [`… ${left} more (--all shows them)`];
  const lines = [...shown.map((check) => inShort(check, layers, options)), ...more];
  return lines.map((line, at) => `${at === 0 ? head : " ".repeat(margin)}${line}`);
}

// What a line cannot hold is cut in the middle: how much and how bad it is stays.
function inShort(check: CheckFinding, layers: readonly ReportLayer[], options: Options): string {
  const facts = clean(factsOf(check));
  const width = Math.max(options.width - margin, 20);
  const room = width - columns(facts);
  return cut(`${cut(clean(placeText(check, layers)), Math.max(room, 20))}${facts}`, width);
}

function whole(text: string, options: Options): readonly string[] {
  const pieces = clean(text)
    .split(" ")
    .map((word) => ({ text: word, styles: [] }));
  const lines = fold(options, pieces, Math.max(options.width - margin, 20));
  return lines.map((line) => `${" ".repeat(margin)}${paint(options, line, "dim")}`);
}

function placeText(check: CheckFinding, layers: readonly ReportLayer[]): string {
  return `${whereOf(check, layers)}${check.message}${pathOf(check)}`;
}

function whereOf({ layer }: CheckFinding, layers: readonly ReportLayer[]): string {
  if (layer === undefined) return "";
  const { dockerfile } = layers.find(({ index }) => index === layer) ?? {};
  return dockerfile === undefined ? `layer ${layer}: ` : `${dockerfile.file}:${dockerfile.line}: `;
}

// A program that the message names needs no path beside it.
function pathOf({ paths = [], message, line }: CheckFinding): string {
  const [path] = paths;
  const name = path?.slice(path.lastIndexOf("/") + 1) ?? "";
  const items = message.slice(message.indexOf(": ") + 1 || message.length).split(/[\s,]+/);
  if (path === undefined || items.includes(name)) return "";
  const more = paths.length > 1 ? " …" : "";
  return ` (/${path}${line === undefined ? "" : `:${line}`}${more})`;
}

function factsOf({
  paths = [],
  entries = 0,
  bytes = 0,
  removedIn,
  findings,
  owners = [],
}: CheckFinding): string {
  const facts: string[] = [];
  if (entries > paths.length) facts.push(`${entries} entries`);
  if (bytes >= leastBytes) facts.push(bytesText(bytes));
  if (removedIn !== undefined) facts.push(`removed in layer ${removedIn}, still shipped`);
  if (findings > 0) {
    const [owner = ""] = owners;
    const where = owners.length === 1 ? owner.slice(owner.indexOf(" ") + 1) : `${owners.length} packages`;
    facts.push(`${findings} ${findings === 1 ? "finding" : "findings"} in ${where}`);
  }
  return facts.length === 0 ? "" : ` · ${facts.join(", ")}`;
}

const leastBytes = 1_000_000;

function bytesText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
