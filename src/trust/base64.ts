import { SeaworthyError } from "../core/errors.ts";

/** Decodes padded standard base64, and nothing that merely looks like it. @throws SeaworthyError `malformed`. */
export function decodeBase64(text: string, what: string): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") === text) return bytes;
  throw new SeaworthyError("malformed", `read ${what}: it is no base64`);
}
