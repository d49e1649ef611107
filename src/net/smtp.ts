import { createTransport } from "nodemailer";
import { SeaworthyError } from "../core/errors.ts";
import { isLoopback } from "./host-rules.ts";

/** One mail in plain text. */
export interface Mail {
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
  readonly timeout: number;
}

/**
 * Hands one mail to a server. Without TLS it speaks to loopback alone, unless that is allowed.
 * @throws SeaworthyError `usage` for an address that is none, `network-failed`; no message holds the password.
 */
export async function sendMail(mail: Mail, { url, insecure, timeout }: MailSettings): Promise<void> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || (parsed.protocol !== "smtp:" && parsed.protocol !== "smtps:"))
    throw new SeaworthyError(
      "usage",
      "send mail: the server's address is not smtp://HOST:PORT or smtps://HOST:PORT",
    );
  const plain = isLoopback(parsed.hostname) || insecure;
  const transport = createTransport({
    host: parsed.hostname,
    port: parsed.port === "" ? (parsed.protocol === "smtps:" ? 465 : 587) : Number(parsed.port),
    secure: parsed.protocol === "smtps:",
    requireTLS: !plain,
    tls: { rejectUnauthorized: !insecure },
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(parsed.username === ""
      ? {}
      : { auth: { user: decodeURIComponent(parsed.username), pass: decodeURIComponent(parsed.password) } }),
  });
  try {
    await transport.sendMail({ ...mail, to: [...mail.to] });
  } catch (thrown) {
    throw new SeaworthyError("network-failed", `send mail by "${parsed.host}": ${stateOf(thrown)}`, {
      cause: thrown,
    });
  } finally {
    transport.close();
  }
}

// A server's own words may repeat what it was sent: the code says enough.
function stateOf(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const answer =
    thrown instanceof Error && "responseCode" in thrown ? ` (answer ${String(thrown.responseCode)})` : "";
  switch (code) {
    case "EAUTH":
      return `the server refuses user and password${answer}`;
    case "ETLS":
      return `no TLS can be had${answer}`;
    case "ECONNECTION":
    case "ESOCKET":
    case "ECONNREFUSED":
      return "no connection can be had";
    case "ETIMEDOUT":
      return "no answer in time";
    case "EENVELOPE":
      return `the server refuses sender or receiver${answer}`;
    default:
      return `${code === "" ? "it failed" : code}${answer}`;
  }
}
