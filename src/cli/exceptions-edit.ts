import type { Exception } from "../core/exception.ts";
import { reopenTriggers } from "../core/exception.ts";
import { addExceptions, type NewException, removeExceptions } from "../policy/exceptions/edit.ts";
import { ownExceptionFile, readExceptionFile } from "../policy/exceptions/file.ts";
import { saysEndless } from "../policy/exceptions/foreign.ts";
import { type ExceptionProblem, placeText } from "../policy/exceptions/problems.ts";
import { readExceptions } from "../policy/exceptions/read.ts";
import { reviewExceptions } from "../policy/exceptions/review.ts";
import { fallenBy } from "../policy/exceptions/standing.ts";
import { clean } from "../reports/terminal.ts";
import { exitCodes, type Io } from "./command.ts";
import { expiryDay } from "./exceptions-add.ts";
import { exceptionName, ownText, readReports, readText, saveText, tell } from "./exceptions-file.ts";
import { readArguments, usageError } from "./options.ts";

/** `seaworthy exceptions prune`: takes out what is expired and, by reports, what matches nothing. */
export async function prune(args: readonly string[], io: Io): Promise<number> {
  const options = {
    report: { type: "string", multiple: true },
    file: { type: "string" },
    "dry-run": { type: "boolean" },
  } as const;
  const { values, positionals } = readArguments("exceptions prune", args, options);
  const file = values.file ?? ownExceptionFile;
  const text = await readText(file, "exceptions", io);
  const exceptions = readExceptions(text, file);
  const reports = await readReports([...(values.report ?? []), ...positionals], io);
  const reviews = reports.length === 0 ? [] : reviewExceptions(exceptions, reports, io.today);
  const gone = exceptions.flatMap((exception, index) => {
    const expired = fallenBy(exception, io.today, { longestDays: null })?.state === "expired";
    const unmatched = reviews[index]?.state === "unmatched";
    return expired || unmatched ? [{ exception, index, why: expired ? "expired" : "matches nothing" }] : [];
  });
  const after = removeExceptions(text, file, new Set(gone.map(({ index }) => index)));
  await saveText(file, text, after, values["dry-run"] === true, io);
  for (const { exception, why } of gone)
    io.stderr.write(`${clean(placeText(exception.place))}: ${exceptionName(exception)}: ${why}\n`);
  const done = values["dry-run"] === true ? "would be taken out" : "taken out";
  io.stderr.write(`${gone.length} of ${counted(exceptions.length, "exception")} ${done}
`);
  return exitCodes.pass;
}

/** `seaworthy exceptions import`: other tools' files as ours; 1 where an entry could not be written. */
export async function importFiles(args: readonly string[], io: Io): Promise<number> {
  const options = {
    owner: { type: "string" },
    expires: { type: "string" },
    file: { type: "string" },
    "dry-run": { type: "boolean" },
  } as const;
  const { values, positionals } = readArguments("exceptions import", args, options);
  if (positionals.length === 0) throw usageError("exceptions import", "name the files to be read");
  const target = values.file ?? ownExceptionFile;
  const expires =
    values.expires === undefined ? undefined : expiryDay("exceptions import", values.expires, io.today);
  const before = await ownText(target, io);
  const there = new Set(readExceptions(before, target).map(exceptionKey));
  const added: NewException[] = [];
  const left: ExceptionProblem[] = [];
  for (const name of positionals) {
    const read = readExceptionFile(await readText(name, "exceptions", io), name);
    left.push(...read.problems);
    // What has no end is given one, or left out and told.
    tell(
      "note",
      read.notes.filter((one) => !saysEndless(one)),
      io,
    );
    for (const exception of read.exceptions) {
      const made = converted(exception, { owner: values.owner, expires, today: io.today });
      if ("missing" in made)
        left.push({ place: exception.place, message: `${exceptionName(exception)}: ${made.missing}` });
      else if (!there.has(exceptionKey(made))) {
        there.add(exceptionKey(made));
        added.push(made);
      }
    }
  }
  await saveText(target, before, addExceptions(before, target, added), values["dry-run"] === true, io);
  tell("left out", left, io);
  io.stderr.write(
    `${counted(added.length, "exception")} written to ${target}, ${counted(left.length, "entry")} left out\n`,
  );
  return left.length === 0 ? exitCodes.pass : exitCodes.fail;
}

function counted(count: number, word: "exception" | "entry"): string {
  return `${count} ${count === 1 ? word : word === "entry" ? "entries" : `${word}s`}`;
}

function converted(
  { place, ...exception }: Exception,
  given: { readonly owner: string | undefined; readonly expires: string | undefined; readonly today: string },
): NewException | { readonly missing: string } {
  const owner = exception.owner === "" ? given.owner : exception.owner;
  const expires = exception.expires ?? given.expires;
  const created = exception.created ?? given.today;
  if (owner === undefined) return { missing: "nobody owns it: give --owner" };
  if (expires === undefined) return { missing: "it never expires: give --expires" };
  if (expires < given.today) return { missing: `it expired on ${expires}` };
  const reason =
    exception.reason === "" ? `taken over from ${place.file}, which tells no reason` : exception.reason;
  // As one of ours it ends when what was accepted changes.
  return { ...exception, owner, expires, created, reason, reopens: reopenTriggers };
}

function exceptionKey({ id, package: pkg, path, layer, scope }: NewException): string {
  return JSON.stringify([id.toLowerCase(), pkg, path, layer, scope]);
}
