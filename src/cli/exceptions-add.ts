import { isDay } from "../core/day.ts";
import { SeaworthyError } from "../core/errors.ts";
import { type Exception, justifications, type ReopenTrigger, reopenTriggers } from "../core/exception.ts";
import { nearest } from "../core/nearest.ts";
import type { Scope } from "../core/policy.ts";
import type { Report } from "../core/report.ts";
import { addDays } from "../policy/exceptions/day.ts";
import { addExceptions, type NewException } from "../policy/exceptions/edit.ts";
import { ownExceptionFile } from "../policy/exceptions/file.ts";
import { fromRoot } from "../policy/exceptions/pattern.ts";
import { completed, refusalOf } from "../policy/exceptions/proposal.ts";
import { readExceptions } from "../policy/exceptions/read.ts";
import { exitCodes, type Io } from "./command.ts";
import { exceptionName, ownText, readReports, saveText } from "./exceptions-file.ts";
import { readArguments, usageError } from "./options.ts";

const name = "exceptions add";

const options = {
  report: { type: "string", multiple: true },
  finding: { type: "string" },
  package: { type: "string" },
  path: { type: "string" },
  layer: { type: "string" },
  image: { type: "string", multiple: true },
  repository: { type: "string", multiple: true },
  namespace: { type: "string", multiple: true },
  label: { type: "string", multiple: true },
  reason: { type: "string" },
  justification: { type: "string" },
  owner: { type: "string" },
  expires: { type: "string" },
  reopens: { type: "string" },
  file: { type: "string" },
  "dry-run": { type: "boolean" },
} as const;

type Values = ReturnType<typeof readArguments<typeof options>>["values"];

/** `seaworthy exceptions add`. @throws SeaworthyError `usage`, `exception-invalid`. */
export async function add(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments(name, args, options);
  if (positionals.length > 0) throw usageError(name, `"${positionals[0]}" is one argument too many`);
  const file = values.file ?? ownExceptionFile;
  const asked = askedFor(values, io.today);
  const reports = await readReports(values.report ?? [], io);
  const before = await ownText(file, io);
  const made = proved(asked, readExceptions(before, file), reports, io.today);
  const after = addExceptions(before, file, [made.exception]);
  await saveText(file, before, after, values["dry-run"] === true, io);
  if (made.warning !== "") io.stderr.write(`note: ${made.warning}\n`);
  io.stderr.write(`${file}: ${exceptionName(made.exception)} until ${made.exception.expires}\n`);
  return exitCodes.pass;
}

function askedFor(values: Values, today: string): NewException {
  return {
    id: needed(values.finding, "finding"),
    package: values.package,
    path: values.path === undefined ? undefined : fromRoot(values.path),
    layer: values.layer,
    scope: scopeOf(values),
    justification: justificationOf(needed(values.justification, "justification")),
    reason: needed(values.reason, "reason"),
    owner: needed(values.owner, "owner"),
    created: today,
    expires: expiryDay(name, needed(values.expires, "expires"), today),
    reopens: reopensOf(values.reopens),
    seen: {},
  };
}

/** An exception that fits at least one of the reports, with what they know of it. */
function proved(
  asked: NewException,
  there: readonly Exception[],
  reports: readonly Report[],
  today: string,
): { readonly exception: NewException; readonly warning: string } {
  if (reports.length === 0)
    return {
      exception: asked,
      warning: "no --report was given: whether it matches anything was not looked at",
    };
  const exception = completed(asked, reports, today);
  const refusal = refusalOf(exception, there, reports, today);
  if (refusal?.grave === true)
    throw new SeaworthyError("exception-invalid", `add exception "${asked.id}": ${refusal.message}`, {
      hint: "nothing was written",
    });
  return { exception, warning: refusal?.message ?? "" };
}

function needed(value: string | undefined, option: string): string {
  if (value !== undefined && value.trim() !== "") return value.trim();
  throw usageError(name, `say --${option}`);
}

function justificationOf(text: string): NewException["justification"] {
  const word = justifications.find((one) => one === text);
  if (word !== undefined) return word;
  throw usageError(
    name,
    `--justification is ${justifications.join(", ")}, not "${text}": the nearest is ${nearest(text, justifications)}`,
  );
}

function reopensOf(text: string | undefined): readonly ReopenTrigger[] {
  if (text === undefined) return reopenTriggers;
  if (text === "never") return [];
  return text.split(",").map((part) => {
    const trigger = reopenTriggers.find((one) => one === part.trim());
    if (trigger !== undefined) return trigger;
    throw usageError(name, `--reopens is never, or some of ${reopenTriggers.join(",")}, not "${text}"`);
  });
}

function scopeOf({ image, repository, namespace, label }: Values): Scope | undefined {
  if ([image, repository, namespace, label].every((one) => one === undefined)) return undefined;
  const labels = label?.map((text): readonly [string, string] => {
    const equals = text.indexOf("=");
    if (equals < 1) throw usageError(name, `--label is NAME=PATTERN, not "${text}"`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  return {
    images: image,
    repositories: repository,
    namespaces: namespace,
    labels: labels === undefined ? undefined : Object.fromEntries(labels),
  };
}

/** `YYYY-MM-DD`, or so many days from today on, as `90d`. @throws SeaworthyError `usage`. */
export function expiryDay(command: string, text: string, today: string): string {
  const [, days] = /^(\d{1,4})d$/u.exec(text) ?? [];
  const day = days === undefined ? text : addDays(today, Number(days));
  if (!isDay(day))
    throw usageError(command, `--expires is a day as YYYY-MM-DD, or days as 90d, not "${text}"`);
  if (day < today) throw usageError(command, `--expires ${day} is over`);
  return day;
}
