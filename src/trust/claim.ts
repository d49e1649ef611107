import { createHash } from "node:crypto";
import type { Bundle } from "@sigstore/bundle";
import { SeaworthyError } from "../core/errors.ts";
import type { TrustItem } from "../core/trust.ts";
import { sha256Digest } from "../formats/digest.ts";
import { annotatedMaterial, annotation, messageContent, signatureKey } from "./annotations.ts";
import { decodeBase64 } from "./base64.ts";
import { parseBundle } from "./bundle.ts";
import { intotoType, parseEnvelope, preAuthEncoding } from "./dsse.ts";
import type { Material } from "./material.ts";
import { parseSimpleSigning } from "./simple-signing.ts";
import { parseStatement } from "./statement.ts";

/** What material says, in one form for all layouts. Nothing of it is verified yet. */
export interface Claim
  extends Pick<TrustItem, "kind" | "predicateType" | "payloadDigest" | "dockerReference"> {
  /** Digests of the images that it is about. */
  readonly about: readonly string[];
  /** The statement's bytes; undefined of a signature that is none. */
  readonly statement: Uint8Array | undefined;
  /** The bytes under the signature. */
  readonly signed: Uint8Array;
  readonly bundle: Bundle;
}

/** The bytes of an image's manifest by their digest, where they are at hand. */
export type Manifests = ReadonlyMap<string, Uint8Array>;

/** The predicate type by which cosign 3 says "signed", with nothing else to say. */
export const signPredicate = "https://sigstore.dev/cosign/sign/v1";

type Readable = Exclude<Material, { kind: "unreadable" }>;

/** @throws SeaworthyError `malformed`, `unsupported`, `limit-exceeded`. */
export function readClaim(material: Readable, manifests: Manifests): Claim {
  switch (material.kind) {
    case "simple-signing":
      return simpleSigningClaim(material.bytes, material.annotations);
    case "dsse":
      return dsseClaim(material.bytes, material.annotations);
    case "bundle":
      return bundleClaim(parseBundle(material.bytes), material.subjects, manifests);
  }
}

type Annotations = Readonly<Record<string, string>>;

function simpleSigningClaim(payload: Uint8Array, annotations: Annotations): Claim {
  const { digest, dockerReference } = parseSimpleSigning(payload);
  const text = annotation(annotations, signatureKey);
  if (text === undefined) throw new SeaworthyError("malformed", "read signature: its layer has no signature");
  const hash = createHash("sha256").update(payload).digest();
  return {
    kind: "signature",
    predicateType: undefined,
    dockerReference,
    payloadDigest: `sha256:${hash.toString("hex")}`,
    about: [digest],
    statement: undefined,
    signed: payload,
    bundle: annotatedBundle(messageContent(hash, decodeBase64(text, "signature")), annotations),
  };
}

function dsseClaim(bytes: Uint8Array, annotations: Annotations): Claim {
  const { payload, payloadType, signature, keyid } = parseEnvelope(bytes);
  const dsseEnvelope = { payload, payloadType, signatures: [{ sig: signature, keyid }] };
  return statementClaim(
    payloadType,
    payload,
    annotatedBundle({ $case: "dsseEnvelope", dsseEnvelope }, annotations),
  );
}

function annotatedBundle(content: Bundle["content"], annotations: Annotations): Bundle {
  return {
    mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.1",
    content,
    verificationMaterial: annotatedMaterial(annotations),
  };
}

function bundleClaim(bundle: Bundle, subjects: readonly string[], manifests: Manifests): Claim {
  if (bundle.content.$case === "messageSignature") return messageClaim(bundle, subjects, manifests);
  const { payload, payloadType } = bundle.content.dsseEnvelope;
  return statementClaim(payloadType, payload, bundle);
}

function statementClaim(payloadType: string, payload: Uint8Array, bundle: Bundle): Claim {
  if (payloadType !== intotoType)
    throw new SeaworthyError(
      "unsupported",
      `read DSSE envelope: its payload is "${payloadType.slice(0, 200)}"`,
    );
  const { predicateType, subjects } = parseStatement(payload);
  const isSignature = predicateType === signPredicate;
  return {
    kind: isSignature ? "signature" : "attestation",
    predicateType: isSignature ? undefined : predicateType,
    dockerReference: undefined,
    payloadDigest: sha256Digest(payload),
    about: subjects,
    statement: payload,
    signed: preAuthEncoding(payloadType, payload),
    bundle,
  };
}

// A signature over the manifest itself names no image: its bytes are those of one of the subjects, or it is about nothing here.
function messageClaim(bundle: Bundle, subjects: readonly string[], manifests: Manifests): Claim {
  if (bundle.content.$case !== "messageSignature")
    throw new SeaworthyError("internal", "read bundle: no message");
  const { digest } = bundle.content.messageSignature.messageDigest;
  const hex = digest.toString("hex");
  const about = subjects.find((subject) => subject.endsWith(`:${hex}`));
  const signed = about === undefined ? undefined : manifests.get(about);
  if (about !== undefined && signed === undefined)
    throw new SeaworthyError(
      "unsupported",
      "read bundle: the image's manifest, which it signs, is not at hand",
    );
  return {
    kind: "signature",
    predicateType: undefined,
    dockerReference: undefined,
    payloadDigest: about,
    about: about === undefined ? [] : [about],
    statement: undefined,
    signed: signed ?? Buffer.alloc(0),
    bundle,
  };
}
