import { SeaworthyError } from "../core/errors.ts";
import { bufferOf } from "./lines.ts";
import { fieldText } from "./tar-header.ts";

/**
 * Records of a PAX extended header, `LENGTH KEY=VALUE\n` each. The offset and length records of GNU sparse 0.0, which repeat,
 * are joined to the list that 0.1 has (`GNU.sparse.map`). Extended attributes are binary: one character a byte.
 * @throws SeaworthyError `malformed`.
 */
export function parsePax(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  const sparse: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { key, value, end } = parseRecord(bytes, at);
    at = end;
    if (key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes") {
      if ((sparse.length % 2 === 0) !== (key === "GNU.sparse.offset") || value.includes(",")) throw bad(at);
      sparse.push(value);
    } else records.set(key, value);
  }
  if (sparse.length > 0) records.set("GNU.sparse.map", sparse.join(","));
  return records;
}

/** A record that is a size; undefined when it is absent. @throws SeaworthyError `malformed`. */
export function paxNumber(pax: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = pax.get(key);
  if (text === undefined || text === "") return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new SeaworthyError("malformed", `read PAX header: ${key} "${text.slice(0, 20)}"`);
  return value;
}

/** A record that is an id or a time, in whole seconds: times have fractions. What is no such number is left to the header. */
export function paxDecimal(pax: ReadonlyMap<string, string>, key: string): number | undefined {
  if (pax.size === 0) return undefined;
  const text = pax.get(key) ?? "";
  return /^\d{1,15}(?:\.\d{0,20})?$/.test(text) ? Math.floor(Number(text)) : undefined;
}

function parseRecord(bytes: Uint8Array, start: number): { key: string; value: string; end: number } {
  let at = start;
  let length = 0;
  for (; at < bytes.length && bytes[at] !== 0x20; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9 || at - start > 9) throw bad(start);
    length = length * 10 + digit;
  }
  const end = start + length;
  if (end > bytes.length || end < at + 3 || bytes[end - 1] !== 0x0a) throw bad(start);
  const equals = bytes.indexOf(0x3d, at + 1);
  if (equals < 0 || equals >= end - 1) throw bad(start);
  const key = fieldText(bytes, at + 1, equals - at - 1);
  const value = key.startsWith("SCHILY.xattr.")
    ? bufferOf(bytes).toString("latin1", equals + 1, end - 1)
    : fieldText(bytes, equals + 1, end - 1 - (equals + 1));
  if (key === "" || (nameKeys.has(key) && bytes.subarray(equals, end).includes(0))) throw bad(start);
  return { key, value, end };
}

// A NUL inside these would cut a name short for one reader and not for another.
const nameKeys = new Set(["path", "linkpath", "GNU.sparse.name", "size"]);

function bad(offset: number): SeaworthyError {
  return new SeaworthyError("malformed", `read PAX header: no record "LENGTH KEY=VALUE" at byte ${offset}`);
}
