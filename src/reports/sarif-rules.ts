import { type Severity, severityRank } from "../core/severity.ts";
import type { Issue } from "./issue.ts";
import { severityScore } from "./issue-words.ts";
import { inlineText } from "./markdown-text.ts";

/** A rule as code scanning shows it: one for each flaw or check, whatever number of results it has. */
export interface Rule {
  readonly id: string;
  /** A single word. */
  readonly name: string;
  readonly text: string;
  readonly plain: string;
  readonly markdown: string;
  readonly link: string | undefined;
  readonly level: (typeof levels)[Severity];
  /** GitHub's `security-severity`: a number as text, of what is a matter of security. */
  readonly score: string | undefined;
  /** GitHub shows ten. */
  readonly tags: readonly string[];
}

/** The rules of all issues, in the order in which they are met, and the place of each in it. */
export function rulesOf(issues: readonly Issue[]): {
  readonly list: readonly Rule[];
  readonly indexes: ReadonlyMap<string, number>;
} {
  const byRule = new Map<string, Issue[]>();
  for (const issue of issues) {
    const before = byRule.get(issue.rule);
    if (before === undefined) byRule.set(issue.rule, [issue]);
    else before.push(issue);
  }
  return {
    list: [...byRule.values()].flatMap(ruleOf),
    indexes: new Map([...byRule.keys()].map((rule, index) => [rule, index])),
  };
}

// Severities differ between packages and layers of one flaw: the rule has the worst.
function ruleOf(issues: readonly Issue[]): readonly Rule[] {
  const [worst] = issues.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity));
  if (worst === undefined) return [];
  const { kind, rule, title, severity, link, aliases, remedy } = worst;
  const scores = issues.flatMap(({ severity: one, score }) => severityScore(one, score) ?? []);
  const text = title.includes(rule) ? title : `${rule}: ${title}`;
  const known = aliases.length === 0 ? "" : `Also known as ${aliases.slice(0, 20).join(", ")}.`;
  // A remedy names the package for a flaw, and the rule's own way out for a check.
  const mend = kind === "vulnerability" ? "" : remedy;
  const rated = `Severity: ${severity}.`;
  return [
    {
      id: rule,
      name: ruleNames[kind],
      text,
      plain: [text, rated, known, mend, link ?? ""].filter((part) => part !== "").join("\n"),
      markdown: [
        `**${inlineText(text)}**`,
        rated,
        inlineText(known),
        inlineText(mend),
        link === undefined ? "" : `[${inlineText(rule)}](${link})`,
      ]
        .filter((part) => part !== "")
        .join("\n\n"),
      link,
      level: levels[severity],
      score: kind === "lint" || scores.length === 0 ? undefined : Math.max(...scores).toFixed(1),
      tags: [...new Set(issues.slice(0, 100).flatMap(({ tags }) => tags))].slice(0, 10),
    },
  ];
}

const ruleNames = {
  vulnerability: "VulnerablePackage",
  check: "ImageCheck",
  lint: "DockerfileRule",
} as const;

/** How bad a severity is, in SARIF's words. */
export const levels: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  unknown: "warning",
  low: "note",
  negligible: "note",
};
