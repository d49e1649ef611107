import { SeaworthyError } from "../core/errors.ts";

const most = 1_000;

/**
 * The JSON documents of a file: one, or one a line (as `gh attestation download` and `gh attestation trusted-root` write them).
 * @throws SeaworthyError `malformed`, `limit-exceeded`.
 */
export function splitDocuments(text: string, what: string): readonly string[] {
  if (isJson(text)) return [text];
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length > most)
    throw new SeaworthyError("limit-exceeded", `read ${what}: more than ${most} lines`);
  if (lines.length > 1 && lines.every(isJson)) return lines;
  throw new SeaworthyError(
    "malformed",
    `read ${what}: it is neither JSON nor a line of JSON for each document`,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
