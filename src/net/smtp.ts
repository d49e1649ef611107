import { setTimeout as pause } from "node:timers/promises";
import { SeaworthyError } from "../core/errors.ts";
import { isLoopback } from "./host-rules.ts";

/** One mail in plain text. */
export interface Mail {
  /** `Message-ID`. */
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** How a mail server is spoken to. */
export interface MailSettings {
  /** `smtp://USER:PASSWORD@HOST:587` (STARTTLS) or `smtps://…`. */
  readonly url: string;
  /** Allow a server without TLS that is not on loopback, and a certificate that nobody vouches for. */
  readonly insecure: boolean;
  /** Milliseconds for the connection, the greeting, and each answer. */
  readonly timeout: number;
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly backOff: number;
  readonly signal: AbortSignal;
}

/**
 * Hands one mail to a server, all receivers or none, trying again what may fare better. Without TLS it speaks to loopback alone,
 * unless that is allowed.
 * @throws SeaworthyError `usage` for an address that is none, `network-failed`; no message and no cause holds the password. The
 * signal's reason where that ends it.
 */
export async function sendMail(mail: Mail, settings: MailSettings): Promise<void> {
  const { url, attempts, backOff, signal } = settings;
  const server = serverOf(url);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptMail(mail, server, settings);
    } catch (thrown) {
      signal.throwIfAborted();
      if (attempt >= attempts || !isTransient(thrown))
        // Without the cause: a server's words may repeat what it was sent.
        throw new SeaworthyError("network-failed", `send mail by "${server.host}": ${stateOf(thrown)}`);
    }
    await pause(backOff * 2 ** (attempt - 1), undefined, { signal });
  }
}

function serverOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "smtp:" || url?.protocol === "smtps:") return url;
  throw new SeaworthyError(
    "usage",
    "send mail: the server's address is not smtp://HOST:PORT or smtps://HOST:PORT",
  );
}

async function attemptMail(mail: Mail, server: URL, settings: MailSettings): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const { id, from, to, subject, text } = mail;
  const transport = createTransport(await transportOptions(server, settings));
  try {
    const sent = await transport.sendMail({
      messageId: id,
      from,
      to: [...to],
      subject,
      text,
      disableFileAccess: true,
      disableUrlAccess: true,
      signal: settings.signal,
    });
    // The server takes a mail that one receiver of several refuses.
    if (sent.rejected.length > 0) throw new RefusedError(sent.rejected.length, to.length);
  } finally {
    transport.close();
  }
}

class RefusedError extends Error {
  constructor(refused: number, all: number) {
    super(`the server refuses ${refused} of ${all} receivers; the others have the mail`);
  }
}

async function transportOptions(server: URL, { insecure, timeout }: MailSettings) {
  const { hostname, protocol, port, username, password } = server;
  const host = hostname.replace(/^\[|\]$/gu, "");
  const secure = protocol === "smtps:";
  return {
    host,
    port: port === "" ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !insecure && !isLoopback(host),
    tls: await tlsOptions(insecure),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    ...(username === ""
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  };
}

// A company's authority is mostly in the system's store, which Node does not read by itself (net/connections.ts does the same).
async function tlsOptions(insecure: boolean) {
  if (insecure) return { rejectUnauthorized: false };
  const { getCACertificates } = await import("node:tls");
  return { ca: [...new Set([...getCACertificates("default"), ...getCACertificates("system")])] };
}

// https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1: 4yz may fare better, 5yz will not.
function isTransient(thrown: unknown): boolean {
  const answer = answerOf(thrown);
  if (answer !== undefined) return answer < 500;
  return ["ECONNECTION", "ESOCKET", "ETIMEDOUT", "EDNS"].includes(codeOf(thrown));
}

function stateOf(thrown: unknown): string {
  if (thrown instanceof RefusedError) return thrown.message;
  const number = answerOf(thrown);
  const answer = number === undefined ? "" : ` (answer ${number})`;
  const code = codeOf(thrown);
  switch (code) {
    case "EAUTH":
      return `the server refuses user and password${answer}`;
    case "ETLS":
      return `no TLS can be had${answer}`;
    case "EDNS":
      return "no such host";
    case "ECONNECTION":
    case "ESOCKET":
      return `no connection can be had, or it broke off${answer}`;
    case "ETIMEDOUT":
      return "no answer in time";
    case "EENVELOPE":
      return `the server refuses sender or receiver${answer}`;
    case "EMESSAGE":
      return `the server refuses the mail${answer}`;
    default:
      return `${code === "" ? "it failed" : code}${answer}`;
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

function answerOf(thrown: unknown): number | undefined {
  return thrown instanceof Error && "responseCode" in thrown && typeof thrown.responseCode === "number"
    ? thrown.responseCode
    : undefined;
}
