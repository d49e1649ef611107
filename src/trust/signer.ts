import { X509Certificate } from "node:crypto";
import {
  type SignedEntity,
  type TrustMaterial,
  toSignedEntity,
  VerificationError,
  Verifier,
} from "@sigstore/verify";
import { messageOf } from "../core/errors.ts";
import type { Signer, TrustProblem } from "../core/trust.ts";
import type { CertificateAuthority, Refusal } from "./authorities.ts";
import type { Claim } from "./claim.ts";
import { isSignedBy, type TrustedKey } from "./public-key.ts";

/**
 * Did this key sign it? Log entries and timestamps beside the signature are not asked: who holds the key is told by who gave
 * it, and the logs of others need a root of their own.
 */
export function verifyByKey(claim: Claim, { key }: TrustedKey): boolean {
  try {
    const entity = entityOf(claim);
    const trust: TrustMaterial = {
      certificateAuthorities: [],
      timestampAuthorities: [],
      tlogs: [],
      ctlogs: [],
      publicKey: () => ({ publicKey: key, validFor: () => true }),
    };
    const keyed: SignedEntity = {
      ...entity,
      key: { $case: "public-key", hint: "" },
      tlogEntries: [],
      timestamps: [],
    };
    new Verifier(trust, { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 }).verify(keyed);
    return true;
  } catch {
    return false;
  }
}

/** Whose certificate it is, if the root vouches for it and the identity is one of those that are asked for. */
export function verifyByCertificate(
  claim: Claim,
  { root, identities, issuer }: CertificateAuthority,
): { readonly signer: Signer } | Refusal {
  try {
    const entity = entityOf(claim);
    const { identity } = new Verifier(root.material, root.thresholds).verify(entity);
    const name = identity?.subjectAlternativeName ?? "";
    const unfit = unfitCertificate(claim, name);
    if (unfit !== undefined) return { code: "certificate-untrusted", message: unfit };
    const vouching = identity?.extensions?.issuer ?? "";
    const known = vouching === issuer && identities.some(({ matches }) => matches(name));
    return known
      ? { signer: { kind: "identity", identity: name, issuer: vouching } }
      : { code: "identity-mismatch", message: `it was signed by "${name}", vouched for by "${vouching}"` };
  } catch (thrown) {
    return { code: problemOf(thrown), message: describe(thrown) };
  }
}

// The library lets node choose the hash, which takes SHA-256 for every curve, and swallows what is wrong with a key.
function entityOf({ bundle, signed }: Claim): SignedEntity {
  const artifact = Buffer.from(signed);
  const entity = toSignedEntity(bundle, artifact);
  const { signature: content } = entity;
  return {
    ...entity,
    signature: {
      signature: content.signature,
      compareSignature: (other) => content.compareSignature(other),
      compareDigest: (digest) => content.compareDigest(digest),
      compareSignedDigest: (digest) => content.compareSignedDigest(digest),
      verifySignature: (key) => isSignedBy(key, artifact, content.signature),
    },
  };
}

const codeSigning = "1.3.6.1.5.5.7.3.3";

/**
 * What the library does not look at: that the certificate is one for signing and no authority's, and that it has one name, the
 * one that the library read. (It reads names as 7-bit text: letters of other alphabets would come out as other people's.)
 */
function unfitCertificate({ bundle }: Claim, name: string): string | undefined {
  const { content } = bundle.verificationMaterial;
  const raw =
    content.$case === "certificate"
      ? content.certificate.rawBytes
      : content.$case === "x509CertificateChain"
        ? content.x509CertificateChain.certificates[0]?.rawBytes
        : undefined;
  if (raw === undefined) return "there is no certificate";
  const certificate = new X509Certificate(raw);
  if (certificate.ca) return "the certificate is an authority's";
  // Node answers undefined where the extension is not there, whatever its types say.
  const usages = new Set(certificate.keyUsage ?? []);
  if (!usages.has(codeSigning)) return "the certificate is not one for signing code";
  const names = certificate.subjectAltName ?? "";
  // Node quotes a name with a comma, and writes the comma as an escape.
  const quoted = JSON.stringify(name).replaceAll(",", "\\u002c");
  const spelled = ["URI", "email"].flatMap((kind) => [`${kind}:${name}`, `${kind}:${quoted}`]);
  return spelled.includes(names) ? undefined : "the certificate has not one plain name";
}

function problemOf(thrown: unknown): TrustProblem {
  if (!(thrown instanceof VerificationError)) return "malformed";
  switch (thrown.code) {
    case "CERTIFICATE_ERROR":
      return "certificate-untrusted";
    case "SIGNATURE_ERROR":
      return "signature-wrong";
    case "TIMESTAMP_ERROR":
      return "time-unproven";
    case "PUBLIC_KEY_ERROR":
      return "signer-unknown";
    case "NOT_IMPLEMENTED_ERROR":
      return "unsupported";
    case "TLOG_ERROR":
    case "TLOG_BODY_ERROR":
    case "TLOG_INCLUSION_PROOF_ERROR":
    case "TLOG_INCLUSION_PROMISE_ERROR":
    case "TLOG_MISSING_INCLUSION_ERROR":
      return "log-unproven";
  }
}

// The library's outer message of a chain says little; its cause says which link broke.
function describe(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? `: ${thrown.cause.message}` : "";
  return `${messageOf(thrown)}${cause}`;
}
