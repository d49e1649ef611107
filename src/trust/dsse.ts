import { SeaworthyError } from "../core/errors.ts";
import { list, optionalText, record, text } from "../formats/shape.ts";
import { parseUniqueJson } from "../formats/unique-json.ts";
import { decodeBase64 } from "./base64.ts";

/** The payload type of in-toto statements. */
export const intotoType = "application/vnd.in-toto+json";

/** A signed envelope (https://github.com/secure-systems-lab/dsse/blob/master/envelope.md). */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Buffer<ArrayBuffer>;
  readonly signature: Buffer<ArrayBuffer>;
  readonly keyid: string;
}

/** The bytes under an envelope's signature (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md). */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer<ArrayBuffer> {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** @throws SeaworthyError `malformed`; `unsupported` for an envelope of several signatures. */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  const what = "DSSE envelope";
  const whole = record(parseUniqueJson(bytes, what), what);
  const signatures = list(whole["signatures"], `${what}.signatures`);
  if (signatures.length > 1)
    throw new SeaworthyError("unsupported", `read ${what}: ${signatures.length} signatures, one is read`);
  const signature = record(signatures[0], `${what}.signatures[0]`);
  return {
    payloadType: text(whole["payloadType"], `${what}.payloadType`),
    payload: decodeBase64(text(whole["payload"], `${what}.payload`), `${what}.payload`),
    signature: decodeBase64(text(signature["sig"], `${what}.sig`), `${what}.sig`),
    keyid: optionalText(signature["keyid"], `${what}.keyid`) ?? "",
  };
}
