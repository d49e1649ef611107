import { codeOf, messageOf } from "../core/errors.ts";
import {
  compareItems,
  type Signer,
  type TrustFacts,
  type TrustItem,
  type TrustProblem,
} from "../core/trust.ts";
import type { Authorities, Refusal } from "./authorities.ts";
import { type Claim, type Manifests, readClaim } from "./claim.ts";
import type { Material } from "./material.ts";
import type { TrustedKey } from "./public-key.ts";
import { verifyByCertificate, verifyByKey } from "./signer.ts";

/** An image's signatures and attestations as they were found. */
export interface Found {
  readonly subjects: readonly string[];
  readonly materials: readonly Material[];
  readonly manifests: Manifests;
  readonly incomplete: readonly string[];
}

/** A statement whose signature is good and which is about the image, and what it is. */
export interface VerifiedStatement {
  readonly item: TrustItem;
  readonly bytes: Uint8Array;
}

/** What was found, judged, with the statements of the good ones. */
export interface Verified {
  readonly facts: TrustFacts;
  /** In the order of the facts' items. */
  readonly statements: readonly VerifiedStatement[];
}

/** Judges all that was found: pure, and never throws for what a stranger wrote. */
export function verifyFound(found: Found, authorities: Authorities): Verified {
  const judged = found.materials
    .map((material) => judge(material, found.manifests, authorities))
    .sort((a, b) => compareItems(a.item, b.item));
  const items = judged.map(({ item }) => item);
  return {
    facts: { subjects: found.subjects, items, incomplete: found.incomplete },
    statements: judged.flatMap(({ item, bytes }) =>
      bytes === undefined || item.state !== "verified" ? [] : [{ item, bytes }],
    ),
  };
}

interface Judged {
  readonly item: TrustItem;
  readonly bytes?: Uint8Array | undefined;
}

function judge(material: Material, manifests: Manifests, authorities: Authorities): Judged {
  if (material.kind === "unreadable") {
    const { claims, code, message } = material;
    return { item: { ...unread(material, claims), state: "invalid", reason: { code, message } } };
  }
  let claim: Claim;
  try {
    claim = readClaim(material, manifests);
  } catch (thrown) {
    const kind = unreadKinds[material.kind];
    const reason = { code: problemOf(thrown), message: messageOf(thrown) };
    return { item: { ...unread(material, kind), state: "invalid", reason } };
  }
  const { kind, predicateType, payloadDigest, dockerReference } = claim;
  const subject = material.subjects.find((digest) => claim.about.includes(digest));
  const outcome = subject === undefined ? notAbout(claim) : firstSigner(claim, authorities);
  const verified = "signer" in outcome;
  const item: TrustItem = {
    kind,
    state: verified ? "verified" : "invalid",
    subject: subject ?? firstOf(material),
    source: material.source,
    predicateType,
    payloadDigest,
    dockerReference,
    signer: verified ? outcome.signer : undefined,
    reason: verified ? undefined : outcome,
  };
  return { item, bytes: claim.statement };
}

const unreadKinds = { "simple-signing": "signature", dsse: "attestation", bundle: "unknown" } as const;

function unread(material: Material, kind: TrustItem["kind"]): Omit<TrustItem, "state" | "reason"> {
  return {
    kind,
    subject: firstOf(material),
    source: material.source,
    predicateType: undefined,
    payloadDigest: undefined,
    dockerReference: undefined,
    signer: undefined,
  };
}

function firstOf({ subjects }: Material): string {
  return subjects[0] ?? "";
}

function notAbout({ about }: Claim): Refusal {
  const [first = "no image"] = about;
  const more = about.length > 1 ? ` and ${about.length - 1} more` : "";
  return { code: "subject-mismatch", message: `it is about ${first.slice(0, 200)}${more}` };
}

// Keys before certificates: with a key there is nothing to weigh.
function firstSigner(
  claim: Claim,
  { keys, certificates }: Authorities,
): { readonly signer: Signer } | Refusal {
  const key = keys.find((one) => verifyByKey(claim, one));
  if (key !== undefined) return { signer: { kind: "key", fingerprint: key.fingerprint, name: key.name } };
  const { $case } = claim.bundle.verificationMaterial.content;
  if ($case === "publicKey") return keyRefusal(keys);
  const refusals: Refusal[] = [];
  for (const authority of certificates) {
    const outcome = verifyByCertificate(claim, authority);
    if ("signer" in outcome) return outcome;
    refusals.push(outcome);
  }
  // Of several roots the one that knows the certificate has the most to say.
  return (
    refusals.find(({ code }) => code !== "certificate-untrusted") ??
    refusals[0] ?? {
      code: "signer-unknown",
      message: "it was signed with a certificate, and no given key made it; no trusted root was given",
    }
  );
}

function keyRefusal(keys: readonly TrustedKey[]): Refusal {
  if (keys.length === 0)
    return { code: "signer-unknown", message: "it was signed with a key, and no key was given" };
  const which = keys.length === 1 ? "the given key" : `any of the ${keys.length} given keys`;
  return {
    code: "signature-wrong",
    message: `the signature was not made by ${which}, or not over these bytes`,
  };
}

function problemOf(thrown: unknown): TrustProblem {
  const code = codeOf(thrown);
  return code === "unsupported" || code === "limit-exceeded" ? code : "malformed";
}
