import { type Severity, severityRank } from "../core/severity.ts";
import type { Issue, IssueList } from "./issue.ts";
import { levels } from "./sarif-rules.ts";

// Workflow commands of GitHub Actions
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-a-notice-message).

type Level = "error" | "warning" | "notice";

/** GitHub shows ten annotations of each level for a step, and drops the others without a word. */
const mostAnnotations = 10;

/**
 * Annotations: the verdict, then one for each place that brings something, the worst first. Errors are what the verdict refuses
 * or does not know. What is beyond GitHub's limit is counted in the last of its level.
 */
export function githubAnnotations(list: IssueList): string {
  const annotations = [...verdictAnnotations(list), ...placeAnnotations(list)];
  const kept = (["error", "warning", "notice"] as const).flatMap((level) =>
    within(annotations.filter((one) => one.level === level)),
  );
  return kept.map(command).join("");
}

interface Annotation {
  readonly level: Level;
  readonly title: string;
  readonly text: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

function within(annotations: readonly Annotation[]): readonly Annotation[] {
  if (annotations.length <= mostAnnotations) return annotations;
  const kept = annotations.slice(0, mostAnnotations - 1);
  const left = annotations.length - kept.length;
  const level = annotations[0]?.level ?? "notice";
  return [
    ...kept,
    { level, title: `${left} more`, text: `${left} more places are not shown: GitHub takes ten of a kind` },
  ];
}

function verdictAnnotations({ decision, name, refusals, unknowns, steps }: IssueList): readonly Annotation[] {
  const reasons = [...refusals, ...unknowns].map(({ code, message }) => `${code}: ${message}`);
  if (decision === "pass") return [{ level: "notice", title: "Seaworthy: pass", text: name }];
  const text = [name, ...reasons.slice(0, 20), ...steps.slice(0, 20).map((step) => `to pass: ${step}`)].join(
    "\n",
  );
  return [{ level: "error", title: `Seaworthy: ${decision}`, text }];
}

const levelNames: Readonly<Record<(typeof levels)[Severity], Level>> = {
  error: "warning",
  warning: "warning",
  note: "notice",
};

function placeAnnotations({ issues }: IssueList): readonly Annotation[] {
  const places = new Map<string, { level: Level; issues: Issue[] }>();
  for (const issue of issues) {
    if (issue.suppressed !== undefined) continue;
    const level = issue.refusedBy.length > 0 ? "error" : levelNames[levels[issue.severity]];
    const { file, line, source } = issue.place;
    // What no file of the project brings is told together.
    const key = JSON.stringify([level, source ? [file, line] : (issue.layer ?? issue.of)]);
    const before = places.get(key);
    if (before === undefined) places.set(key, { level, issues: [issue] });
    else before.issues.push(issue);
  }
  return [...places.values()].map(({ level, issues: some }) => placeAnnotation(level, some));
}

const mostLines = 20;

function placeAnnotation(level: Level, issues: readonly Issue[]): Annotation {
  const sorted = issues.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const [first] = sorted;
  const lines = sorted.map(
    ({ severity, rule, message, remedy }) =>
      `${severity} ${rule}: ${message}${remedy === "" ? "" : ` ${remedy}`}`,
  );
  const left = lines.length - mostLines;
  const more = left > 0 ? [`… ${left} more`] : [];
  const title =
    issues.length === 1
      ? `${first?.rule ?? ""} ${first?.subject ?? ""}`.trim()
      : `${issues.length} findings, worst ${first?.severity ?? ""}`;
  const head = first?.layer === undefined || first.place.source ? [] : [first.layer];
  const place = first?.place;
  return {
    level,
    title,
    text: [...head, ...lines.slice(0, mostLines), ...more].join("\n"),
    ...(place?.source === true ? { file: place.file, line: place.line } : {}),
  };
}

function command({ level, title, text, file, line }: Annotation): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    `title=${property(title)}`,
  ];
  return `::${level} ${properties.join(",")}::${data(text)}\n`;
}

// As actions/toolkit escapes them.
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
