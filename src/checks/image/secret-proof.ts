import { base36Checksum, base62Checksum, hexChecksum, isBech32 } from "../../formats/token-checksum.ts";
import type { Proof } from "./secret-kinds.ts";
import { isPlaceholder } from "./secret-words.ts";

/** A token where it stands. */
export interface Candidate {
  readonly token: string;
  /** The literal that it was found by. */
  readonly literal: string;
  readonly text: string;
  readonly start: number;
}

/** `proven`: a checksum holds, or both halves are there; `formed`: it looks like one; undefined: it is none. */
export type Standing = "proven" | "formed" | undefined;

/** What else is to be said of a token of the right form. */
export function standingOf(proof: Proof, candidate: Candidate): Standing {
  return proofs[proof](candidate);
}

const proofs: Readonly<Record<Proof, (candidate: Candidate) => Standing>> = {
  "base62-crc": ({ token, literal }) => {
    const body = token.slice(literal.length);
    return base62Checksum(body.slice(0, -6)) === body.slice(-6) ? "proven" : undefined;
  },
  // How the checksum of these is made is not published: where it fails the form still counts.
  "github-fine-grained": ({ token, literal }) => {
    const body = token.slice(literal.length);
    return base62Checksum(body.slice(0, -6)) === body.slice(-6) ? "proven" : "formed";
  },
  "gitlab-routable": ({ token }) => {
    if (!/\.[0-9a-z]{2}\.[0-9a-z]{9}$/.test(token)) return "formed";
    return base36Checksum(token.slice(0, -7)) === token.slice(-7) ? "proven" : undefined;
  },
  "grafana-crc": ({ token }) => (hexChecksum(token.slice(0, -9)) === token.slice(-8) ? "proven" : undefined),
  bech32: ({ token }) => (isBech32(token) ? "proven" : undefined),
  "aws-pair": (candidate) => (awsPair(candidate) === undefined ? undefined : "proven"),
  "azure-key": () => "proven",
  "azure-sas": ({ text, start }) =>
    /[?&]sv=20\d\d-\d\d-\d\d&/.test(text.slice(Math.max(0, start - 300), start + 1)) ? "formed" : undefined,
  "jwt-service": ({ token }) => (isServiceToken(token) ? "formed" : undefined),
  "base64-json": ({ token, literal }) =>
    jsonOf(token.slice(literal.length - 3).split("_")[0]) === undefined ? undefined : "formed",
  "pypi-macaroon": ({ token }) => {
    const bytes = Buffer.from(token.slice("pypi-".length), "base64url");
    const isMacaroon = bytes[0] === 2 && bytes[1] === 1;
    return isMacaroon && /^(?:test\.)?pypi\.org/.test(bytes.toString("latin1", 3)) ? "formed" : undefined;
  },
};

/** Places in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * An access key's id is public; with its secret (40 characters of base64, mixed) nearby it is a pair that signs. Answers the place of
 * both together.
 */
export function awsPair({ text, start, token }: Candidate): Span | undefined {
  const from = Math.max(0, start - 300);
  const end = start + token.length;
  for (const { 0: secret, index } of text
    .slice(from, end + 300)
    .matchAll(/(?<![\w+/])[0-9A-Za-z+/]{40}(?![\w+/=])/g))
    if (/[a-z]/.test(secret) && /[A-Z]/.test(secret) && /\d/.test(secret) && !isPlaceholder(secret)) {
      const at = from + index;
      return { start: Math.min(start, at), end: Math.max(end, at + secret.length) };
    }
  return undefined;
}

// Most tokens of users have long run out and many (of anonymous users) are public; those of services are made to last.
function isServiceToken(token: string): boolean {
  const claims = jsonOf(token.split(".")[1]);
  if (claims === undefined) return false;
  const { iss, sub, role } = claims;
  return (
    iss === "kubernetes/serviceaccount" ||
    role === "service_role" ||
    (typeof sub === "string" && sub.startsWith("system:serviceaccount:"))
  );
}

function jsonOf(base64: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64 ?? "", "base64url").toString("utf8"));
    return typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}
