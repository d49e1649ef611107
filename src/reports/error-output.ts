import { inlineCode, inlineText } from "./markdown-text.ts";
import { clean } from "./terminal.ts";
import { attributes, content } from "./xml-text.ts";

/** Why there is no report. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

const jsonFormats: ReadonlySet<string> = new Set([
  "json",
  "sarif",
  "sarif-github",
  "gitlab",
  "gitlab_codeclimate",
  "codeclimate",
  "cyclonedx",
  "spdx",
  "spdx3",
  "openvex",
  "verdict",
]);

/**
 * What stands in the place of a report that could not be made, so that an earlier one is not taken for it. Never an empty report: code
 * scanning would close all its alerts. Undefined for what has no form of its own for it.
 */
export function errorOutput(format: string, failure: Failure): string | undefined {
  const { code, message } = failure;
  if (jsonFormats.has(format)) return `${JSON.stringify({ error: failure })}\n`;
  switch (format) {
    case "junit":
      return junitError(failure);
    case "markdown":
      return `### ❌ ERROR ${inlineCode(code)}\n\n${inlineText(message)}\n`;
    case "github":
      return `::error title=Seaworthy%3A error::${clean(`${code}: ${message}`).replaceAll("%", "%25")}\n`;
    default:
      return undefined;
  }
}

/** The same in a line, for a file of any other format. */
export function errorLine({ code, message }: Failure): string {
  return `seaworthy: ${clean(`${code}: ${message}`)}\n`;
}

function junitError({ code, message, hint }: Failure): string {
  const counts = { tests: 1, failures: 0, errors: 1 };
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites${attributes({ name: "seaworthy", ...counts })}>`,
    `  <testsuite${attributes({ name: "verdict", ...counts, skipped: 0 })}>`,
    `    <testcase name="verdict" classname="seaworthy.verdict">`,
    `      <error${attributes({ type: code, message })}>${content(hint ?? "")}</error>`,
    "    </testcase>",
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}
