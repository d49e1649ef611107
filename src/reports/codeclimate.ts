import type { Severity } from "../core/severity.ts";
import type { Issue, IssueList } from "./issue.ts";
import type { Json } from "./json-value.ts";
import { fingerprint } from "./sarif.ts";

/** What a runner of Code Climate's engines reads: issues that end with a NUL (https://github.com/codeclimate/platform). */
export function* codeclimate(list: IssueList): Generator<string> {
  for (const value of values(list)) yield `${JSON.stringify(value)}\0`;
}

/** The same as one list: GitLab's report of code quality (https://docs.gitlab.com/ci/testing/code_quality/). */
export function* gitlabCodeclimate(list: IssueList): Generator<string> {
  let before = "[\n";
  for (const value of values(list)) {
    yield `${before}${JSON.stringify(value)}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

// Suppressed ones are left out: it has no word for them.
function values({ issues, gaps }: IssueList): readonly Json[] {
  return [
    ...issues.filter(({ suppressed }) => suppressed === undefined).map(issueValue),
    ...gaps.map(({ code, message, file = "Dockerfile", line = 1 }) =>
      valueOf({
        rule: code,
        words: message,
        severity: "critical",
        key: `${code} ${file} ${message}`,
        file,
        line,
      }),
    ),
  ];
}

const severityWords: Readonly<Record<Severity, string>> = {
  critical: "blocker",
  high: "critical",
  medium: "major",
  low: "minor",
  negligible: "info",
  unknown: "major",
};

function issueValue({ rule, message, severity, place, key }: Issue): Json {
  const { file, line } = place;
  return valueOf({ rule, words: message, severity: severityWords[severity], key, file, line });
}

function valueOf(one: {
  readonly rule: string;
  readonly words: string;
  readonly severity: string;
  readonly key: string;
  readonly file: string;
  readonly line: number;
}): Json {
  return {
    type: "issue",
    check_name: one.rule,
    description: one.words,
    categories: ["Security"],
    severity: one.severity,
    fingerprint: fingerprint(one.key),
    location: { path: one.file, lines: { begin: one.line } },
  };
}
