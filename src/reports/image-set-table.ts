import type { ImageSetReport, ImageUse, SetImage, SetOutcome } from "../core/image-set.ts";
import type { Verdict } from "../core/report.ts";
import type { TableOptions } from "./table.ts";
import { severityStyles, severityWord } from "./table-row.ts";
import { counted, countsText, shortDigest, verdictStyles } from "./table-words.ts";
import { clean, cut, paint } from "./terminal.ts";

/** A set of images for people: each with its verdict and where it is used, what is not known, and one line with the verdict on all. */
export function imageSetTable(set: ImageSetReport, options: TableOptions): string {
  const sections = [
    headLines(set, options),
    ...set.images.map((image) => imageLines(image, options)),
    gapLines(set, options),
    noteLines(set, options),
    verdictLines(set, options),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function headLines({ images, files }: ImageSetReport, options: TableOptions): readonly string[] {
  const uses = images.reduce((sum, image) => sum + image.uses.length, 0);
  const text = `${counted(images.length, "image")} in ${counted(uses, "place")} of ${counted(files, "file")}`;
  return [paint(options, text, "bold")];
}

const mostUses = 5;
const mostLines = 10;

function imageLines(
  { reference, uses, checks, outcome }: SetImage,
  options: TableOptions,
): readonly string[] {
  const digest =
    "digest" in outcome && outcome.digest !== null && !reference.includes("@")
      ? `  ${paint(options, shortDigest(outcome.digest), "dim")}`
      : "";
  const shown = options.all ? uses : uses.slice(0, mostUses);
  const more = moreLine(uses.length - shown.length, " places", options);
  const named = checks.map(({ severity, id, title }) => {
    const word = paint(options, severityWord(severity).padEnd(8), ...severityStyles[severity]);
    return `  ${word} ${id}  ${title}`;
  });
  return [
    `${paint(options, clean(reference), "bold")}${digest}`,
    ...outcomeLines(outcome, options),
    ...named,
    ...shown.map((use) =>
      paint(options, cut(`  ${useText(use)}`, options.all ? Infinity : options.width), "dim"),
    ),
    ...more,
  ];
}

function outcomeLines(outcome: SetOutcome, options: TableOptions): readonly string[] {
  switch (outcome.kind) {
    case "listed":
      return [];
    case "scanned":
    case "same": {
      const { counts, verdict } = outcome.summary;
      const same = outcome.kind === "same" ? `  same image as ${clean(outcome.as)}` : "";
      return [
        `  ${word(verdict.decision, options)}  ${countsText(counts, options)}${notKnown(verdict, options)}${same}`,
      ];
    }
    case "error":
      return [`  ${word("unknown", options)}  ${clean(`${outcome.code}: ${outcome.message}`)}`];
  }
}

function word(decision: Verdict["decision"], options: TableOptions): string {
  return paint(options, decision.toUpperCase(), "bold", verdictStyles[decision]);
}

// What is refused stands in the counts, or beside the image.
const refusals: ReadonlySet<string> = new Set(["finding-refused", "check-failed", "image-refused"]);

function notKnown({ reasons }: Verdict, options: TableOptions): string {
  const codes = new Set(reasons.map(({ code }) => code).filter((code) => !refusals.has(code)));
  return codes.size === 0 ? "" : paint(options, ` · not known: ${[...codes].join(", ")}`, "yellow");
}

function useText({ file, line, kind, namespace, name, container, written, via }: ImageUse): string {
  const place = line === null ? file : `${file}:${line}`;
  const object = `${kind} ${namespace === null ? "" : `${namespace}/`}${name}`;
  const within = container === null || container === "" || container === name ? "" : ` · ${container}`;
  const change = via === null ? "" : ` · there ${written}, changed by ${via}`;
  return clean(`${place}  ${object}${within}${change}`);
}

function gapLines({ gaps }: ImageSetReport, options: TableOptions): readonly string[] {
  if (gaps.length === 0) return [];
  const shown = options.all ? gaps : gaps.slice(0, mostLines);
  const lines = shown.map(({ code, message, file, line }) => {
    const place = file === null ? "" : `${file}${line === null ? "" : `:${line}`}  `;
    // Whole: a place that is cut off helps nobody to look there.
    return clean(`  ${code}  ${place}${message}`);
  });
  const more = moreLine(gaps.length - shown.length, "", options);
  return [paint(options, "not known", "bold", "yellow"), ...lines, ...more];
}

function noteLines({ notes }: ImageSetReport, options: TableOptions): readonly string[] {
  const shown = options.all ? notes : notes.slice(0, mostLines);
  const lines = shown.map((note) =>
    paint(options, cut(`note: ${clean(note)}`, options.all ? Infinity : options.width), "dim"),
  );
  return [...lines, ...moreLine(notes.length - shown.length, " notes", options)];
}

function moreLine(left: number, what: string, options: TableOptions): readonly string[] {
  return left === 0 ? [] : [paint(options, `  … ${left} more${what} (--all shows them)`, "dim")];
}

function verdictLines(
  { images, verdict, database }: ImageSetReport,
  options: TableOptions,
): readonly string[] {
  const of = (decision: Verdict["decision"]): string => {
    const count = images.filter(({ outcome }) => decisionOf(outcome) === decision).length;
    return count === 0 ? "" : `${count} ${decision}`;
  };
  const counts = [of("fail"), of("unknown"), of("pass")].filter((text) => text !== "");
  const what =
    database === null
      ? `${counted(images.length, "image")} listed, none scanned`
      : `${counted(images.length, "image")}${counts.length === 0 ? "" : `: ${counts.join(", ")}`}`;
  const checks = verdict.reasons.some(({ code }) => code === "check-failed")
    ? " · refused for how they are named"
    : "";
  return [`${word(verdict.decision, options)}  ${what}${checks}${notKnown(verdict, options)}`];
}

function decisionOf(outcome: SetOutcome): Verdict["decision"] | undefined {
  if (outcome.kind === "listed") return undefined;
  return outcome.kind === "error" ? "unknown" : outcome.summary.verdict.decision;
}
