import type { Command } from "./command.ts";
import { imageUsage } from "./options.ts";
import { answerWhy } from "./why-answer.ts";

/** `seaworthy why`. */
export const command: Command = {
  name: "why",
  summary: "explain why a flaw is a finding of an image",
  usage: `seaworthy why ID [IMAGE] [OPTIONS]

Explains a finding, by its CVE or any other id: advisory, range, comparison, layer, files, fix, severity.

  -f, --format FORMAT    table (default) or json
${imageUsage}
Exit codes: 0 it is a finding, 1 it is none (the reasons are told), 2 error, 3 that cannot be told.
`,
  run: (args, io) => answerWhy("why", args, io),
};
