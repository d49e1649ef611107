import { type Bundle, bundleFromJSON } from "@sigstore/bundle";
import { z } from "zod";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { parseUniqueJson } from "../formats/unique-json.ts";
import { absentable, base64, der, describeIssue, listOf } from "./schema.ts";

const versions = ["0.1", "0.2", "0.3"] as const;
const mediaTypes = versions.flatMap((version) => [
  `application/vnd.dev.sigstore.bundle+json;version=${version}`,
  `application/vnd.dev.sigstore.bundle.v${version}+json`,
]);

/** Is it the media type of a sigstore bundle that is read? */
export function isBundleType(mediaType: string): boolean {
  return mediaTypes.includes(mediaType);
}

const few = 16;
const number = z.union([z.string().regex(/^\d{1,19}$/), z.int().nonnegative()]);
const certificate = z.object({ rawBytes: der });
const logEntry = z.object({
  logIndex: number,
  logId: z.object({ keyId: base64 }),
  kindVersion: z.object({ kind: z.string().max(64), version: z.string().max(64) }),
  integratedTime: absentable(number),
  inclusionPromise: absentable(z.object({ signedEntryTimestamp: base64 })),
  inclusionProof: absentable(
    z.object({
      logIndex: absentable(number),
      rootHash: base64,
      treeSize: number,
      hashes: listOf(base64, 64),
      checkpoint: absentable(z.object({ envelope: z.string().max(1 << 16) })),
    }),
  ),
  canonicalizedBody: base64.max(1 << 22),
});

/** Where a protobuf has "one of", its JSON can have several; the library takes the first that it knows. */
const oneOf = (keys: readonly string[]) => (found: object) =>
  Object.entries(found).filter(([key, value]) => keys.includes(key) && value !== undefined).length === 1;

const keyKinds = ["publicKey", "certificate", "x509CertificateChain"];
const contentKinds = ["messageSignature", "dsseEnvelope"];

const schema = z
  .object({
    mediaType: z.string().refine(isBundleType, "it is no sigstore bundle of version 0.1 to 0.3"),
    verificationMaterial: z
      .object({
        publicKey: absentable(z.object({ hint: absentable(z.string().max(1024)) })),
        certificate: absentable(certificate),
        x509CertificateChain: absentable(z.object({ certificates: z.array(certificate).min(1).max(few) })),
        tlogEntries: listOf(logEntry, few),
        timestampVerificationData: absentable(
          z.object({ rfc3161Timestamps: listOf(z.object({ signedTimestamp: der }), few) }),
        ),
      })
      .refine(oneOf(keyKinds), `it has not one of ${keyKinds.join(", ")}`),
    messageSignature: absentable(
      z.object({
        messageDigest: z.object({ algorithm: z.enum(["SHA2_256", "SHA2_384", "SHA2_512"]), digest: base64 }),
        signature: base64,
      }),
    ),
    dsseEnvelope: absentable(
      z.object({
        payload: base64,
        payloadType: z.string().max(1024),
        signatures: z.array(z.object({ sig: base64, keyid: absentable(z.string().max(1024)) })).length(1),
      }),
    ),
  })
  .refine(oneOf(contentKinds), `it has not one of ${contentKinds.join(", ")}`);

/**
 * Reads a sigstore bundle, version 0.1 to 0.3
 * (https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto).
 * @throws SeaworthyError `malformed`, `limit-exceeded`.
 */
export function parseBundle(bytes: Uint8Array): Bundle {
  const what = "sigstore bundle";
  const parsed = schema.safeParse(parseUniqueJson(bytes, what));
  if (!parsed.success) throw new SeaworthyError("malformed", `read ${what}: ${describeIssue(parsed.error)}`);
  try {
    // The schema's own result: what it does not know is not handed on.
    return bundleFromJSON(parsed.data);
  } catch (cause) {
    throw new SeaworthyError("malformed", `read ${what}: ${messageOf(cause)}`, { cause });
  }
}
