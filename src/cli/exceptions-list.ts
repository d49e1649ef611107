import { daysBetween } from "../core/day.ts";
import type { Exception } from "../core/exception.ts";
import { placeText } from "../policy/exceptions/problems.ts";
import { type Review, reviewExceptions } from "../policy/exceptions/review.ts";
import { exceptionFields, exceptionStateValue } from "../reports/json-verdict.ts";
import { clean } from "../reports/terminal.ts";
import { exitCodes, type Io } from "./command.ts";
import { exceptionName, readFiles, readReports, tell } from "./exceptions-file.ts";
import { oneFormat, readArguments, usageError } from "./options.ts";
import { writeOutput } from "./write-output.ts";

const formats = ["table", "json"] as const;

/** `seaworthy exceptions list`. */
export async function list(args: readonly string[], io: Io): Promise<number> {
  const options = {
    file: { type: "string", multiple: true },
    format: { type: "string", short: "f" },
  } as const;
  const { values, positionals } = readArguments("exceptions list", args, options);
  if (positionals.length > 0)
    throw usageError("exceptions list", `"${positionals[0]}" is one argument too many`);
  const format = oneFormat("exceptions list", values.format, formats);
  const files = await readFiles(values.file ?? [], io);
  const exceptions = files.flatMap((file) => file.exceptions);
  for (const { problems, notes } of files) {
    tell("left out", problems, io);
    tell("note", notes, io);
  }
  const text =
    format === "json"
      ? `${JSON.stringify({ exceptions: exceptions.map((one) => exceptionFields(one)) }, null, 2)}\n`
      : exceptions.map((exception) => `${row(exception, io.today)}\n`).join("");
  await writeOutput(text, undefined, io);
  return exitCodes.pass;
}

function row(exception: Exception, today: string): string {
  const { justification, reason, owner, place } = exception;
  const whose = owner === "" ? "" : `${owner}: `;
  return `${exceptionName(exception)}\n  ${ends(exception, today)} · ${justification} · ${clean(`${whose}${reason}`)}\n  ${clean(placeText(place))}`;
}

function ends({ expires }: Exception, today: string): string {
  if (expires === null) return "never expires";
  const days = daysBetween(today, expires);
  if (days < 0) return `expired on ${expires}`;
  return `expires on ${expires} (${days === 0 ? "today" : days === 1 ? "1 day left" : `${days} days left`})`;
}

/** `seaworthy exceptions check`: 1 where an exception is not as it should be. */
export async function check(args: readonly string[], io: Io): Promise<number> {
  const options = {
    report: { type: "string", multiple: true },
    file: { type: "string", multiple: true },
    format: { type: "string", short: "f" },
  } as const;
  const { values, positionals } = readArguments("exceptions check", args, options);
  const format = oneFormat("exceptions check", values.format, formats);
  const reports = await readReports([...(values.report ?? []), ...positionals], io);
  if (reports.length === 0) throw usageError("exceptions check", "say at least one --report");
  const files = await readFiles(values.file ?? [], io);
  for (const { problems, notes } of files) {
    tell("left out", problems, io);
    tell("note", notes, io);
  }
  const reviews = reviewExceptions(
    files.flatMap((file) => file.exceptions),
    reports,
    io.today,
  );
  await writeOutput(format === "json" ? checkJson(reviews) : checkTable(reviews), undefined, io);
  const failed = reviews.some(isWrong) || files.some(({ problems }) => problems.length > 0);
  return failed ? exitCodes.fail : exitCodes.pass;
}

function isWrong({ state }: Review): boolean {
  return state !== "used" && state !== "idle";
}

const words: Readonly<Record<Review["state"], string>> = {
  used: "used",
  idle: "of other images",
  expired: "expired",
  "not-yet": "not yet",
  "too-long": "too long",
  unmatched: "matches nothing",
  "over-broad": "over-broad",
  shadowed: "shadowed",
  reopened: "reopened",
};

function checkTable(reviews: readonly Review[]): string {
  const lines = reviews.map(({ exception, state, message, suppressed }) => {
    const count = suppressed === 0 ? "" : ` (${suppressed})`;
    const why = message === "" ? "" : `\n  ${clean(message)}`;
    return `${clean(placeText(exception.place))}  ${words[state]}${count}  ${exceptionName(exception)}${why}\n`;
  });
  const wrong = reviews.filter(isWrong).length;
  const total = `${reviews.length} ${reviews.length === 1 ? "exception" : "exceptions"}, ${wrong} to be looked at\n`;
  return [...lines, total].join("");
}

function checkJson(reviews: readonly Review[]): string {
  const rows = reviews.map(({ state, ...rest }) =>
    exceptionStateValue({ ...rest, state: state === "idle" ? "out-of-scope" : state }),
  );
  return `${JSON.stringify({ exceptions: rows }, null, 2)}\n`;
}
