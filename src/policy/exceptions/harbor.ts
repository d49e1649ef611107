import { messageOf, type SeaworthyError } from "../../core/errors.ts";
import { type JsonPath, jsonFault, jsonPlace } from "../../formats/json-place.ts";
import { isRecord } from "../../formats/shape.ts";
import { lastDayBefore } from "./day.ts";
import { addForeign, type ForeignExceptions, foreignReader } from "./foreign.ts";
import { invalidFile } from "./problems.ts";

/**
 * Reads a CVE allowlist as Harbor's API gives it (`/api/v2.0/system/CVEAllowlist`, or `cve_allowlist` of a project): one end for all.
 * @throws SeaworthyError `exception-invalid`.
 */
export function readHarborAllowlist(text: string, file: string): ForeignExceptions {
  const reader = foreignReader(file);
  const root = parsed(text, file);
  const whole = isRecord(root) ? root : {};
  const inner = "cve_allowlist" in whole ? ["cve_allowlist"] : [];
  const allowlist = inner.length === 0 ? root : whole["cve_allowlist"];
  const wrong = (path: JsonPath, what: string, found: unknown): SeaworthyError =>
    invalid(file, jsonPlace(text, [...inner, ...path]), `expected ${what}, found ${shown(found)}`);
  if (!isRecord(allowlist)) throw wrong([], "an allowlist of Harbor", allowlist);
  const { expires_at: ends = null, items } = allowlist;
  const expires = ends === null ? undefined : lastWholeDay(ends);
  if (ends !== null && expires === undefined) throw wrong(["expires_at"], "seconds since 1970", ends);
  if (!Array.isArray(items)) throw wrong(["items"], "a list for items", items);
  for (const [index, item] of items.entries()) {
    const id: unknown = isRecord(item) ? item["cve_id"] : undefined;
    const path = ["items", index];
    if (typeof id !== "string" || id === "") throw wrong([...path, "cve_id"], "a text for cve_id", id);
    addForeign(reader, jsonPlace(text, [...inner, ...path]), { id, expires });
  }
  return reader;
}

function parsed(text: string, file: string): unknown {
  const json = text.replace(/^\uFEFF/u, "");
  try {
    return JSON.parse(json);
  } catch (thrown) {
    throw invalid(file, jsonFault(json) ?? { line: 1, column: 1 }, `expected JSON: ${messageOf(thrown)}`);
  }
}

function invalid(
  file: string,
  spot: { readonly line: number; readonly column: number },
  message: string,
): SeaworthyError {
  return invalidFile(file, [{ place: { file, ...spot }, message }]);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function lastWholeDay(seconds: unknown): string | undefined {
  const time = typeof seconds === "number" ? new Date(seconds * 1000) : undefined;
  return time === undefined || Number.isNaN(time.valueOf()) ? undefined : lastDayBefore(time.toISOString());
}
