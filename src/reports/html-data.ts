import type { CheckFinding } from "../core/check.ts";
import type { Evidence, Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import { fullName } from "../core/package-name.ts";
import { packagesByPlace, placeOf } from "../core/place.ts";
import type { Report } from "../core/report.ts";
import { severityRank } from "../core/severity.ts";
import type { Suppression } from "../core/suppression.ts";
import type { Json } from "./json-value.ts";

// What the page's script draws from: rows of numbers, and each text once. 5,000 findings of one advisory source stay far below a
// megabyte so. assets/report.js reads the rows by the same names, in `fields`.

/** Columns of a row, in their order. */
const fields = {
  finding: [
    "id",
    "aliases",
    "name",
    "version",
    "purl",
    "type",
    "severity",
    "ratedBy",
    "fix",
    "versions",
    "fixedSince",
    "layer",
    "kev",
    "epss",
    "since",
    "summary",
    "path",
    "evidence",
    "suppression",
  ],
  check: [
    "id",
    "title",
    "severity",
    "message",
    "layer",
    "paths",
    "why",
    "remedy",
    "owners",
    "since",
    "suppression",
  ],
  evidence: ["source", "advisory", "url", "range", "comparisons"],
} as const;

/** Keeps each text once; answers its number. */
interface Texts {
  readonly list: readonly string[];
  readonly of: (text: string) => number;
}

function textTable(): Texts {
  const list: string[] = [];
  const known = new Map<string, number>();
  const of = (text: string): number => {
    const before = known.get(text);
    if (before !== undefined) return before;
    known.set(text, list.length);
    return list.push(text) - 1;
  };
  return { list, of };
}

/** The rows of a report and their texts, as the page holds them. */
export function htmlData(report: Report): Json {
  const texts = textTable();
  const packages = packagesByPlace(report.packages);
  const row = (finding: Finding, suppression?: Suppression): Json =>
    findingRow(finding, packages.get(placeOf(finding.package, finding.layer)), suppression, texts);
  const findings = [
    ...report.findings.map((finding) => row(finding)),
    ...report.suppressed.map((finding) => row(finding, finding.suppression)),
  ];
  const checks = [
    ...report.checks.map((check) => checkRow(check, undefined, texts)),
    ...report.suppressedChecks.map((check) => checkRow(check, check.suppression, texts)),
  ];
  return { fields, findings, checks, texts: texts.list };
}

function findingRow(
  finding: Finding,
  pkg: Package | undefined,
  suppression: Suppression | undefined,
  { of }: Texts,
): Json {
  const { id, aliases, severity, severitySource, fix, fixedSince, layer, kev, epss, since } = finding;
  return [
    of(id),
    of(aliases.join(", ")),
    of(pkg === undefined ? finding.package : fullName(pkg)),
    of(pkg?.version ?? ""),
    of(finding.package),
    of(pkg?.type ?? ""),
    severityRank(severity),
    of(severitySource),
    of(fix.state),
    of(fix.versions.join(", ")),
    of(fixedSince ?? ""),
    layer,
    kev ? 1 : 0,
    epss ?? -1,
    of(since ?? ""),
    of(cutText(finding.summary)),
    of(pkg?.locations[0]?.path ?? ""),
    finding.evidence.map((one) => evidenceRow(one, of)),
    of(suppressionText(suppression)),
  ];
}

// A publisher's summary may be a page long; the advisory is a link away.
const longestSummary = 240;

function cutText(text: string): string {
  return text.length <= longestSummary ? text : `${text.slice(0, longestSummary - 1)}…`;
}

function evidenceRow({ source, advisory, url, range, comparisons }: Evidence, of: Texts["of"]): Json {
  const decided = comparisons.map(({ scheme, left, relation, right }) => [
    of(`${left} ${relation} ${right} (${scheme})`),
  ]);
  // Most addresses end in the advisory's id: what is before it is the same for all.
  const short = url?.endsWith(advisory) === true;
  const address = url === undefined ? "" : short ? url.slice(0, url.length - advisory.length) : url;
  return [of(source), of(advisory), [of(address), short ? 1 : 0], of(range), decided.flat()];
}

function checkRow(check: CheckFinding, suppression: Suppression | undefined, { of }: Texts): Json {
  const { id, title, severity, message, layer, paths = [], why, remedy, owners = [], since } = check;
  return [
    of(id),
    of(title),
    severityRank(severity),
    of(message),
    layer ?? -1,
    of(paths.map((path) => `/${path}`).join(", ")),
    of(why),
    of(remedy),
    of(owners.join(", ")),
    of(since ?? ""),
    of(suppressionText(suppression)),
  ];
}

/** Who says that something may stand, in one line; empty where nobody does. */
function suppressionText(suppression: Suppression | undefined): string {
  if (suppression === undefined) return "";
  if (suppression.kind === "exception") {
    const { owner, reason, expires, justification, place } = suppression;
    const end = expires === null ? "without end" : `until ${expires}`;
    const by = owner === "" ? "" : `by ${owner} `;
    return `exception ${by}${end}: ${justification.replaceAll("_", " ")}. ${reason} (${place.file}:${place.line})`;
  }
  const { author, status, justification, statement, source } = suppression;
  const why = [justification?.replaceAll("_", " "), statement].filter(
    (text) => text !== undefined && text !== "",
  );
  return `VEX of ${author === "" ? source : author}: ${status.replaceAll("_", " ")}${why.length === 0 ? "" : `. ${why.join(". ")}`}`;
}
