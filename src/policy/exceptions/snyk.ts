import type { Justification } from "../../core/exception.ts";
import { dayOfMoment, lastDayBefore } from "./day.ts";
import { entriesOf, expected, type Fields, flagOf, itemsOf, type Reader, textOf } from "./fields.ts";
import {
  addForeign,
  type ForeignExceptions,
  type ForeignReader,
  foreignReader,
  leaveOut,
  note,
} from "./foreign.ts";
import { type Located, type LocatedEntry, readLocated } from "./located.ts";
import { invalidFile } from "./problems.ts";

const reasons: Readonly<Record<string, Justification>> = {
  "not-vulnerable": "false_positive",
  "wont-fix": "risk_accepted",
  "temporary-ignore": "risk_accepted",
};

/**
 * Reads the `ignore` rules of a `.snyk` policy (https://docs.snyk.io/manage-risk/policies/the-.snyk-file). A day that is none is an error: to
 * Snyk it meant for ever (https://github.com/snyk/policy/pull/203). @throws SeaworthyError `exception-invalid`.
 */
export function readSnykPolicy(text: string, file: string): ForeignExceptions {
  const reader = foreignReader(file);
  const fields: Reader = { file, problems: [] };
  const root = readLocated(text, file);
  for (const { key, at, value } of root.kind === "map" ? root.entries : []) {
    if (key === "ignore") addIgnored(reader, fields, value);
    else if ((key === "patch" || key === "exclude") && value.kind === "map" && value.entries.length > 0)
      note(reader, at, `${key} is no exception, and is not read`);
  }
  if (fields.problems.length > 0) throw invalidFile(file, fields.problems);
  return reader;
}

function addIgnored(reader: ForeignReader, fields: Reader, value: Located): void {
  for (const { key: id, at, value: rules } of entriesOf(fields, value, "ids with lists of rules")) {
    if (/^(?:SNYK-|npm:)/u.test(id))
      note(
        reader,
        at,
        `${id} is Snyk's own id: it fits only where an advisory has it for an alias; name the CVE or GHSA`,
      );
    for (const rule of itemsOf(fields, rules, `a list of rules for ${id}`))
      for (const path of entriesOf(fields, rule, "a path with its rule")) addPath(reader, fields, id, path);
  }
}

function addPath(
  reader: ForeignReader,
  fields: Reader,
  id: string,
  { key: path, at, value }: LocatedEntry,
): void {
  const rule: Fields = new Map(
    entriesOf(fields, value, "keys with values").map((entry) => [entry.key, entry]),
  );
  const expires = momentOf(fields, rule.get("expires"), lastDayBefore);
  const created = momentOf(fields, rule.get("created"), dayOfMoment);
  const disregard = flagOf(fields, rule.get("disregardIfFixable"));
  const word = isThere(rule.get("reasonType")) ? textOf(fields, rule.get("reasonType")) : undefined;
  const reason = isThere(rule.get("reason")) ? textOf(fields, rule.get("reason")) : undefined;
  if (path !== "*") {
    const last = path.split(" > ").at(-1) ?? path;
    leaveOut(
      reader,
      at,
      `${id}: the path of dependencies "${path}" is not known in an image; name the package (${last})`,
    );
    return;
  }
  addForeign(reader, at, {
    id,
    justification: word !== undefined && Object.hasOwn(reasons, word) ? reasons[word] : undefined,
    reason,
    created,
    expires,
    ...(disregard === true ? { reopens: ["fix"], seen: { fixable: false } } : {}),
  });
}

function isThere(entry: LocatedEntry | undefined): boolean {
  return entry !== undefined && entry.value.kind === "text" && entry.value.text.trim() !== "";
}

function momentOf(
  fields: Reader,
  entry: LocatedEntry | undefined,
  day: (moment: string) => string | undefined,
): string | undefined {
  if (entry === undefined || entry.value.kind === "nothing") return undefined;
  const found = entry.value.kind === "text" ? day(entry.value.text) : undefined;
  return found ?? expected(fields, entry.value, `a day or a moment (RFC 3339) for ${entry.key}`);
}
