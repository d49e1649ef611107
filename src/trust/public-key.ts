import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { SeaworthyError } from "../core/errors.ts";
import { sha256Digest } from "../formats/digest.ts";

/** A key that the user trusts. */
export interface TrustedKey {
  readonly key: KeyObject;
  /** `sha256:HEX` of its SubjectPublicKeyInfo. */
  readonly fingerprint: string;
  /** What the user called it. */
  readonly name: string;
}

const block = /-----BEGIN ([A-Z0-9 ]{1,40})-----[A-Za-z0-9+/=\s]{1,20000}-----END \1-----/g;

/**
 * The public keys of a PEM text: ECDSA on P-256, P-384 or P-521, Ed25519, RSA of 2048 bits and more.
 * @throws SeaworthyError `malformed`, `unsupported`.
 */
export function readPublicKeys(pem: string, name: string): readonly TrustedKey[] {
  const blocks = [...pem.slice(0, 1 << 20).matchAll(block)];
  if (blocks.length === 0)
    throw new SeaworthyError("malformed", `read public key "${name}": it holds no PEM block`);
  return blocks.map(([text, label = ""]) => {
    if (label !== "PUBLIC KEY" && label !== "RSA PUBLIC KEY")
      throw new SeaworthyError("malformed", `read public key "${name}": it holds a ${label}`, {
        hint: label.includes("PRIVATE")
          ? "keep that one secret: name the public key"
          : "name a public key in PEM",
      });
    const key = parse(text, name);
    return { key, fingerprint: fingerprintOf(key), name };
  });
}

/** `sha256:HEX` of a public key's SubjectPublicKeyInfo. */
export function fingerprintOf(key: KeyObject): string {
  return sha256Digest(key.export({ type: "spki", format: "der" }));
}

function parse(pem: string, name: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: pem, format: "pem" });
  } catch (cause) {
    throw new SeaworthyError("malformed", `read public key "${name}": it cannot be parsed`, { cause });
  }
  refuseWeak(key, `read public key "${name}"`);
  return key;
}

/** @throws SeaworthyError `unsupported` for a key that signs nothing here. */
export function refuseWeak(key: KeyObject, action: string): void {
  if (hashesOf(key).length === 0)
    throw new SeaworthyError("unsupported", `${action}: it is of type ${typeOf(key)}`, {
      hint: "use ECDSA on P-256, P-384 or P-521, Ed25519, or RSA of 2048 to 8192 bits",
    });
}

function typeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const more = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyDetails?.modulusLength ?? "";
  return `${asymmetricKeyType ?? "unknown"} ${more}`.trim();
}

/**
 * The hashes with which a key signs, the one that sigstore's registry of algorithms gives it first
 * (https://github.com/sigstore/architecture-docs/blob/main/algorithm-registry.md); cosign 2 takes SHA-256 for all. `null`:
 * the key's algorithm has its own.
 */
export function hashesOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): readonly (string | null)[] {
  if (type === "ed25519") return [null];
  const bits = details?.modulusLength ?? 0;
  if (type === "rsa") return bits >= 2048 && bits <= 8192 ? ["sha256"] : [];
  if (type !== "ec") return [];
  const curves: Readonly<Record<string, readonly string[]>> = {
    prime256v1: ["sha256"],
    secp384r1: ["sha384", "sha256"],
    secp521r1: ["sha512", "sha256"],
  };
  const curve = details?.namedCurve ?? "";
  return Object.hasOwn(curves, curve) ? (curves[curve] ?? []) : [];
}

/** Did this key sign these bytes? */
export function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  return hashesOf(key).some((hash) => {
    try {
      return verify(hash, bytes, key, signature);
    } catch {
      // OpenSSL's error for bytes that are no signature at all.
      return false;
    }
  });
}
