import type { KeyObject } from "node:crypto";
import { SeaworthyError } from "../core/errors.ts";
import { parseUniqueJson } from "../formats/unique-json.ts";
import { openAttached } from "../images/attached.ts";
import type { AttachedImage } from "../images/attached-image.ts";
import type { OpenOptions } from "../images/source.ts";
import { envelopeLayer, signatureLayer } from "../trust/attachment.ts";
import { signPredicate } from "../trust/claim.ts";
import { checkPredicate } from "../trust/predicate.ts";
import { signPayload, signStatement } from "../trust/sign.ts";
import { writeSimpleSigning } from "../trust/simple-signing.ts";
import { writeStatement } from "../trust/statement.ts";
import { attachSigned, type Signed } from "./attach.ts";

/** By whom something is said, and where it goes. */
export interface SignRequest {
  readonly key: KeyObject;
  readonly attach: boolean;
  /** By cosign's tag, too, where the registry knows referrers. */
  readonly cosignTag: boolean;
}

/** What is to be said of an image. */
export interface AttestRequest extends SignRequest {
  readonly predicateType: string;
  /** JSON. */
  readonly predicate: Uint8Array;
  /** What the user called the predicate. */
  readonly predicateName: string;
}

/** What was said, and where it was put. */
export interface Attested {
  readonly subject: string;
  readonly bundle: Uint8Array;
  /** `referrer sha256:…`, `tag sha256-….att`. */
  readonly places: readonly string[];
}

/** Says something of an image, signed, and attaches it to the image in its registry. @throws SeaworthyError. */
export function attestImage(text: string, options: OpenOptions, request: AttestRequest): Promise<Attested> {
  return withImage(text, options, request, ({ name, subjects }, digest) => {
    const { predicateType, predicate, predicateName, key } = request;
    const what = `predicate "${predicateName}"`;
    checkPredicate(predicateType, parseUniqueJson(predicate, what), subjects, predicateName);
    const json = new TextDecoder().decode(predicate);
    const { bundle, envelope } = signStatement(writeStatement({ name, digest }, predicateType, json), key);
    return {
      digest,
      bundle,
      predicateType,
      cosign: { ...envelopeLayer(envelope, predicateType), suffix: "att" },
    };
  });
}

/** Signs an image, as cosign 3 does and under cosign's tag as cosign 1 and 2 did, and attaches it. @throws SeaworthyError. */
export function signImage(text: string, options: OpenOptions, request: SignRequest): Promise<Attested> {
  return withImage(text, options, request, ({ name }, digest) => {
    const { key } = request;
    const { bundle } = signStatement(writeStatement({ name, digest }, signPredicate, "{}"), key);
    const payload = writeSimpleSigning({ digest, dockerReference: name });
    const layer = signatureLayer(payload, signPayload(payload, key));
    return { digest, bundle, predicateType: signPredicate, cosign: { ...layer, suffix: "sig" } };
  });
}

async function withImage(
  text: string,
  options: OpenOptions,
  { attach, cosignTag }: SignRequest,
  make: (image: AttachedImage, digest: string) => Signed,
): Promise<Attested> {
  const image = await openAttached(text, options);
  try {
    // The platform's manifest where one was asked for.
    const digest = image.subjects.at(-1);
    if (digest === undefined)
      throw new SeaworthyError("image-invalid", `sign "${text}": the image has no digest`);
    const signed = make(image, digest);
    const places = attach ? await attachSigned(image, signed, cosignTag) : [];
    return { subject: digest, bundle: signed.bundle, places };
  } finally {
    await image.close();
  }
}
