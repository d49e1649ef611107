import { SeaworthyError } from "../../core/errors.ts";
import { list, parseJson, record, text as textValue } from "../../formats/shape.ts";
import { lastDayBefore } from "./day.ts";
import { addForeign, type ForeignExceptions, foreignReader } from "./foreign.ts";

/**
 * Reads a CVE allowlist as Harbor's API gives it (`/api/v2.0/system/CVEAllowlist`, or `cve_allowlist` of a project): one end for all.
 * @throws SeaworthyError `malformed`.
 */
export function readHarborAllowlist(text: string, file: string): ForeignExceptions {
  const reader = foreignReader(file);
  const root = record(parseJson(text, file), file);
  const allowlist = "cve_allowlist" in root ? record(root["cve_allowlist"], `${file} cve_allowlist`) : root;
  const ends = allowlist["expires_at"] ?? null;
  const expires = ends === null ? undefined : lastWholeDay(ends, file);
  for (const [index, item] of list(allowlist["items"], `${file} items`).entries()) {
    const where = `${file} items[${index}]`;
    addForeign(
      reader,
      { line: 1, column: 1 },
      { id: textValue(record(item, where)["cve_id"], `${where}.cve_id`), expires },
    );
  }
  return reader;
}

function lastWholeDay(seconds: unknown, file: string): string {
  const time = typeof seconds === "number" ? new Date(seconds * 1000) : undefined;
  const day =
    time === undefined || Number.isNaN(time.valueOf()) ? undefined : lastDayBefore(time.toISOString());
  if (day !== undefined) return day;
  throw new SeaworthyError(
    "malformed",
    `read ${file} expires_at: expected seconds since 1970, found ${JSON.stringify(seconds)}`,
  );
}
