import { messageOf, SeaworthyError } from "../core/errors.ts";

/** An address fit for messages: without user, password and query, where tokens and signatures stand. */
export function shownUrl(url: string | URL): string {
  const parsed = typeof url === "string" ? (URL.canParse(url) ? new URL(url) : undefined) : url;
  return parsed === undefined ? "an address that is no URL" : `${parsed.origin}${parsed.pathname}`;
}

/** The system's or undici's code of a failure, by its nearest cause that has one; empty when there is none. */
export function failureCode(thrown: unknown): string {
  let at = thrown;
  for (let depth = 0; depth < 5 && at instanceof Error; depth += 1) {
    if ("code" in at && typeof at.code === "string" && !(at instanceof SeaworthyError)) return at.code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return "";
}

const transient: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

/** May the same request fare better a moment later? */
export function isTransient(thrown: unknown): boolean {
  return transient.has(failureCode(thrown));
}

/** Was there no way to the server at all? Then trying long is waiting in vain. */
export function isUnreached(thrown: unknown): boolean {
  return ["EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"].includes(failureCode(thrown));
}

const states: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "nobody listens there"],
  ["ENOTFOUND", "no such host"],
  ["EAI_AGAIN", "the name cannot be resolved now"],
  ["ECONNRESET", "the connection was reset"],
  ["EPIPE", "the connection was reset"],
  ["ETIMEDOUT", "no answer in time"],
  ["UND_ERR_CONNECT_TIMEOUT", "no connection in time"],
  ["UND_ERR_HEADERS_TIMEOUT", "no answer in time"],
  ["UND_ERR_BODY_TIMEOUT", "the answer stopped coming"],
  ["UND_ERR_SOCKET", "the connection broke off"],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "the answer broke off"],
  ["EPROTO", "the TLS handshake failed"],
]);

/** A thrown thing of the network as `network-failed`; a SeaworthyError stays itself. */
export function networkFailure(action: string, thrown: unknown): SeaworthyError {
  if (thrown instanceof SeaworthyError) return thrown;
  const code = failureCode(thrown);
  const state = states.get(code) ?? (code === "" ? messageOf(thrown) : `${lastMessage(thrown)} (${code})`);
  return new SeaworthyError("network-failed", `${action}: ${state}`, { hint: hintOf(code), cause: thrown });
}

function lastMessage(thrown: unknown): string {
  return thrown instanceof Error && thrown.cause instanceof Error
    ? lastMessage(thrown.cause)
    : messageOf(thrown);
}

function hintOf(code: string): string | undefined {
  if (/CERT|SIGNATURE/.test(code))
    return "trust the server's authority with SSL_CERT_FILE=FILE or NODE_EXTRA_CA_CERTS=FILE";
  if (code === "ENOTFOUND" || code === "ECONNREFUSED") return "check the name, the network and HTTPS_PROXY";
  return undefined;
}
