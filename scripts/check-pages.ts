import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dockerfileRules } from "../src/checks/dockerfile/list.ts";
import { imageChecks } from "../src/checks/list.ts";
import type { CheckOption, CheckText } from "../src/core/check.ts";

// docs/checks/ from the checks' own texts. `node scripts/check-pages.ts`, from anywhere; a test fails where they differ.

/** Name of the file → its text. */
export function checkPages(): ReadonlyMap<string, string> {
  const rules = dockerfileRules.map(({ about, optional }) => ({ about, optional: optional === true }));
  const images = imageChecks.map((about) => ({ about, optional: false }));
  return new Map([
    ["README.md", indexPage(rules, images)],
    ...[...rules, ...images].map(({ about, optional }): [string, string] => [
      `${about.id}.md`,
      page(about, optional),
    ]),
  ]);
}

interface Listed {
  readonly about: CheckText;
  readonly optional: boolean;
}

function rowsOf(checks: readonly Listed[]): string {
  const rows = checks.map(
    ({ about, optional }) =>
      `| [${about.id}](${about.id}.md) | ${about.aliases.join(", ")} | ${optional ? "off" : about.severity} | ${about.title} |`,
  );
  return `| id | also known as | severity | what |
|---|---|---|---|
${rows.join("\n")}
`;
}

function indexPage(rules: readonly Listed[], images: readonly Listed[]): string {
  return `# Checks

Made by \`node scripts/check-pages.ts\` from the checks' own texts: do not edit.

## Dockerfiles (\`seaworthy lint\`)
Numbers below 500 are Hadolint's without the thousands: DL3008 is SW-DF-008, DL4006 SW-DF-406. From 501 on they are our own.
ShellCheck's findings keep their ids (SC2086). Those that are off are applied where \`override\` in .hadolint.yaml gives them a severity.

${rowsOf(rules)}
## Images (\`seaworthy scan\`)
\`--check ID=SEVERITY\` changes how bad a check's findings are, \`--check ID=off\` turns it off, and
\`--check ID.OPTION=VALUE\` sets an option that its page names. [coverage.md](coverage.md) tells which rules
of Dockle, CIS and others they cover.

${rowsOf(images)}`;
}

function page(about: CheckText, optional: boolean): string {
  const { id, aliases, title, severity, why, remedy, example, links, options = [] } = about;
  const also = aliases.length === 0 ? "" : ` · also known as ${aliases.join(", ")}`;
  const off = optional ? " · off unless the configuration gives it a severity" : "";
  const parts = [
    `# ${id}: ${title}`,
    `Severity: ${severity}${also}${off}`,
    `## Why\n${why}`,
    `## What mends it\n${remedy}`,
    example === undefined
      ? ""
      : `Before:\n\`\`\`dockerfile\n${example.before}\n\`\`\`\nAfter:\n\`\`\`dockerfile\n${example.after}\n\`\`\``,
    options.length === 0 ? "" : optionsPart(id, options),
    links.length === 0 ? "" : `## More\n${links.map((link) => `- <${link}>`).join("\n")}`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function optionsPart(id: string, options: readonly CheckOption[]): string {
  const rows = options.map((option) => `| \`${id}.${option.name}\` | ${usual(option)} | ${option.meaning} |`);
  return `## Options\nSet by \`--check ${id}.OPTION=VALUE\`.\n\n| option | default | meaning |\n|---|---|---|\n${rows.join("\n")}`;
}

function usual(option: CheckOption): string {
  switch (option.kind) {
    case "names":
      return option.default.length === 0 ? "none" : option.default.join(", ");
    case "days":
      return `${option.default} d`;
    case "bytes":
      return bytesText(option.default);
    case "ratio":
    case "number":
      return String(option.default);
  }
}

function bytesText(bytes: number): string {
  if (bytes >= 1e6) return `${bytes / 1e6} MB`;
  return bytes >= 1000 ? `${bytes / 1000} kB` : `${bytes}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = fileURLToPath(new URL("../docs/checks", import.meta.url));
  mkdirSync(directory, { recursive: true });
  // coverage.md is written by hand.
  for (const name of readdirSync(directory)) if (name.startsWith("SW-")) rmSync(join(directory, name));
  for (const [name, text] of checkPages()) writeFileSync(join(directory, name), text);
}
