import type { Issue, IssueList } from "./issue.ts";
import { attributes, content } from "./xml-text.ts";

// JUnit's XML as Jenkins, GitLab, Azure and CircleCI read it: valid by Jenkins's own schema (junit-10.xsd of its xUnit plugin).
// A test fails where the verdict refuses it, and is an error where something is not known; all else has passed, and says what it is.

interface Case {
  readonly name: string;
  readonly state: "passed" | "failure" | "error" | "skipped";
  /** One line. */
  readonly message: string;
  readonly text: string;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** The list as suites: the verdict, then the findings and checks of each image or file, then what was not looked at. */
export function* junit(list: IssueList): Generator<string> {
  const suites = [verdictSuite(list), ...issueSuites(list), coverageSuite(list)].filter(
    ({ cases }) => cases.length > 0,
  );
  const all = suites.flatMap(({ cases }) => cases);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n`;
  yield `<testsuites${attributes({ name: `seaworthy ${list.name}`, tests: all.length, ...failed(all) })}>\n`;
  for (const suite of suites) yield* suiteText(suite, list);
  yield "</testsuites>\n";
}

function failed(cases: readonly Case[]): { readonly failures: number; readonly errors: number } {
  const count = (state: Case["state"]): number => cases.filter((one) => one.state === state).length;
  return { failures: count("failure"), errors: count("error") };
}

function* suiteText({ name, cases }: Suite, { category }: IssueList): Generator<string> {
  const skipped = cases.filter(({ state }) => state === "skipped").length;
  yield `  <testsuite${attributes({ name, tests: cases.length, ...failed(cases), skipped })}>\n`;
  for (const one of cases) yield caseText(one, `${category}.${name}`);
  yield "  </testsuite>\n";
}

function caseText({ name, state, message, text }: Case, classname: string): string {
  const head = `    <testcase${attributes({ name, classname })}`;
  switch (state) {
    case "passed":
      return text === ""
        ? `${head}/>\n`
        : `${head}>\n      <system-out>${content(text)}</system-out>\n    </testcase>\n`;
    case "skipped":
      return `${head}>\n      <skipped${attributes({ message })}/>\n    </testcase>\n`;
    case "failure":
    case "error":
      return `${head}>\n      <${state}${attributes({ message })}>${content(text)}</${state}>\n    </testcase>\n`;
  }
}

function verdictSuite({ decision, refusals, unknowns, warnings, steps, name }: IssueList): Suite {
  const line = ({ code, message }: { readonly code: string; readonly message: string }): string =>
    `${code}: ${message}`;
  const text = [
    ...[...refusals, ...unknowns].map(line),
    ...warnings.map((one) => `warning: ${line(one)}`),
    ...steps.map((step) => `to pass: ${step}`),
  ].join("\n");
  const state = ({ pass: "passed", fail: "failure", unknown: "error" } as const)[decision];
  return { name: "verdict", cases: [{ name: "verdict", state, message: `${decision}: ${name}`, text }] };
}

const kindNames = { vulnerability: "findings", check: "checks", lint: "lint" } as const;

function issueSuites({ issues }: IssueList): readonly Suite[] {
  const suites = new Map<string, Case[]>();
  const images = new Set(issues.map(({ of }) => of));
  for (const issue of issues) {
    const kind = kindNames[issue.kind];
    const name = images.size > 1 ? `${issue.of} ${kind}` : kind;
    const cases = suites.get(name) ?? [];
    cases.push(issueCase(issue));
    suites.set(name, cases);
  }
  return [...suites].map(([name, cases]) => ({ name, cases }));
}

function issueCase(issue: Issue): Case {
  const { key, severity, message, remedy, layer, place, path, link, suppressed, refusedBy } = issue;
  const state = suppressed !== undefined ? "skipped" : refusedBy.length > 0 ? "failure" : "passed";
  const rows = [
    `${severity}: ${message}`,
    refusedBy.length === 0 ? "" : `refused by ${refusedBy.join(", ")}`,
    remedy,
    layer ?? "",
    place.source ? `${place.file}:${place.line}` : "",
    path === undefined ? "" : `/${path}`,
    link ?? "",
  ];
  const words = suppressed === undefined ? `${severity}: ${message}` : `suppressed: ${suppressed.words}`;
  return { name: key, state, message: words, text: rows.filter((row) => row !== "").join("\n") };
}

function coverageSuite({ gaps, unknowns }: IssueList): Suite {
  const counting = new Set(unknowns.map(({ code }) => code));
  const seen = new Map<string, number>();
  const cases = gaps.map(({ code, message, file, line }): Case => {
    const place = file === undefined ? "" : ` ${file}${line === undefined ? "" : `:${line}`}`;
    const times = (seen.get(`${code}${place}`) ?? 0) + 1;
    seen.set(`${code}${place}`, times);
    const name = `${code}${place}${times === 1 ? "" : ` #${times}`}`;
    return { name, state: counting.has(code) ? "error" : "passed", message, text: message };
  });
  return { name: "coverage", cases };
}
