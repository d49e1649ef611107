import type { Issue, IssueList } from "./issue.ts";
import { inlineCode, inlineText } from "./markdown-text.ts";
import { counted } from "./table-words.ts";

/** GitHub takes no longer comment; a step's summary may have 1 MiB. */
const longestComment = 65_536;

/** A part of the text whose rows may be left out at the end, where there is no room for all. */
interface Section {
  readonly head: string;
  readonly rows: readonly string[];
  readonly tail: string;
  /** Characters that its rows may take of all, so that what comes behind it has some. */
  readonly most?: number;
}

/**
 * A comment on a pull request, or the summary of a step: the verdict and its reasons, what to do, what is refused by the line that
 * brings it, the rest folded away. Never longer than GitHub takes; what is left out is counted.
 */
export function markdown(list: IssueList): string {
  const refused = list.issues.filter(
    ({ refusedBy, suppressed }) => refusedBy.length > 0 && suppressed === undefined,
  );
  const others = list.issues.filter(
    ({ refusedBy, suppressed }) => refusedBy.length === 0 && suppressed === undefined,
  );
  const suppressed = list.issues.filter((issue) => issue.suppressed !== undefined);
  return fitted([
    { head: `${title(list)}\n`, rows: [], tail: "" },
    listSection("", [...reasonRows(list), ...warningRows(list)]),
    listSection(
      "**To pass**\n",
      list.steps.map((step) => `- [ ] ${inlineText(step)}\n`),
      "",
      longestComment / 4,
    ),
    tableSection("**Refused**\n", refused, ""),
    listSection(
      folded(`${counted(list.gaps.length, "thing")} not looked at`),
      list.gaps.map(({ code, message }) => `- ${inlineCode(code)} ${inlineText(message)}\n`),
      "\n</details>\n",
    ),
    listSection(
      folded(counted(suppressed.length, "suppressed finding")),
      suppressed.map(suppressedRow),
      "\n</details>\n",
    ),
    tableSection(folded(counted(others.length, "other finding")), others, "\n</details>\n"),
    { head: `${facts(list)}\n`, rows: [], tail: "" },
  ]);
}

const signs = { pass: "✅", fail: "❌", unknown: "❓" } as const;

function title({ decision, name, issues, facts: { signatures } }: IssueList): string {
  const open = issues.filter(({ suppressed }) => suppressed === undefined).length;
  return `### ${signs[decision]} ${decision.toUpperCase()} ${inlineCode(name)}\n\n${counted(open, "finding")}, ${issues.length - open} suppressed.${typeof signatures === "string" ? ` Signatures: ${inlineText(signatures)}.` : ""}`;
}

function reasonRows({ refusals, unknowns }: IssueList): readonly string[] {
  return [
    ...refusals.map(({ code, message }) => `- **${inlineText(code)}** ${inlineText(message)}\n`),
    ...unknowns.map(({ code, message }) => `- not known: **${inlineText(code)}** ${inlineText(message)}\n`),
  ];
}

function warningRows({ warnings }: IssueList): readonly string[] {
  return warnings.map(({ code, message }) => `- warning: **${inlineText(code)}** ${inlineText(message)}\n`);
}

function facts({ facts: all }: IssueList): string {
  const shown = ["digest", "platform", "os", "packages", "database"] as const;
  const words = shown.flatMap((name) => {
    const value = all[name];
    return typeof value === "string" || typeof value === "number"
      ? [`${name} ${inlineCode(String(value))}`]
      : [];
  });
  return words.length === 0 ? "" : `<sub>Seaworthy · ${words.join(" · ")}</sub>`;
}

function listSection(
  head: string,
  rows: readonly string[],
  tail = "",
  most = longestComment,
): Section | undefined {
  return rows.length === 0 ? undefined : { head: head === "" ? "" : `${head}\n`, rows, tail, most };
}

function folded(summary: string): string {
  return `<details><summary>${summary}</summary>\n`;
}

function tableSection(head: string, issues: readonly Issue[], tail: string): Section | undefined {
  if (issues.length === 0) return undefined;
  const columns = "| where | severity | id | what | to do |\n|---|---|---|---|---|\n";
  return { head: `${head}\n${columns}`, rows: byPlace(issues).map(tableRow), tail };
}

// Rows of one line of the Dockerfile stand together, the line with the worst first.
function byPlace(issues: readonly Issue[]): readonly Issue[] {
  return [...Map.groupBy(issues, whereText).values()].flat();
}

function whereText({ place, layer, path, of }: Issue): string {
  if (place.source) return inlineCode(`${place.file}:${place.line}`);
  return inlineCode(layer ?? path ?? of);
}

function tableRow(issue: Issue): string {
  const { severity, rule, link, message, remedy } = issue;
  const id = link === undefined ? inlineCode(rule) : `[${inlineText(rule)}](${link})`;
  return `| ${whereText(issue)} | ${severity} | ${id} | ${inlineText(message)} | ${inlineText(remedy)} |\n`;
}

function suppressedRow({ rule, subject, suppressed }: Issue): string {
  const place =
    suppressed?.file === undefined
      ? ""
      : ` ${inlineCode(`${suppressed.file}${suppressed.line === undefined ? "" : `:${suppressed.line}`}`)}`;
  const what = subject === "" ? "" : ` in ${inlineCode(subject)}`;
  return `- ${inlineCode(rule)}${what}: ${inlineText(suppressed?.words ?? "")}${place}\n`;
}

const leftOut = (count: number): string =>
  `\n*${counted(count, "row")} left out: there is no room for more.*\n`;
const roomForNote = leftOut(Number.MAX_SAFE_INTEGER).length;

// First what stands around the rows gets its room, then rows in the order of the sections.
function fitted(sections: readonly (Section | undefined)[]): string {
  const there = sections.filter((section) => section !== undefined);
  const frame = there.reduce((sum, { head, tail }) => sum + head.length + tail.length + roomForNote + 1, 0);
  let room = longestComment - frame;
  const texts = there.map(({ head, rows, tail, most = longestComment }) => {
    const kept: string[] = [];
    let own = Math.min(most, room);
    for (const row of rows) {
      if (row.length > own) break;
      own -= row.length;
      room -= row.length;
      kept.push(row);
    }
    const left = rows.length - kept.length;
    return `${head}${kept.join("")}${left === 0 ? "" : leftOut(left)}${tail}`;
  });
  return texts.join("\n");
}
