import type { Bundle } from "@sigstore/bundle";
import { HashAlgorithm } from "@sigstore/protobuf-specs";
import { SeaworthyError } from "../core/errors.ts";
import { count, record, text } from "../formats/shape.ts";
import { parseUniqueJson } from "../formats/unique-json.ts";
import { decodeBase64 } from "./base64.ts";
import { longestDer } from "./schema.ts";

/** Annotations of the layers that cosign 1 and 2 write (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md). */
export const signatureKey = "dev.cosignproject.cosign/signature";
const certificateKey = "dev.sigstore.cosign/certificate";
const bundleKey = "dev.sigstore.cosign/bundle";
const timestampKey = "dev.sigstore.cosign/rfc3161timestamp";

type Annotations = Readonly<Record<string, string>>;
type VerificationMaterial = Bundle["verificationMaterial"];
type LogEntry = VerificationMaterial["tlogEntries"][number];

const longest = 1 << 18;

/**
 * The certificate, log entry and timestamp of a cosign layer, as a bundle has them. Its chain is not read: who vouches for a
 * certificate is the trusted root's to say.
 * @throws SeaworthyError `malformed`, `limit-exceeded`.
 */
export function annotatedMaterial(annotations: Annotations): VerificationMaterial {
  const certificate = annotation(annotations, certificateKey);
  const log = annotation(annotations, bundleKey);
  const timestamp = annotation(annotations, timestampKey);
  return {
    content:
      certificate === undefined
        ? { $case: "publicKey", publicKey: { hint: "" } }
        : { $case: "certificate", certificate: { rawBytes: certificateBytes(certificate) } },
    tlogEntries: log === undefined ? [] : [logEntry(log)],
    timestampVerificationData: {
      rfc3161Timestamps: timestamp === undefined ? [] : [{ signedTimestamp: signedTimestamp(timestamp) }],
    },
  };
}

/** An annotation; undefined where it is empty or not there. @throws SeaworthyError `limit-exceeded`. */
export function annotation(annotations: Annotations, key: string): string | undefined {
  const value = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
  if (value === undefined || value === "") return undefined;
  if (value.length <= longest) return value;
  throw new SeaworthyError("limit-exceeded", `read annotation "${key}": ${value.length} characters`);
}

/** The bytes of a message as the library wants them beside their signature. */
export function messageContent(payloadHash: Buffer, signature: Buffer): Bundle["content"] {
  const messageDigest = { algorithm: HashAlgorithm.SHA2_256, digest: payloadHash };
  return { $case: "messageSignature", messageSignature: { messageDigest, signature } };
}

function certificateBytes(pem: string): Buffer {
  const [, body] =
    /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(pem) ?? [];
  if (body === undefined)
    throw new SeaworthyError("malformed", `read annotation "${certificateKey}": it is no certificate in PEM`);
  return boundedDer(body.replace(/\s+/g, ""), certificateKey);
}

// The log's answer as cosign keeps it: no proof, but the log's signed promise, which tells the time as well.
function logEntry(json: string): LogEntry {
  const what = `annotation "${bundleKey}"`;
  const whole = record(parseUniqueJson(Buffer.from(json), what), what);
  const payload = record(whole["Payload"], `${what}.Payload`);
  const body = decodeBase64(text(payload["body"], `${what}.body`), `${what}.body`);
  const entry = record(parseUniqueJson(body, `${what}.body`), `${what}.body`);
  const logId = text(payload["logID"], `${what}.logID`);
  if (!/^[0-9a-f]{64}$/.test(logId))
    throw new SeaworthyError("malformed", `read ${what}: its log id is no SHA-256 in hex`);
  const promise = text(whole["SignedEntryTimestamp"], `${what}.SignedEntryTimestamp`);
  return {
    logIndex: String(count(payload["logIndex"], `${what}.logIndex`)),
    logId: { keyId: Buffer.from(logId, "hex") },
    kindVersion: {
      kind: text(entry["kind"], `${what}.kind`),
      version: text(entry["apiVersion"], `${what}.apiVersion`),
    },
    integratedTime: String(count(payload["integratedTime"], `${what}.integratedTime`)),
    inclusionPromise: { signedEntryTimestamp: decodeBase64(promise, `${what}.SignedEntryTimestamp`) },
    inclusionProof: undefined,
    canonicalizedBody: body,
  };
}

function signedTimestamp(json: string): Buffer {
  const what = `annotation "${timestampKey}"`;
  const whole = record(parseUniqueJson(Buffer.from(json), what), what);
  return boundedDer(text(whole["SignedRFC3161Timestamp"], what), timestampKey);
}

function boundedDer(base64: string, key: string): Buffer {
  const bytes = decodeBase64(base64, `annotation "${key}"`);
  if (bytes.length <= longestDer) return bytes;
  throw new SeaworthyError("limit-exceeded", `read annotation "${key}": ${bytes.length} bytes`);
}
