import type { TrustItem } from "../core/trust.ts";
import type { IdentityRule } from "./identity.ts";
import type { TrustedKey } from "./public-key.ts";
import type { Root } from "./trusted-root.ts";

/** Whom the user believes. */
export interface Authorities {
  readonly keys: readonly TrustedKey[];
  readonly certificates: readonly CertificateAuthority[];
}

/** Signers without a key of their own: anybody to whom `root` gave a certificate with one of these identities, vouched for by this issuer. */
export interface CertificateAuthority {
  readonly root: Root;
  readonly identities: readonly IdentityRule[];
  readonly issuer: string;
}

/** Why a claim was not taken. */
export type Refusal = NonNullable<TrustItem["reason"]>;
