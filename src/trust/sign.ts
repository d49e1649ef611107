import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto";
import { bundleToJSON, toDSSEBundle } from "@sigstore/bundle";
import { SeaworthyError } from "../core/errors.ts";
import { intotoType, preAuthEncoding } from "./dsse.ts";
import { hashesOf } from "./public-key.ts";

/** A signed statement in the two forms in which it travels. */
export interface SignedStatement {
  /** A sigstore bundle v0.3 with the hint of the public key. */
  readonly bundle: Buffer<ArrayBuffer>;
  /** A DSSE envelope, as cosign 1 and 2 keep it. */
  readonly envelope: Buffer<ArrayBuffer>;
}

/** Signs a statement. The bytes are the same again for RSA and Ed25519; ECDSA has chance in every signature. */
export function signStatement(statement: Buffer<ArrayBuffer>, key: KeyObject): SignedStatement {
  const signature = signPayload(preAuthEncoding(intotoType, statement), key);
  const bundle = toDSSEBundle({ artifact: statement, artifactType: intotoType, signature });
  const hinted = {
    ...bundle.verificationMaterial,
    content: { $case: "publicKey" as const, publicKey: { hint: hintOf(key) } },
  };
  const envelope = {
    payloadType: intotoType,
    payload: statement.toString("base64"),
    // A key id that is not one of cosign's own making is taken for that of another key.
    signatures: [{ keyid: "", sig: signature.toString("base64") }],
  };
  return {
    bundle: Buffer.from(JSON.stringify(bundleToJSON({ ...bundle, verificationMaterial: hinted }))),
    envelope: Buffer.from(JSON.stringify(envelope)),
  };
}

/** Signs bytes. @throws SeaworthyError `unsupported`. */
export function signPayload(bytes: Uint8Array, key: KeyObject): Buffer<ArrayBuffer> {
  // The last one is SHA-256 for every curve: with it cosign 1 to 3 verify a signature by a key that they are given.
  const hash = hashesOf(key).at(-1);
  if (hash === undefined) throw new SeaworthyError("unsupported", "sign: a key of this type does not sign");
  return sign(hash, bytes, key);
}

// As sigstore's own tools: base64 of the public key's SHA-256.
function hintOf(key: KeyObject): string {
  const spki = createPublicKey(key.export({ type: "pkcs8", format: "pem" })).export({
    type: "spki",
    format: "der",
  });
  return createHash("sha256").update(spki).digest("base64");
}
