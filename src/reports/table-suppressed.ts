import { fullName } from "../core/package-name.ts";
import { packagesByPlace, placeOf } from "../core/place.ts";
import type { Report } from "../core/report.ts";
import type { Suppression } from "../core/suppression.ts";
import { counted } from "./table-words.ts";
import { clean, cut, paint, type Terminal } from "./terminal.ts";

const mostShown = 10;

/** What exceptions and VEX keep out of the verdict: never out of sight. Empty without any. */
export function suppressedLines(
  { suppressed, suppressedChecks, packages }: Report,
  options: Terminal & { readonly all: boolean },
): readonly string[] {
  const count = suppressed.length + suppressedChecks.length;
  if (count === 0) return [];
  const byPlace = packagesByPlace(packages);
  const findings = suppressed.map(({ id, package: purl, layer, suppression }) => {
    const pkg = byPlace.get(placeOf(purl, layer));
    return `${id}  ${pkg === undefined ? purl : `${fullName(pkg)} ${pkg.version}`}  ${words(suppression)}`;
  });
  const checks = suppressedChecks.map(
    ({ id, title, suppression }) => `${id}  ${title}  ${words(suppression)}`,
  );
  const lines = [...findings, ...checks];
  const shown = options.all ? lines : lines.slice(0, mostShown);
  const left = lines.length - shown.length;
  return [
    paint(options, `suppressed: ${counted(count, "finding")}`, "bold"),
    ...shown.map((line) => paint(options, cut(`  ${clean(line)}`, options.width), "dim")),
    ...(left === 0 ? [] : [paint(options, `  … ${left} more (--all shows them)`, "dim")]),
  ];
}

function words(suppression: Suppression): string {
  if (suppression.kind === "vex") {
    const { author, source, status, justification } = suppression;
    const why = justification === null ? "" : `, ${justification.replaceAll("_", " ")}`;
    return `${status.replaceAll("_", " ")}${why}: VEX of ${author === "" ? source : author}`;
  }
  const { owner, expires, reason } = suppression;
  const end = expires === null ? "without an end" : `until ${expires}`;
  return `${end}${owner === "" ? "" : `, ${owner}`}: ${reason}`;
}
