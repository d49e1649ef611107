import type { TrustProblem } from "../core/trust.ts";

/** Something beside an image, or in a file, that claims to be signed: bytes of a stranger, not yet looked into. */
export type Material = {
  /** Digests of the image one of which it must be about. */
  readonly subjects: readonly string[];
  /** Where it was, for people. */
  readonly source: string;
} & (
  | {
      /** A payload (cosign's simple signing) or an envelope (DSSE) whose other parts are annotations of its layer. */
      readonly kind: "simple-signing" | "dsse";
      readonly bytes: Uint8Array;
      readonly annotations: Readonly<Record<string, string>>;
    }
  | { readonly kind: "bundle"; readonly bytes: Uint8Array }
  | {
      readonly kind: "unreadable";
      readonly claims: "signature" | "attestation";
      readonly code: TrustProblem;
      readonly message: string;
    }
);
