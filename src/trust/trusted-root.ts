import { createPublicKey, X509Certificate } from "node:crypto";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { type TrustMaterial, toTrustMaterial } from "@sigstore/verify";
import { z } from "zod";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { absentable, base64, describeIssue, listOf } from "./schema.ts";

/** What a trusted root vouches for, and what it therefore demands of a signature. */
export interface Root {
  /** What the user called it. */
  readonly name: string;
  readonly material: TrustMaterial;
  /** How many proofs of each kind a certificate's signature needs: of what the root names, one. */
  readonly thresholds: {
    readonly ctlogThreshold: number;
    readonly tlogThreshold: number;
    readonly timestampThreshold: number;
  };
}

const day = z.iso.datetime({ offset: true });
// Both ends of a time may be left out of the protobuf, and the library then takes all of time: without a beginning it is refused.
const validFor = z
  .object({ start: day, end: absentable(day) })
  .refine(
    ({ start, end }) => end === undefined || Date.parse(start) <= Date.parse(end),
    "it ends before it starts",
  );

const keyId = base64.refine((text) => Buffer.from(text, "base64").length === 32, "it is no SHA-256 digest");
const log = z.object({
  baseUrl: z.string().max(2048),
  hashAlgorithm: z.literal("SHA2_256"),
  publicKey: z.object({ rawBytes: base64, keyDetails: z.string().min(1).max(64), validFor }),
  logId: z.object({ keyId }),
  checkpointKeyId: absentable(z.object({ keyId: base64 })),
});

const authority = z.object({
  certChain: z.object({
    certificates: z
      .array(z.object({ rawBytes: base64 }))
      .min(1)
      .max(10),
  }),
  validFor,
});

const most = 100;
const schema = z.object({
  mediaType: z.enum([
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
  ]),
  tlogs: listOf(log, most),
  certificateAuthorities: z.array(authority).min(1).max(most),
  ctlogs: listOf(log, most),
  timestampAuthorities: listOf(authority, most),
});

type Parsed = z.infer<typeof schema>;

/**
 * Reads a trusted root
 * (https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto). The library reads what it finds and takes
 * the rest for empty; here every field that a verification leans on must be there and be what it says.
 * @throws SeaworthyError `malformed`.
 */
export function readTrustedRoot(document: unknown, name: string): Root {
  const action = `read trusted root "${name}"`;
  const parsed = schema.safeParse(document);
  if (!parsed.success) throw new SeaworthyError("malformed", `${action}: ${describeIssue(parsed.error)}`);
  const { data } = parsed;
  if (data.tlogs.length === 0 && data.timestampAuthorities.length === 0)
    throw new SeaworthyError("malformed", `${action}: it names nobody who tells the time of a signature`);
  try {
    checkKeys(data);
    checkCertificates(data);
    return {
      name,
      material: toTrustMaterial(TrustedRoot.fromJSON(data)),
      thresholds: {
        ctlogThreshold: data.ctlogs.length > 0 ? 1 : 0,
        tlogThreshold: data.tlogs.length > 0 ? 1 : 0,
        timestampThreshold: 1,
      },
    };
  } catch (cause) {
    throw new SeaworthyError("malformed", `${action}: ${messageOf(cause)}`, { cause });
  }
}

function checkKeys({ tlogs, ctlogs }: Parsed): void {
  for (const { baseUrl, publicKey } of [...tlogs, ...ctlogs]) {
    const type = publicKey.keyDetails.startsWith("PKCS1_") ? "pkcs1" : "spki";
    try {
      createPublicKey({ key: Buffer.from(publicKey.rawBytes, "base64"), format: "der", type });
    } catch (cause) {
      throw new Error(`the key of log "${baseUrl}" cannot be parsed`, { cause });
    }
  }
}

// A chain goes from the leaf or an intermediate to the root. All but the certificate of a time-stamper must be authorities.
function checkCertificates({ certificateAuthorities, timestampAuthorities }: Parsed): void {
  for (const { certChain } of certificateAuthorities) checkChain(certChain.certificates);
  for (const { certChain } of timestampAuthorities) checkChain(certChain.certificates.slice(1));
}

function checkChain(
  certificates: Parsed["certificateAuthorities"][number]["certChain"]["certificates"],
): void {
  for (const { rawBytes } of certificates) {
    const certificate = new X509Certificate(Buffer.from(rawBytes, "base64"));
    if (!certificate.ca) throw new Error(`certificate of "${certificate.subject}" is of no authority`);
  }
}
