import { SeaworthyError } from "../core/errors.ts";

// Small readers for JSON of unknown shape on the hot path of a scan (zod costs 50 ms at start-up: docs/decisions/).
// `where` is the path shown in errors, `manifest.json[0].Config`.

/** Parses JSON text. @throws SeaworthyError `malformed`, naming `what`. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SeaworthyError("malformed", `parse ${what}: not valid JSON`, { cause });
  }
}

/** A JSON object. @throws SeaworthyError `malformed` when it is anything else. */
export function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw wrong(where, "an object", value);
}

/** A JSON object, or undefined when the value is absent or null. */
export function optionalRecord(value: unknown, where: string): Readonly<Record<string, unknown>> | undefined {
  return value === undefined || value === null ? undefined : record(value, where);
}

/** A string. @throws SeaworthyError `malformed` when it is anything else. */
export function text(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw wrong(where, "a string", value);
}

/** A string, or undefined when the value is absent or null. */
export function optionalText(value: unknown, where: string): string | undefined {
  return value === undefined || value === null ? undefined : text(value, where);
}

/** A finite, non-negative whole number. @throws SeaworthyError `malformed` when it is anything else. */
export function count(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(where, "a whole number", value);
}

/** An array; absent and null are empty. @throws SeaworthyError `malformed` when it is anything else. */
export function list(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw wrong(where, "an array", value);
}

/** An array of strings; absent and null are empty. */
export function textList(value: unknown, where: string): readonly string[] {
  return list(value, where).map((item, index) => text(item, `${where}[${index}]`));
}

/** An object of strings; absent and null are empty. */
export function textMap(value: unknown, where: string): Readonly<Record<string, string>> {
  const entries = Object.entries(optionalRecord(value, where) ?? {});
  return Object.fromEntries(entries.map(([key, item]) => [key, text(item, `${where}.${key}`)]));
}

/** Is it a JSON object (neither null nor an array)? */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(where: string, wanted: string, value: unknown): SeaworthyError {
  const found = value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
  return new SeaworthyError("malformed", `read ${where}: expected ${wanted}, found ${found}`);
}
