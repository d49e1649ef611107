import type { Command } from "./command.ts";
import { imageUsage } from "./options.ts";
import { answerWhy } from "./why-answer.ts";

/** `seaworthy why-not`. */
export const command: Command = {
  name: "why-not",
  summary: "explain why a flaw is no finding of an image",
  usage: `seaworthy why-not ID [IMAGE] [OPTIONS]

Explains why a flaw is no finding: no source knows it, the package is not there, its version is outside the range, the
advisory was withdrawn, the package is in a lower layer only, or others' advisories decide on it.

  -f, --format FORMAT    table (default) or json
${imageUsage}
Exit codes: 0 it is no finding, 1 it is one (which is told), 2 error, 3 that cannot be told.
`,
  run: (args, io) => answerWhy("why-not", args, io),
};
