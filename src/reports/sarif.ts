import { createHash } from "node:crypto";
import type { Issue, IssueList, IssueNote, IssuePlace } from "./issue.ts";
import type { Json } from "./json-value.ts";
import { levels, type Rule, rulesOf } from "./sarif-rules.ts";
import { clean } from "./terminal.ts";

// SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), in the subset that GitHub takes
// (https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support).

const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** How a SARIF log is written. */
export interface SarifOptions {
  /** Of Seaworthy. */
  readonly version: string;
  /** Are suppressed results written, marked as such? GitHub shows them as open alerts. */
  readonly suppressed: boolean;
}

/** GitHub refuses a run with more results; that many rules are never reached before. */
export const mostResults = 25_000;

/** One run, in parts: one rule and one result a line. */
export function* sarif(list: IssueList, options: SarifOptions): Generator<string> {
  const wanted = list.issues.filter(({ suppressed }) => options.suppressed || suppressed === undefined);
  const kept = wanted.slice(0, mostResults);
  const rules = rulesOf(kept);
  const driver = { name: "Seaworthy", version: options.version, semanticVersion: options.version };
  yield `{\n"$schema": ${JSON.stringify(schema)},\n"version": "2.1.0",\n"runs": [{\n`;
  yield `"tool": {"driver": {${JSON.stringify(driver).slice(1, -1)}, "rules": `;
  yield* listText(rules.list, ruleValue);
  yield `}},\n"automationDetails": ${JSON.stringify({ id: `seaworthy/${clean(list.category)}/` })},\n`;
  yield `"invocations": [${JSON.stringify(invocationValue(list, wanted.length - kept.length))}],\n`;
  yield `"columnKind": "utf16CodeUnits",\n`;
  yield `"properties": ${JSON.stringify({ ...list.facts, verdict: list.decision })},\n"results": `;
  yield* listText(kept, (issue) => resultValue(issue, rules.indexes.get(issue.rule) ?? 0));
  yield "\n}]\n}\n";
}

function* listText<T>(items: readonly T[], valueOf: (item: T) => Json): Generator<string> {
  let before = "[\n";
  for (const item of items) {
    yield `${before}${JSON.stringify(valueOf(item))}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]" : "\n]";
}

function ruleValue({ id, name, text, markdown, plain, link, level, score, tags }: Rule): Json {
  return {
    id,
    name,
    shortDescription: { text },
    fullDescription: { text },
    ...(link === undefined ? {} : { helpUri: link }),
    help: { text: plain, markdown },
    defaultConfiguration: { level },
    properties: {
      tags,
      precision: "very-high",
      ...(score === undefined ? {} : { "security-severity": score }),
    },
  };
}

function resultValue(issue: Issue, ruleIndex: number): Json {
  const { rule, severity, message, remedy, layer, place, path, of, suppressed, refusedBy } = issue;
  const text = [message, remedy, layer === undefined ? "" : `Brought in by ${layer}.`].filter(
    (part) => part !== "",
  );
  return {
    ruleId: rule,
    ruleIndex,
    level: levels[severity],
    message: { text: text.join("\n") },
    locations: [
      {
        physicalLocation: physical(place),
        logicalLocations: logical(issue),
      },
    ],
    ...(path === undefined || path === place.file
      ? {}
      : {
          relatedLocations: [
            {
              id: 1,
              physicalLocation: physical({ file: path, line: 1, source: false }),
              message: { text: "in the image" },
            },
          ],
        }),
    partialFingerprints: fingerprints(issue),
    ...(suppressed === undefined ? {} : { suppressions: [suppressionValue(suppressed)] }),
    properties: { severity, of, refusedBy },
  };
}

function logical({ subject, layer, of }: Issue): Json {
  const names = [
    ...(subject === "" ? [] : [{ fullyQualifiedName: subject, kind: "package" }]),
    ...(layer === undefined ? [] : [{ fullyQualifiedName: layer, kind: "layer" }]),
  ];
  return names.length === 0 ? [{ fullyQualifiedName: of, kind: "image" }] : names;
}

function physical({ file, line, range }: IssuePlace): Json {
  const region =
    range === undefined
      ? { startLine: line }
      : { startLine: line, startColumn: range.column, endLine: range.endLine, endColumn: range.endColumn };
  return { artifactLocation: { uri: relativeUri(file) }, region };
}

/** A path as a relative reference within the repository or the image: GitHub takes no other. */
function relativeUri(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll("\\", "/").split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(encodeURIComponent(part));
  }
  return parts.join("/") || "image";
}

// GitHub goes by primaryLocationLineHash, and would make one from the file's text where it is missing: that changes with each edit.
function fingerprints({ key }: Issue): Json {
  const hash = fingerprint(key);
  return { primaryLocationLineHash: `${hash.slice(0, 16)}:1`, "seaworthyKey/v1": hash };
}

/** What names an issue for ever, out of its key. */
export function fingerprint(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function suppressionValue({ words, inSource, file, line }: NonNullable<Issue["suppressed"]>): Json {
  const place =
    file === undefined ? undefined : physical({ file: clean(file), line: line ?? 1, source: true });
  return {
    kind: inSource ? "inSource" : "external",
    status: "accepted",
    justification: words,
    ...(place === undefined ? {} : { location: { physicalLocation: place } }),
  };
}

const exitCodes = { pass: 0, fail: 1, unknown: 3 } as const;

function invocationValue(list: IssueList, left: number): Json {
  const { decision, refusals, unknowns, warnings, gaps, notes } = list;
  const over: readonly IssueNote[] =
    left === 0
      ? []
      : [
          {
            code: "results-left-out",
            message: `${left} results more than the ${mostResults} that GitHub takes: the least severe are left out`,
          },
        ];
  return {
    executionSuccessful: true,
    exitCode: exitCodes[decision],
    exitCodeDescription: decision,
    toolExecutionNotifications: [
      ...refusals.map((one) => notification("error", one)),
      ...unknowns.map((one) => notification("error", one)),
      ...over.map((one) => notification("error", one)),
      ...warnings.map((one) => notification("warning", one)),
      ...gaps.map((one) => notification("warning", one)),
      ...notes.map((one) => notification("note", one)),
    ],
  };
}

function notification(level: "error" | "warning" | "note", { code, message, file, line }: IssueNote): Json {
  return {
    level,
    descriptor: { id: code },
    message: { text: message || code },
    ...(file === undefined
      ? {}
      : { locations: [{ physicalLocation: physical({ file, line: line ?? 1, source: true }) }] }),
  };
}
