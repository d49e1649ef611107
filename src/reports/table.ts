import { countFindings } from "../core/finding.ts";
import { fullName } from "../core/package-name.ts";
import type { Report, ReportLayer } from "../core/report.ts";
import { platformText } from "./json.ts";
import { instruction, origin } from "./layer-text.ts";
import { checkLines } from "./table-checks.ts";
import { currencyLines } from "./table-currency.ts";
import { type Row, rowsByLayer } from "./table-packages.ts";
import { toPassLines, warningLines } from "./table-pass.ts";
import { sectionLines } from "./table-row.ts";
import { suppressedLines } from "./table-suppressed.ts";
import { counted, countsText, shortDigest, verdictStyles } from "./table-words.ts";
import { clean, columns, cut, paint, type Terminal } from "./terminal.ts";
import { isSignatureRefusal, trustWords } from "./trust-words.ts";

/** How much of a report people are shown. */
export interface TableOptions extends Terminal {
  /** Everything, however long. */
  readonly all: boolean;
}

/** The report for people: layers with their packages, what mends them, what is not known, and one line with the verdict. */
export function tableReport(report: Report, options: TableOptions): string {
  const sections = [
    headerLines(report, options),
    ...layerSections(report, options),
    hiddenLines(report, options),
    checkLines(report, options),
    currencyLines(report, options),
    undecidedLines(report, options),
    gapLines(report, options),
    noteLines(report, options),
    suppressedLines(report, options),
    trustLines(report, options),
    warningLines(report, options),
    toPassLines(report, options),
  ].filter((lines) => lines.length > 0);
  return `${[...sections, verdictLines(report, options)].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function headerLines({ image, packages }: Report, options: TableOptions): readonly string[] {
  const { reference, digest, platform, os, layers } = image;
  const base = layers.filter(({ fromBase }) => fromBase === true).length;
  const shape = `${counted(layers.length, "layer")}${base === 0 ? "" : ` (${base} of the base image)`}`;
  const system = os === null ? "no operating system" : clean(os.name || `${os.id} ${os.version}`.trim());
  const facts = [system, platformText(platform), shape, counted(packages.length, "package")]
    .map(clean)
    .join(" · ");
  const short = digest === null ? "" : `  ${paint(options, shortDigest(digest), "dim")}`;
  return [
    `${paint(options, cut(clean(reference), options.width), "bold")}${short}`,
    paint(options, cut(facts, options.width), "dim"),
  ];
}

function layerSections(report: Report, options: TableOptions): readonly (readonly string[])[] {
  const rows = rowsByLayer(report);
  const share = Math.max(leastRows, Math.min(mostRows, Math.floor(mostOfAll / rows.size)));
  const most = options.all ? Number.POSITIVE_INFINITY : share;
  return report.image.layers.flatMap((layer) => {
    const own = rows.get(layer.index);
    return own === undefined ? [] : [layerLines(layer, own, most, options)];
  });
}

const mostRows = 25;
const mostOfAll = 150;
const leastRows = 3;

function layerLines(
  layer: ReportLayer,
  rows: readonly Row[],
  most: number,
  options: TableOptions,
): readonly string[] {
  const shown = rows.slice(0, most);
  const lines = sectionLines(shown, options);
  const left = rows.length - shown.length;
  const more = `  … ${counted(left, "more package")} with findings (--all shows them)`;
  return [layerTitle(layer, options), ...lines, ...(left === 0 ? [] : [paint(options, more, "dim")])];
}

function layerTitle(layer: ReportLayer, options: TableOptions): string {
  const tail = origin(layer);
  const head = `layer ${layer.index}`;
  const room = options.width - columns(head) - 2 - (tail === "" ? 0 : columns(tail) + 2);
  const step = cut(instruction(layer.createdBy), Math.max(room, 20));
  const gap = tail === "" ? "" : `  ${paint(options, tail, "cyan")}`;
  return `${paint(options, head, "bold", "cyan")}  ${step}${gap}`;
}

const mostHidden = 5;

function hiddenLines({ hiddenPackages }: Report, options: TableOptions): readonly string[] {
  if (hiddenPackages.length === 0) return [];
  const shown = options.all ? hiddenPackages : hiddenPackages.slice(0, mostHidden);
  const lines = shown.map((pkg) => {
    const text = `${fullName(pkg)} ${pkg.version}  layer ${pkg.layer}, removed in layer ${pkg.removedIn}`;
    return `  ${cut(clean(text), options.width - 2)}`;
  });
  const title = `shipped, not visible: ${counted(hiddenPackages.length, "package")} of lower layers`;
  return [
    paint(options, title, "bold"),
    ...lines,
    ...moreLine(hiddenPackages.length - shown.length, options),
  ];
}

function undecidedLines({ undecided }: Report, options: TableOptions): readonly string[] {
  if (undecided.length === 0) return [];
  const shown = options.all ? undecided : undecided.slice(0, 5);
  const lines = shown.map(({ id, package: purl, reason }) =>
    cut(`  ${clean(id)}  ${clean(purl)}: ${clean(reason)}`, options.width),
  );
  const title = paint(options, `undecided: ${counted(undecided.length, "match", "es")}`, "bold", "yellow");
  return [title, ...lines, ...moreLine(undecided.length - shown.length, options)];
}

function gapLines({ coverage }: Report, options: TableOptions): readonly string[] {
  const { gaps } = coverage;
  if (gaps.length === 0) return [];
  const shown = options.all ? gaps : gaps.slice(0, 10);
  const width = Math.max(...shown.map(({ code }) => code.length));
  const lines = shown.map(({ code, message, path }) => {
    const place = path === undefined ? "" : ` (${path})`;
    return cut(
      `  ${code.padEnd(width)}  ${clean(`${message}${place}`)}`,
      Math.max(options.width, width + 44),
    );
  });
  return [
    paint(options, "not known", "bold", "yellow"),
    ...lines,
    ...moreLine(gaps.length - shown.length, options),
  ];
}

function noteLines({ coverage, packages, checks }: Report, options: TableOptions): readonly string[] {
  const { skipped, unownedExecutables, notes: told } = coverage;
  const notes = skipped.map(
    ({ code, packages }) => `${counted(packages.length, "package")} ${skipWords(code)}`,
  );
  const unowned = unownedExecutables.length;
  // The check of such executables tells of them, unless it is off.
  if (unowned > 0 && packages.length > 0 && !checks.some(({ id }) => id === "SW-IM-067"))
    notes.push(
      `${counted(unowned, "executable")} of no package${unowned <= 3 ? `: ${paths(unownedExecutables)}` : ""}`,
    );
  return [...told, ...notes].map((note) => paint(options, cut(`note: ${clean(note)}`, options.width), "dim"));
}

function trustLines(report: Report, options: TableOptions): readonly string[] {
  const words = trustWords(report);
  return words === undefined ? [] : [cut(`signatures: ${clean(words)}`, options.width)];
}

function skipWords(code: string): string {
  switch (code) {
    case "owned-by-os-package":
      return "owned by operating system packages: the distribution's advisories decide";
    case "third-party-package":
      return "not built by the distribution: its advisories do not speak of them";
    case "unwatched-program":
      return "that no source of advisories speaks of";
    default:
      return code;
  }
}

function paths(executables: Report["coverage"]["unownedExecutables"]): string {
  return executables.map(({ path }) => `/${path}`).join(", ");
}

function moreLine(left: number, options: TableOptions): readonly string[] {
  return left <= 0 ? [] : [paint(options, `  … ${left} more (--all shows them)`, "dim")];
}

// Reasons to fail; all others say what is not known.
const refusals: ReadonlySet<string> = new Set(["check-failed", "finding-refused", "rule-violated"]);

function verdictLines(report: Report, options: TableOptions): readonly string[] {
  const { decision, reasons } = report.verdict;
  const word = paint(options, decision.toUpperCase(), "bold", verdictStyles[decision]);
  const stale = reasons.some(({ code }) => code.startsWith("exception-"));
  const unsigned = reasons.some(({ code }) => isSignatureRefusal(code, report.policy));
  const why = reasons
    .map(({ code }) => code)
    .filter((code) => !refusals.has(code) && !code.startsWith("exception-"))
    .filter((code) => !isSignatureRefusal(code, report.policy));
  const because = why.length === 0 ? "" : ` · not known: ${[...new Set(why)].join(", ")}`;
  const violated = reasons.flatMap(({ code, rule }) =>
    code === "rule-violated" && rule !== null ? [rule] : [],
  );
  const refused = [
    ...violated,
    ...refusedChecks(report),
    ...(stale ? ["exceptions of no use"] : []),
    ...(unsigned ? ["signatures"] : []),
  ];
  const failed = refused.length === 0 ? "" : ` · refused: ${refused.join(", ")}`;
  const tail = `${paint(options, failed, "red")}${paint(options, because, "yellow")}`;
  const beside = paint(options, besideText(report), "dim");
  return [`${word}  ${countsText(countFindings(report.findings), options)}${beside}${tail}`];
}

function besideText({ suppressed, suppressedChecks, baseline }: Report): string {
  const count = suppressed.length + suppressedChecks.length;
  const aside = count === 0 ? "" : `, ${count} suppressed`;
  if (baseline === null) return aside;
  const { changed, newAdvisories, known, mended } = baseline;
  return `${aside}; beside ${clean(baseline.reference)}: ${changed} new, ${newAdvisories} by new advisories, ${known} known, ${mended} mended`;
}

function refusedChecks({ checks, verdict }: Report): readonly string[] {
  const reasons = verdict.reasons.filter(({ code }) => code === "check-failed");
  const ids = new Set(checks.map(({ id }) => id));
  return [...ids].filter((id) => reasons.some(({ message }) => message.startsWith(`${id} `)));
}
