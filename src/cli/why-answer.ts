import { type Explanation, explainFlaw } from "../pipeline/why.ts";
import { explanationJson, explanationText } from "../reports/explanation.ts";
import { exitCodes, type Io } from "./command.ts";
import { imageOptions, judgedDay, oneFormat, readArguments, usageError } from "./options.ts";
import { prepare, sampleImage } from "./scan-image.ts";
import { terminalOf } from "./terminal.ts";
import { writeOutput } from "./write-output.ts";

const options = { ...imageOptions, format: { type: "string", short: "f" } } as const;

/** Answers `why` and `why-not`: the same facts, asked from two sides. */
export async function answerWhy(
  command: "why" | "why-not",
  args: readonly string[],
  io: Io,
): Promise<number> {
  const { values, positionals } = readArguments(command, args, options);
  const [id, given, ...more] = positionals;
  if (id === undefined || id.trim() === "") throw usageError(command, "the id of a flaw is missing");
  if (more.length > 0) throw usageError(command, `"${more[0]}" is one argument too many`);
  const format = oneFormat(command, values.format, ["table", "json"] as const);
  const today = judgedDay(command, values, io);
  const { indexed, database } = await prepare(command, given ?? (await sampleImage(io)), values, io);
  try {
    const explanation = explainFlaw(id, indexed, database, today);
    const { reference, layers } = indexed;
    const shown = { ...explanation, reference, layers, answer: answerOf(explanation) };
    const text =
      format === "json" ? explanationJson(shown) : explanationText(shown, terminalOf(io.stdout, io.env));
    await writeOutput(text, undefined, io);
    return exitCodeOf(command, explanation);
  } finally {
    database.close();
  }
}

function answerOf(explanation: Explanation): string {
  if (explanation.findings.length > 0) return "a finding";
  if (explanation.undecided.length > 0) return "undecided";
  return inDoubt(explanation) ? "no finding, but not all is known" : "no finding";
}

// An absence is worth as much as was read; a comparison stands by itself. An id that no source knows may be a slip of the pen.
function inDoubt({ gaps, dismissals }: Explanation): boolean {
  if (dismissals.some(({ code }) => code === "unknown-id")) return true;
  return gaps.length > 0 && dismissals.every(({ package: purl }) => purl === null);
}

function exitCodeOf(command: "why" | "why-not", explanation: Explanation): number {
  if (explanation.findings.length > 0) return command === "why" ? exitCodes.pass : exitCodes.fail;
  if (explanation.undecided.length > 0 || inDoubt(explanation)) return exitCodes.unknown;
  return command === "why" ? exitCodes.fail : exitCodes.pass;
}
