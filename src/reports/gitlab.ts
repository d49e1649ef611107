import { createHash } from "node:crypto";
import type { Finding } from "../core/finding.ts";
import { findingKeys } from "../core/identity.ts";
import type { Package } from "../core/package.ts";
import { fullName } from "../core/package-name.ts";
import { packagesByPlace, placeOf } from "../core/place.ts";
import type { Report } from "../core/report.ts";
import type { Severity } from "../core/severity.ts";
import { fixWords, layerWords, webLink } from "./issue-words.ts";
import type { Json } from "./json-value.ts";
import { inlineText } from "./markdown-text.ts";
import { scanIssues } from "./scan-issues.ts";
import { clean } from "./terminal.ts";

// GitLab's report of a container scan
// (https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/blob/v15.0.7/dist/container-scanning-report-format.json).

const schemaVersion = "15.0.7";

/** The report as GitLab reads it, in parts. It has no clock: the scan begins and ends with the day for which it judges. */
export function* gitlabReport(report: Report, { version }: { readonly version: string }): Generator<string> {
  const { findings, suppressed, packages } = report;
  const keys = findingKeys([...findings, ...suppressed], packages);
  const byPlace = packagesByPlace(packages);
  const upgrades = new Map(report.upgrades.map((one) => [placeOf(one.package, one.layer), one.version]));
  yield `{\n"version": "${schemaVersion}",\n"scan": ${JSON.stringify(scanValue(report, version))},\n"vulnerabilities": `;
  let before = "[\n";
  for (const finding of findings) {
    const place = placeOf(finding.package, finding.layer);
    const of = {
      pkg: byPlace.get(place),
      upgrade: upgrades.get(place),
      key: keys.get(finding) ?? finding.id,
    };
    const value = findingValue(finding, of, report);
    yield `${before}${JSON.stringify(value)}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]" : "\n]";
  yield `,\n"remediations": []\n}\n`;
}

function scanValue(report: Report, version: string): Json {
  const tool = { id: "seaworthy", name: "Seaworthy", vendor: { name: "Seaworthy" }, version };
  const time = `${report.currency.today}T00:00:00`;
  return {
    analyzer: tool,
    scanner: tool,
    type: "container_scanning",
    start_time: time,
    end_time: time,
    status: "success",
    messages: messages(report),
  };
}

// What GitLab has no place for is told here, so that a short list is not taken for a clean image.
function messages(report: Report): readonly Json[] {
  const { decision, gaps, refusals, unknowns } = scanIssues(report);
  const told = [
    { level: "info", value: `verdict: ${decision}` },
    ...[...refusals, ...unknowns].map(({ code, message }) => ({
      level: "warn",
      value: `${code}: ${message}`,
    })),
    ...gaps.map(({ code, message }) => ({ level: "warn", value: `${code}: ${message}` })),
  ];
  const { suppressed, checks } = report;
  const left = [
    ...(suppressed.length === 0 ? [] : [`${suppressed.length} suppressed findings are left out`]),
    ...(checks.length === 0
      ? []
      : [`${checks.length} findings of checks are no vulnerabilities and left out`]),
  ];
  return [...told, ...left.map((value) => ({ level: "info", value }))];
}

const severityWords: Readonly<Record<Severity, string>> = {
  critical: "Critical",
  high: "High",
  medium: "Medium",
  low: "Low",
  negligible: "Info",
  unknown: "Unknown",
};

const longestName = 255;
const longestSolution = 7000;

interface Place {
  readonly pkg: Package | undefined;
  /** The version that mends all its fixable findings. */
  readonly upgrade: string | undefined;
  readonly key: string;
}

function findingValue(finding: Finding, { pkg, upgrade, key }: Place, report: Report): Json {
  const { id, summary, severity, evidence, layer } = finding;
  const name = clean(pkg === undefined ? finding.package : fullName(pkg));
  const words = clean(summary);
  const from = report.image.layers.find(({ index }) => index === layer);
  const links = [...new Set(evidence.flatMap(({ url }) => webLink(url) ?? []))].map((url) => ({ url }));
  return {
    id: stableUuid(key),
    name: cut(words === "" ? clean(id) : `${clean(id)}: ${words}`, longestName),
    // GitLab renders it as Markdown.
    description: inlineText(`${words === "" ? clean(id) : words} (${fixWords(finding)})`),
    severity: severityWords[severity],
    solution: cut(solution(finding, name, upgrade), longestSolution),
    identifiers: [id, ...finding.aliases].map((one) => identifier(clean(one), finding)),
    ...(links.length === 0 ? {} : { links }),
    location: {
      dependency: { package: { name }, version: clean(pkg?.version ?? "") },
      operating_system: osName(report),
      image: clean(report.image.reference),
    },
    details: {
      purl: { name: "Package URL", type: "text", value: clean(finding.package) },
      ...(from === undefined ? {} : { layer: { name: "Layer", type: "text", value: layerWords(from) } }),
      ...fileDetail(from?.dockerfile),
    },
  };
}

function fileDetail(dockerfile: Report["image"]["layers"][number]["dockerfile"]): {
  readonly [key: string]: Json;
} {
  if (dockerfile === undefined || dockerfile.file === "") return {};
  const { file, line } = dockerfile;
  return {
    dockerfile: { name: "Dockerfile", type: "file-location", file_name: clean(file), line_start: line },
  };
}

function solution(finding: Finding, name: string, upgrade: string | undefined): string {
  const { fix } = finding;
  if (fix.state !== "fixed" || fix.versions.length === 0) return `No version mends it: ${fixWords(finding)}.`;
  return `Upgrade ${name} to ${clean(upgrade ?? fix.versions[0] ?? "")}.`;
}

// GitLab tells findings apart by the first identifier, the package, the operating system and the image without its tag.
function identifier(id: string, { id: own, evidence }: Finding): Json {
  const [type = "other"] = /^[A-Za-z]+(?=[-:])/.exec(id) ?? [];
  const at = evidence.find(({ advisory }) => advisory === id) ?? (id === own ? evidence[0] : undefined);
  const url = webLink(at?.url);
  return { type: type.toLowerCase(), name: id, value: id, ...(url === undefined ? {} : { url }) };
}

function osName({ image: { os } }: Report): string {
  return os === null ? "unknown" : clean(`${os.id}:${os.version}`.replace(/:$/, "")) || "unknown";
}

// RFC 9562, version 8: made of a hash, so that it is the same in each build.
function stableUuid(key: string): string {
  const hex = createHash("sha256").update(key).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}
