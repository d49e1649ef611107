import type { TrustFacts, TrustItem } from "../core/trust.ts";
import type { Json } from "./json-value.ts";

/** What is known of an image's signatures and attestations; what is not there is null. */
export function trustValue(trust: TrustFacts | null): Json {
  if (trust === null) return null;
  const { subjects, items, incomplete } = trust;
  return { subjects, items: items.map(trustItemValue), incomplete };
}

/** One signature or attestation. */
export function trustItemValue(item: TrustItem): Json {
  const { kind, state, subject, source, signer, reason } = item;
  return {
    kind,
    state,
    subject,
    source,
    predicateType: item.predicateType ?? null,
    payloadDigest: item.payloadDigest ?? null,
    dockerReference: item.dockerReference ?? null,
    signer: signer === undefined ? null : { ...signer },
    reason: reason === undefined ? null : { code: reason.code, message: reason.message },
  };
}
