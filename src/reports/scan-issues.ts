import type { CheckFinding } from "../core/check.ts";
import type { Finding } from "../core/finding.ts";
import { checkKeys, findingKeys } from "../core/identity.ts";
import { fullName } from "../core/package-name.ts";
import { packagesByPlace, placeOf } from "../core/place.ts";
import type { Gap, Report, RuleReason } from "../core/report.ts";
import { severityRank } from "../core/severity.ts";
import type { Suppression } from "../core/suppression.ts";
import { imageName } from "./image-name.ts";
import type { Issue, IssueList, IssueNote, IssuePlace } from "./issue.ts";
import { changeWords, cvssScore, fixWords, layerWords, suppressionWords, webLink } from "./issue-words.ts";
import { platformText } from "./json.ts";
import { clean } from "./terminal.ts";
import { isSignatureRefusal, trustWords } from "./trust-words.ts";

/** What the report of one image has to say to a CI system. Pure. */
export function scanIssues(report: Report): IssueList {
  const { image, verdict, policy, coverage } = report;
  const signed = trustWords(report);
  const refusing = verdict.reasons.filter((reason) => refuses(reason, report));
  const names = packageNames(report);
  return {
    category: imageName(image.reference),
    name: clean(image.reference),
    issues: issuesOf(report),
    decision: verdict.decision,
    refusals: refusing.map(cleanReason),
    unknowns: verdict.reasons.filter((reason) => !refusing.includes(reason)).map(cleanReason),
    warnings: verdict.warnings.map(cleanReason),
    gaps: [...coverage.gaps.map((gap) => gapNote(gap, report)), ...undecidedNotes(report, names)],
    notes: coverage.notes.map((note) => ({ code: "note", message: clean(note) })),
    steps: verdict.toPass.map((change) => changeWords(change, report, names)),
    facts: {
      image: clean(image.reference),
      digest: image.digest,
      platform: platformText(image.platform),
      os: image.os === null ? null : clean(image.os.name || `${image.os.id} ${image.os.version}`.trim()),
      packages: report.packages.length,
      database: coverage.database.digest,
      failOn: policy.failOn === "unknown" ? "any" : policy.failOn,
      ...(signed === undefined ? {} : { signatures: clean(signed) }),
    },
  };
}

const refusalCodes: ReadonlySet<string> = new Set(["finding-refused", "check-failed"]);

// A rule refuses; what no rule asks for is not known, unless the policy says that it fails.
function refuses({ code, rule }: RuleReason, { policy }: Report): boolean {
  if (rule !== null || refusalCodes.has(code) || policy.unknown[code] === "fail") return true;
  return isSignatureRefusal(code, policy);
}

function cleanReason({ code, message, rule }: RuleReason): {
  readonly code: string;
  readonly message: string;
} {
  return { code, message: clean(rule === null ? message : `${message} [${rule}]`) };
}

/** `purl` → `lodash 4.17.4`. */
export function packageNames({ packages }: Report): ReadonlyMap<string, string> {
  return new Map(packages.map((pkg) => [pkg.purl, clean(`${fullName(pkg)} ${pkg.version}`)]));
}

type Judged<T> = T & { readonly suppression?: Suppression };

function issuesOf(report: Report): readonly Issue[] {
  const rules = rulesByKey(report.verdict.reasons);
  const findings: readonly Judged<Finding>[] = [...report.findings, ...report.suppressed];
  const checks: readonly Judged<CheckFinding>[] = [...report.checks, ...report.suppressedChecks];
  // A finding is known by its key among all, so that it keeps it when another is suppressed; the verdict knows only those that count.
  const keys = findingKeys(findings, report.packages);
  const counting = findingKeys(report.findings, report.packages);
  const keysOfChecks = checkKeys(checks);
  const countingChecks = checkKeys(report.checks);
  const context = contextOf(report);
  const issues = [
    ...findings.map((one) =>
      findingIssue(one, keys.get(one) ?? one.id, rules.get(counting.get(one) ?? "") ?? [], context),
    ),
    ...checks.map((one) =>
      checkIssue(
        one,
        keysOfChecks.get(one) ?? one.id,
        rules.get(countingChecks.get(one) ?? "") ?? [],
        context,
      ),
    ),
  ];
  return issues.toSorted(compareIssues);
}

function compareIssues(a: Issue, b: Issue): number {
  const late = Number(a.suppressed !== undefined) - Number(b.suppressed !== undefined);
  const open = Number(b.refusedBy.length > 0) - Number(a.refusedBy.length > 0);
  return late || open || severityRank(a.severity) - severityRank(b.severity);
}

function rulesByKey(reasons: readonly RuleReason[]): ReadonlyMap<string, readonly string[]> {
  const rules = new Map<string, string[]>();
  for (const { rule, code, findings } of reasons)
    for (const key of findings) rules.set(key, [...(rules.get(key) ?? []), rule ?? code]);
  return rules;
}

interface Context {
  readonly report: Report;
  readonly packages: ReadonlyMap<string, Report["packages"][number]>;
  readonly upgrades: ReadonlyMap<string, string>;
}

function contextOf(report: Report): Context {
  return {
    report,
    packages: packagesByPlace(report.packages),
    upgrades: new Map(report.upgrades.map((one) => [placeOf(one.package, one.layer), one.version])),
  };
}

function findingIssue(
  finding: Judged<Finding>,
  key: string,
  refusedBy: readonly string[],
  { report, packages, upgrades }: Context,
): Issue {
  const { id, package: purl, layer, severity, summary, kev, fix, evidence } = finding;
  const pkg = packages.get(placeOf(purl, layer));
  const subject = clean(pkg === undefined ? purl : `${fullName(pkg)} ${pkg.version}`);
  const upgrade = upgrades.get(placeOf(purl, layer)) ?? fix.versions[0];
  const title = clean(summary) || clean(id);
  const exploited = kev ? "; known to be exploited" : "";
  const own = evidence.find(({ advisory }) => advisory === id) ?? evidence[0];
  return {
    kind: "vulnerability",
    rule: clean(id),
    aliases: finding.aliases.map(clean),
    title,
    severity,
    score: cvssScore(finding.severitySource),
    link: webLink(own?.url),
    tags: [
      "security",
      "vulnerability",
      ...(pkg === undefined ? [] : [pkg.type]),
      ...(kev ? ["known-exploited"] : []),
    ],
    of: clean(report.image.reference),
    subject,
    message: `${subject}: ${title} (${fixWords(finding)}${exploited})`,
    remedy: fix.state === "fixed" && upgrade !== undefined ? `Upgrade ${subject} to ${clean(upgrade)}.` : "",
    ...whereOf(report, layer, pkg?.locations[0]?.path, undefined),
    key,
    suppressed: finding.suppression === undefined ? undefined : suppressionWords(finding.suppression),
    refusedBy,
  };
}

function checkIssue(
  check: Judged<CheckFinding>,
  key: string,
  refusedBy: readonly string[],
  { report }: Context,
): Issue {
  const { id, title, severity, message, remedy, layer, paths = [], line } = check;
  return {
    kind: "check",
    rule: clean(id),
    aliases: check.aliases.map(clean),
    title: clean(title),
    severity,
    tags: ["security", "image"],
    of: clean(report.image.reference),
    subject: "",
    message: clean(paths[0] === undefined ? message : `${message} (/${paths[0]})`),
    remedy: clean(remedy),
    ...whereOf(report, layer, paths[0], line),
    key,
    suppressed: check.suppression === undefined ? undefined : suppressionWords(check.suppression),
    refusedBy,
  };
}

// The line of the Dockerfile where it is known, else the file in the image; what has neither is of the whole image.
function whereOf(
  report: Report,
  index: number | undefined,
  path: string | undefined,
  line: number | undefined,
): Pick<Issue, "place" | "path" | "layer"> {
  const { layers } = report.image;
  const layer = layers.find((one) => one.index === index);
  const words = layer === undefined ? undefined : layerWords(layer);
  const inside = path === undefined ? undefined : clean(path);
  if (layer?.dockerfile !== undefined) {
    const { file, line: at } = layer.dockerfile;
    return { place: { file: clean(file), line: at, source: true }, path: inside, layer: words };
  }
  return { place: insidePlace(report, inside, line), path: inside, layer: words };
}

function insidePlace({ image }: Report, path: string | undefined, line = 1): IssuePlace {
  if (path !== undefined) return { file: path, line, source: false };
  const dockerfile = image.layers.find((layer) => layer.dockerfile !== undefined)?.dockerfile;
  return dockerfile === undefined
    ? { file: clean(imageName(image.reference)), line: 1, source: false }
    : { file: clean(dockerfile.file), line: 1, source: true };
}

function gapNote({ code, message, path, layer }: Gap, { image }: Report): IssueNote {
  const from = image.layers.find(({ index }) => index === layer);
  const place = [
    ...(path === undefined ? [] : [`/${path}`]),
    ...(from === undefined ? [] : [layerWords(from)]),
  ];
  const words = place.length === 0 ? message : `${message} (${place.join(", ")})`;
  return { code, message: clean(words), file: path === undefined ? undefined : clean(path) };
}

function undecidedNotes({ undecided }: Report, names: ReadonlyMap<string, string>): readonly IssueNote[] {
  return undecided.map(({ id, package: purl, reason }) => ({
    code: "undecided",
    message: clean(`${id} in ${names.get(purl) ?? purl}: ${reason}`),
  }));
}
