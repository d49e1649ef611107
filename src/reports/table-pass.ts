import type { Change, Report } from "../core/report.ts";
import { counted } from "./table-words.ts";
import { clean, cut, fold, paint, type Terminal } from "./terminal.ts";

interface Options extends Terminal {
  /** Every step, however many. */
  readonly all: boolean;
}

const mostLines = 5;

/** What rules that only warn have to say, and what exceptions and VEX come nearest to: that stands at a line's end, which is folded. */
export function warningLines({ verdict }: Report, options: Options): readonly string[] {
  const all = verdict.warnings.map(({ message }) => clean(message));
  const shown = options.all ? all : all.slice(0, mostLines);
  if (shown.length === 0) return [];
  return [
    paint(options, "warnings", "bold"),
    ...shown.flatMap((message) =>
      foldedWarning(options.all ? message : cut(message, longestWarning), options),
    ),
    ...moreLines(all.length - shown.length, options),
  ];
}

const longestWarning = 500;

function foldedWarning(message: string, options: Options): readonly string[] {
  if (options.all) return [`  ${message}`];
  const words = message.split(" ").map((text) => ({ text, styles: [] }));
  const [first = "", ...rest] = fold(options, words, Math.max(options.width - 4, 20));
  return [`  ${first}`, ...rest.map((line) => `    ${line}`)];
}

function moreLines(left: number, options: Options): readonly string[] {
  return left === 0 ? [] : [paint(options, `  … ${left} more (--all shows them)`, "dim")];
}

/** The smallest change after which the image would pass; what no version mends is told together. */
export function toPassLines({ verdict, image }: Report, options: Options): readonly string[] {
  const several = image.layers.length > 1;
  // What is not known has a section of its own.
  const steps = verdict.toPass.filter(
    (change) =>
      change.kind !== "no-fix" && !(change.kind === "other" && change.text.startsWith("make known: ")),
  );
  const lines = steps.map((change) => `  ${clean(changeText(change, several))}`);
  const unfixed = verdict.toPass.filter((change) => change.kind === "no-fix");
  const ids = [...new Set(unfixed.flatMap((change) => change.ids))];
  const last =
    unfixed.length === 0
      ? []
      : [
          `  no version mends ${counted(ids.length, "flaw")} of ${counted(unfixed.length, "package")}: an exception with a reason, or another component`,
        ];
  return titled("to pass", lines, options, last);
}

function titled(
  title: string,
  lines: readonly string[],
  options: Options,
  last: readonly string[] = [],
): readonly string[] {
  if (lines.length + last.length === 0) return [];
  const shown = options.all ? lines : lines.slice(0, mostLines);
  return [
    paint(options, title, "bold"),
    ...[...shown, ...last].map((line) => (options.all ? line : cut(line, options.width))),
    ...moreLines(lines.length - shown.length, options),
  ];
}

/** A step towards a verdict of `pass`, in words. `inLayer`: which layer is worth telling. */
export function changeText(change: Change, inLayer: boolean): string {
  switch (change.kind) {
    case "upgrade": {
      const { package: purl, version, layer, findings } = change;
      const place = inLayer ? ` in layer ${layer}` : "";
      return `upgrade ${shortPurl(purl)}${place} to ${version} (${counted(findings, "finding")})`;
    }
    case "edit": {
      const place = inLayer && change.layer !== null ? ` (layer ${change.layer})` : "";
      return `${change.check}${place}: ${change.text}`;
    }
    case "no-fix":
      return `no version of ${shortPurl(change.package)} mends ${change.ids.join(", ")}`;
    case "other":
      return change.text;
  }
}

// As people name it: type, name and version.
function shortPurl(purl: string): string {
  const [plain = purl] = purl.split(/[?#]/u, 1);
  return plain.replace(/^pkg:/u, "");
}
