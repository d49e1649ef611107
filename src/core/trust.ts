import { compareText } from "./text-order.ts";

/** Who made a signature that was verified. */
export type Signer =
  /** `fingerprint` is `sha256:HEX` of the public key's SubjectPublicKeyInfo; `name` is what the user called the key (its file). */
  | { readonly kind: "key"; readonly fingerprint: string; readonly name: string }
  /** The one subject alternative name of the certificate, and the OpenID issuer that vouched for it. */
  | { readonly kind: "identity"; readonly identity: string; readonly issuer: string };

/** Why something that claims to be signed is not taken. */
export type TrustProblem =
  /** Bytes that break the rules of their format, or say two things at once. */
  | "malformed"
  /** A sound format that is not read. */
  | "unsupported"
  /** More than the bounds allow (docs/threat-model.md). */
  | "limit-exceeded"
  /** What was signed is not about this image. */
  | "subject-mismatch"
  /** No given key and no given root and identity has anything to do with it. */
  | "signer-unknown"
  /** A certificate that no given root vouches for at the time of signing, or that is none for signing. */
  | "certificate-untrusted"
  /** A sound certificate of somebody else. */
  | "identity-mismatch"
  /** No proof that it is in a transparency log, or a wrong one. */
  | "log-unproven"
  /** No trusted time of signing. */
  | "time-unproven"
  /** The signature is not one of these bytes. */
  | "signature-wrong";

/** One signature or attestation that was found for an image. */
export interface TrustItem {
  /** `unknown`: it could not be read far enough to tell. */
  readonly kind: "signature" | "attestation" | "unknown";
  readonly state: "verified" | "invalid";
  /** The digest of the image (index or manifest) beside which it was found. */
  readonly subject: string;
  /** Where it was: `tag sha256-….sig`, `referrer sha256:…`, `bundle FILE`. */
  readonly source: string;
  /** The in-toto predicate's type; undefined of a signature and of what could not be read. */
  readonly predicateType: string | undefined;
  /** `sha256:…` of the signed bytes; undefined of what could not be read. */
  readonly payloadDigest: string | undefined;
  /** The image's name as the signer wrote it: told, not judged. */
  readonly dockerReference: string | undefined;
  /** Set when and only when verified. */
  readonly signer: Signer | undefined;
  /** Set when and only when invalid. */
  readonly reason: { readonly code: TrustProblem; readonly message: string } | undefined;
}

/** What may be demanded: a signature, or an attestation with this predicate type. */
export type TrustDemand =
  | { readonly kind: "signature" }
  | { readonly kind: "attestation"; readonly predicateType: string };

const own = "https://seaworthy.dev/attestation";

/** Predicate types that have a short name on the command line and in policies. */
export const predicateTypes = {
  "sbom-cyclonedx": "https://cyclonedx.org/bom",
  "sbom-spdx": "https://spdx.dev/Document",
  /** The report of `scan --format json`, as it is. */
  scan: `${own}/scan/v1`,
  /** See reports/verdict.ts. */
  verdict: `${own}/verdict/v1`,
} as const;

/** The predicate type that a short name or a URI means; undefined: it is neither. */
export function knownPredicateType(text: string): string | undefined {
  const known = Object.entries(predicateTypes).find(([name]) => name === text);
  if (known !== undefined) return known[1];
  return /^[a-z][a-z0-9+.-]{0,30}:\S{1,500}$/i.test(text) ? text : undefined;
}

/** A demand by its word: `signature`, or the URI of a predicate type. */
export function trustDemand(word: string): TrustDemand {
  return word === "signature" ? { kind: "signature" } : { kind: "attestation", predicateType: word };
}

/** The word of a demand. */
export function demandName(demand: TrustDemand): string {
  return demand.kind === "signature" ? "signature" : demand.predicateType;
}

/** `verified`: at least one is good. `invalid`: none is, and at least one is bad. `absent`: there is none, or none that is read. */
export type TrustState = "verified" | "invalid" | "absent";

/** What is known of the signatures and attestations of an image. */
export interface TrustFacts {
  /** Digests that were asked for: of the index or manifest that the reference names, and of the platform's manifest. */
  readonly subjects: readonly string[];
  /** In the order of {@link compareItems}. */
  readonly items: readonly TrustItem[];
  /** What could not be looked at, in words. While there is any, `absent` may be wrong. */
  readonly incomplete: readonly string[];
}

// What could not be read may be any.
function answers(item: TrustItem, demand: TrustDemand): boolean {
  if (item.kind === "unknown") return true;
  if (item.kind !== demand.kind) return false;
  if (demand.kind === "signature" || item.predicateType === demand.predicateType) return true;
  return item.state === "invalid" && item.predicateType === undefined;
}

/** What was found and may be what is demanded, in its order. */
export function answering({ items }: TrustFacts, demand: TrustDemand): readonly TrustItem[] {
  return items.filter((item) => answers(item, demand));
}

/** The state of one demand. */
export function demandState(facts: TrustFacts, demand: TrustDemand): TrustState {
  const found = answering(facts, demand);
  if (found.some(({ state }) => state === "verified")) return "verified";
  return found.some(({ reason }) => reason !== undefined && isBad(reason.code)) ? "invalid" : "absent";
}

// What Seaworthy does not read may be sound: it is as good as not there, and no worse.
function isBad(code: TrustProblem): boolean {
  return code !== "unsupported" && code !== "limit-exceeded";
}

/** The state of several demands: as bad as the worst, and `invalid` is worse than `absent`. */
export function trustState(facts: TrustFacts, demands: readonly TrustDemand[]): TrustState {
  const states = demands.map((demand) => demandState(facts, demand));
  if (states.includes("invalid")) return "invalid";
  return states.includes("absent") ? "absent" : "verified";
}

/** Signatures before attestations, good before bad, then by type, place and bytes. */
export function compareItems(a: TrustItem, b: TrustItem): number {
  const left = keysOf(a);
  const right = keysOf(b);
  const at = left.findIndex((key, index) => key !== right[index]);
  return at < 0 ? 0 : compareText(left[at] ?? "", right[at] ?? "");
}

const kinds: readonly TrustItem["kind"][] = ["signature", "attestation", "unknown"];

function keysOf(item: TrustItem): readonly string[] {
  return [
    String(kinds.indexOf(item.kind)),
    item.state === "verified" ? "0" : "1",
    item.predicateType ?? "",
    item.subject,
    item.source,
    item.payloadDigest ?? "",
    item.reason?.code ?? "",
  ];
}
