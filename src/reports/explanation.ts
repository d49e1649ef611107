import type { Advisory, KnownExploited } from "../core/advisory.ts";
import type { Evidence, Finding, Undecided } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import { fullName } from "../core/package-name.ts";
import type { Gap, ReportLayer } from "../core/report.ts";
import { evidenceValue, findingValue, undecidedValue } from "./json.ts";
import type { Json } from "./json-value.ts";
import { layerText } from "./layer-text.ts";
import { severityStyles, severityWord } from "./table-row.ts";
import { clean, padded, paint, type Style, type Terminal } from "./terminal.ts";

/** Why a flaw is no finding, as it is shown. */
export interface ShownDismissal {
  readonly code: string;
  readonly message: string;
  readonly package: string | null;
  readonly layer: number | null;
  readonly evidence: Evidence | null;
}

/** What is to be told of one flaw in one image. */
export interface ShownExplanation {
  readonly id: string;
  readonly reference: string;
  readonly layers: readonly ReportLayer[];
  readonly advisories: readonly Advisory[];
  readonly knownExploited: KnownExploited | undefined;
  readonly findings: readonly { readonly finding: Finding; readonly pkg: Package }[];
  readonly undecided: readonly Undecided[];
  readonly dismissals: readonly ShownDismissal[];
  readonly gaps: readonly Gap[];
  readonly answer: string;
}

/** The explanation as JSON (docs/cli.md). */
export function explanationJson(shown: ShownExplanation): string {
  const { id, reference, answer, knownExploited, findings, undecided, dismissals, gaps } = shown;
  const value: Json = {
    id,
    image: reference,
    answer,
    advisories: shown.advisories.map(advisoryValue),
    knownExploited:
      knownExploited === undefined ? null : { added: knownExploited.added, due: knownExploited.due ?? null },
    findings: findings.map(({ finding, pkg }) => ({
      finding: findingValue(finding),
      locations: pkg.locations.map(({ path, layer }) => ({ path, layer })),
      createdBy: shown.layers[finding.layer]?.createdBy ?? null,
    })),
    undecided: undecided.map(undecidedValue),
    dismissals: dismissals.map((dismissal) => ({
      code: dismissal.code,
      message: dismissal.message,
      package: dismissal.package,
      layer: dismissal.layer,
      evidence: dismissal.evidence === null ? null : evidenceValue(dismissal.evidence),
    })),
    gaps: gaps.map(({ code, message }) => ({ code, message })),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function advisoryValue(advisory: Advisory): Json {
  const { id, source, aliases, bundles, summary, severity, cvss, published, modified, withdrawn, url } =
    advisory;
  return {
    id,
    source,
    url: url ?? null,
    aliases,
    bundles,
    summary,
    severity: severity ?? null,
    cvss,
    published: published ?? null,
    modified: modified ?? null,
    withdrawn: withdrawn ?? null,
  };
}

/** The explanation for people. */
export function explanationText(shown: ShownExplanation, terminal: Terminal): string {
  const blocks = [
    titleLines(shown, terminal),
    ...shown.findings.map((one) => findingLines(one, shown, terminal)),
    ...shown.undecided.map((one) => undecidedLines(one, terminal)),
    ...dismissalBlocks(shown.dismissals, terminal),
    gapLines(shown, terminal),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function titleLines(
  { id, reference, answer, advisories }: ShownExplanation,
  terminal: Terminal,
): readonly string[] {
  const summary = advisories.map((advisory) => advisory.summary).find((text) => text !== "");
  const head = `${paint(terminal, clean(id), "bold")}  ${clean(reference)}: ${clean(answer)}`;
  return summary === undefined ? [head] : [head, paint(terminal, clean(summary), "dim")];
}

function findingLines(
  { finding, pkg }: { readonly finding: Finding; readonly pkg: Package },
  { layers, knownExploited }: ShownExplanation,
  terminal: Terminal,
): readonly string[] {
  const { severity, severitySource, fix, aliases, evidence } = finding;
  const rated = paint(terminal, severityWord(severity), ...severityStyles[severity]);
  const layer = layers[pkg.layer];
  const due = knownExploited?.due === undefined ? "" : `, to be mended by ${knownExploited.due}`;
  return [
    `${paint(terminal, clean(`${fullName(pkg)} ${pkg.version}`), "bold")}  ${paint(terminal, clean(pkg.purl), "dim")}`,
    fact("severity", `${rated} (by ${clean(severitySource)})`),
    ...(finding.kev
      ? [
          fact(
            "exploited",
            paint(terminal, `known (CISA, ${knownExploited?.added ?? ""}${due})`, "bold", "red"),
          ),
        ]
      : []),
    ...(finding.epss === undefined
      ? []
      : [fact("likely", `${(finding.epss * 100).toFixed(1)} % within 30 days (EPSS)`)]),
    fact(
      "fix",
      fix.state === "fixed" ? paint(terminal, clean(fix.versions.join(", ")), "green") : fixWords[fix.state],
    ),
    ...(aliases.length === 0 ? [] : [fact("also", clean(aliases.join(", ")))]),
    ...(layer === undefined ? [] : [fact("layer", layerText(layer))]),
    ...pkg.locations.map(({ path }, at) => fact(at === 0 ? "files" : "", clean(`/${path}`))),
    ...evidence.flatMap((one, at) => evidenceLines(at === 0 ? "because" : "", one, terminal)),
  ];
}

const fixWords = {
  "not-fixed": "none yet",
  "wont-fix": "none will come, says the vendor",
  unknown: "not known",
} as const;

const labelWidth = 10;

function fact(label: string, text: string): string {
  return `  ${padded(label, labelWidth)} ${text}`;
}

function evidenceLines(label: string, evidence: Evidence, terminal: Terminal): readonly string[] {
  const { advisory, source, url, key, range, comparisons } = evidence;
  return [
    fact(label, clean(`${source} ${advisory} on ${key}: ${range}`)),
    ...comparisons.map(({ scheme, left, relation, right }) =>
      fact("", `  ${clean(`${left} ${relation} ${right}`)} ${paint(terminal, `(${scheme})`, "dim")}`),
    ),
    ...(url === undefined || url === "" ? [] : [fact("", `  ${paint(terminal, clean(url), "dim")}`)]),
  ];
}

function undecidedLines(
  { package: purl, reason, evidence }: Undecided,
  terminal: Terminal,
): readonly string[] {
  return [
    paint(terminal, clean(purl), "bold"),
    fact("undecided", paint(terminal, clean(reason), "yellow")),
    ...evidence.flatMap((one, at) => evidenceLines(at === 0 ? "because" : "", one, terminal)),
  ];
}

function dismissalBlocks(
  dismissals: readonly ShownDismissal[],
  terminal: Terminal,
): readonly (readonly string[])[] {
  return dismissals.map(({ package: purl, code, message, evidence }) => [
    ...(purl === null ? [] : [paint(terminal, clean(purl), "bold")]),
    fact(purl === null ? "" : "no", `${clean(message)} ${paint(terminal, `(${code})`, "dim")}`),
    ...(evidence === null ? [] : evidenceLines("because", evidence, terminal)),
  ]);
}

function gapLines({ gaps, findings }: ShownExplanation, terminal: Terminal): readonly string[] {
  if (gaps.length === 0 || findings.length > 0) return [];
  const style: Style = "yellow";
  const lines = gaps.slice(0, 10).map(({ code, message }) => `  ${clean(`${code}: ${message}`)}`);
  const left = gaps.length - lines.length;
  return [
    paint(terminal, "not all is known of this image", "bold", style),
    ...lines,
    ...(left > 0 ? [`  … ${left} more`] : []),
  ];
}
