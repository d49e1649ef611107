import { SeaworthyError } from "../core/errors.ts";
import { parseJson } from "./shape.ts";

const deepest = 128;
const quote = 0x22;
const backslash = 0x5c;
const [openObject, closeObject, openArray, closeArray, colon] = [0x7b, 0x7d, 0x5b, 0x5d, 0x3a];

/**
 * Parses JSON whose readers must all see the same: UTF-8, no key twice in one object (JSON.parse takes the last one, others the
 * first: what was signed would not be what is read), not nested deeper than 128.
 * @throws SeaworthyError `malformed`, `limit-exceeded`.
 */
export function parseUniqueJson(bytes: Uint8Array, what: string): unknown {
  const text = decode(bytes, what);
  refuseTwins(text, what);
  return parseJson(text, what);
}

function decode(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SeaworthyError("malformed", `parse ${what}: it is not UTF-8`, { cause });
  }
}

// Knows no more of JSON than where strings and containers end: what is no JSON, JSON.parse refuses afterwards.
function refuseTwins(text: string, what: string): void {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === openObject || char === openArray) {
      if (open.length === deepest)
        throw new SeaworthyError("limit-exceeded", `parse ${what}: nested deeper than ${deepest}`);
      open.push(new Set());
    } else if (char === closeObject || char === closeArray) open.pop();
    else if (char === quote) {
      const end = endOfString(text, at);
      if (isKey(text, end)) addKey(open.at(-1), text.slice(at, end), what);
      at = end - 1;
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === backslash) at += 1;
    else if (char === quote) return at + 1;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (" \t\r\n".includes(text.charAt(at)) && at < text.length) at += 1;
  return text.charCodeAt(at) === colon;
}

function addKey(keys: Set<string> | undefined, quoted: string, what: string): void {
  const key = quoted.includes("\\") ? String(parseJson(quoted, what)) : quoted.slice(1, -1);
  if (keys?.has(key) === true)
    throw new SeaworthyError("malformed", `parse ${what}: the key "${key.slice(0, 80)}" is there twice`);
  keys?.add(key);
}
