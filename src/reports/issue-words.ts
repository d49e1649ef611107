import type { Finding } from "../core/finding.ts";
import type { Change, Report, ReportLayer } from "../core/report.ts";
import type { Severity } from "../core/severity.ts";
import type { Suppression } from "../core/suppression.ts";
import type { IssueSuppression } from "./issue.ts";
import { instruction } from "./layer-text.ts";
import { clean } from "./terminal.ts";

/** When a finding is mended, in words. */
export function fixWords({ fix }: Pick<Finding, "fix">): string {
  switch (fix.state) {
    case "fixed":
      return fix.versions.length === 0 ? "fixed" : `fixed in ${clean(fix.versions.join(", "))}`;
    case "not-fixed":
      return "no fix yet";
    case "wont-fix":
      return "the vendor will not fix it";
    case "unknown":
      return "nobody says whether there is a fix";
  }
}

const longestStep = 160;

/** A layer in one line: `layer 1: RUN npm ci`. */
export function layerWords({ index, createdBy }: ReportLayer): string {
  const step = instruction(createdBy);
  return `layer ${index}: ${step.length <= longestStep ? step : `${step.slice(0, longestStep).trimEnd()}…`}`;
}

/** Who says that something may stand, and why. */
export function suppressionWords(suppression: Suppression): IssueSuppression {
  if (suppression.kind === "vex") {
    const { status, justification, statement, author, document, source } = suppression;
    const why = [status, justification, statement].filter((part) => part !== null && part !== "").join(": ");
    return {
      words: clean(`${why} (VEX of ${author || "unknown"}: ${document})`),
      inSource: false,
      file: source,
    };
  }
  const { justification, reason, owner, expires, place } = suppression;
  const until = expires === null ? "without expiry" : `until ${expires}`;
  return {
    words: clean(`${justification}: ${reason} (${owner}, ${until})`),
    inSource: false,
    file: place.file,
    line: place.line,
  };
}

/** A step of the smallest change, in words. `names`: purl → name and version. */
export function changeWords(change: Change, report: Report, names: ReadonlyMap<string, string>): string {
  const at = (layer: number | null): string => {
    const dockerfile = layer === null ? undefined : report.image.layers[layer]?.dockerfile;
    if (layer === null) return "";
    return clean(dockerfile === undefined ? ` (layer ${layer})` : ` (${dockerfile.file}:${dockerfile.line})`);
  };
  const named = (purl: string): string => names.get(purl) ?? clean(purl);
  switch (change.kind) {
    case "upgrade": {
      const mends = `${change.findings} finding${change.findings === 1 ? "" : "s"}`;
      return `Upgrade ${named(change.package)} to ${clean(change.version)}${at(change.layer)}: mends ${mends}`;
    }
    case "edit":
      return `${clean(change.check)}${at(change.layer)}: ${clean(change.text)}`;
    case "no-fix":
      return `Nothing mends ${clean(change.ids.join(", "))} in ${named(change.package)}${at(change.layer)}: replace it, wait, or write an exception`;
    case "other":
      return clean(change.text);
  }
}

/** A score as GitHub reads `security-severity`: the rating's own, else the middle of the severity's band. Undefined: not rated. */
export function severityScore(severity: Severity, score: number | undefined): number | undefined {
  if (score !== undefined && score > 0) return score;
  switch (severity) {
    case "critical":
      return 9.5;
    case "high":
      return 8;
    case "medium":
      return 5.5;
    case "low":
      return 2;
    case "negligible":
      return 0.1;
    case "unknown":
      return undefined;
  }
}

/** The score in `cvss:3.1:9.8`; undefined for a rating in words. */
export function cvssScore(severitySource: string): number | undefined {
  const [, score] = /^cvss:[\d.]+:(\d{1,2}(?:\.\d)?)$/.exec(severitySource) ?? [];
  return score === undefined || Number(score) > 10 ? undefined : Number(score);
}

/** An address that may be linked to: http or https, every character that Markdown or XML could stumble on encoded. */
export function webLink(url: string | undefined): string | undefined {
  if (url === undefined || !/^https?:\/\//i.test(url) || !URL.canParse(url)) return undefined;
  const { href } = new URL(url);
  return href.length > 2000 ? undefined : href.replace(/[()<>"'`|\\]/g, percent);
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}
