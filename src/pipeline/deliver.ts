import type { Alert, AlertBatch } from "../core/alert.ts";
import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import { createNetwork, type NetworkSettings } from "../net/http.ts";
import { sendMail } from "../net/smtp.ts";
import { alertmanagerBounds, alertmanagerMessage } from "../notify/alertmanager.ts";
import type { Receiver } from "../notify/config.ts";
import { mailBounds, mailMessage } from "../notify/email.ts";
import type { HttpMessage } from "../notify/message.ts";
import { type MessageBounds, partsOf } from "../notify/parts.ts";
import { slackBounds, slackMessage } from "../notify/slack.ts";
import { teamsBounds, teamsMessage } from "../notify/teams.ts";
import { webhookBounds, webhookMessage } from "../notify/webhook.ts";

/** What delivering takes from outside. */
export interface DeliverySettings extends NetworkSettings {
  /** Milliseconds since 1970: a signature and an end have a time. */
  readonly now: () => number;
}

/** `deadline` is for all that one receiver is told, with repetitions and waits. */
const defaults = {
  connect: 10_000,
  headers: 20_000,
  idle: 20_000,
  deadline: 60_000,
  attempts: 4,
  backOff: 500,
} as const;

type Limits = Readonly<Record<keyof typeof defaults, number>>;

/**
 * Tells a receiver, in as many messages as it takes, trying again with growing waits (as long as a server asks, with `Retry-After`,
 * where the deadline allows). `arrived` is called with the alerts of each message that was taken.
 * @throws SeaworthyError `network-failed` …: nothing of the receiver's address but its host is in the message, and there is no cause.
 */
export async function deliver(
  receiver: Receiver,
  batch: Pick<AlertBatch, "today" | "alerts">,
  settings: DeliverySettings,
  arrived: (alerts: readonly Alert[]) => void,
): Promise<void> {
  const limits = { ...defaults, ...settings.limits };
  const signal = AbortSignal.timeout(limits.deadline);
  const { send, close } = senderFor(receiver, settings, limits, signal);
  try {
    for (const part of partsOf(batch.today, batch.alerts, boundsOf[receiver.kind])) {
      try {
        signal.throwIfAborted();
        await send(part);
      } catch (thrown) {
        throw failureOf(thrown, receiver, limits, signal);
      }
      arrived(part.alerts);
    }
  } finally {
    await close();
  }
}

const boundsOf: Readonly<Record<Receiver["kind"], MessageBounds>> = {
  slack: slackBounds,
  teams: teamsBounds,
  webhook: webhookBounds,
  email: mailBounds,
  alertmanager: alertmanagerBounds,
};

interface Sender {
  readonly send: (part: AlertBatch) => Promise<void>;
  readonly close: () => Promise<void>;
}

function senderFor(
  receiver: Receiver,
  settings: DeliverySettings,
  limits: Limits,
  signal: AbortSignal,
): Sender {
  if (receiver.kind === "email") return mailSender(receiver, limits, signal);
  const url = addressOf(receiver);
  const network = createNetwork({
    ...settings,
    limits: { ...limits, longestWait: limits.deadline },
    insecureHosts: receiver.insecure ? [url.host] : [],
  });
  const send = async (part: AlertBatch): Promise<void> => {
    const { headers, body } = messageFor(receiver, part, settings.now());
    const response = await network.request(url.href, { method: "POST", headers, body, signal });
    // What it says does not matter, and may repeat the address.
    response.discard();
    // A redirect makes a GET of a POST: the page that answers it was told nothing.
    if (response.url !== url.href)
      throw new SeaworthyError("network-failed", "it redirects: name the address where alerts are taken");
    if (response.status < 200 || response.status > 299)
      throw new SeaworthyError("network-failed", `it answered ${response.status}`);
  };
  return { send, close: () => network.close() };
}

type Mailed = Extract<Receiver, { readonly kind: "email" }>;
type Posted = Exclude<Receiver, Mailed>;

function mailSender({ smtp, from, to, insecure }: Mailed, limits: Limits, signal: AbortSignal): Sender {
  const { attempts, backOff } = limits;
  const settings = { url: smtp, insecure, timeout: limits.headers, attempts, backOff, signal };
  const send = (part: AlertBatch): Promise<void> => sendMail({ ...mailMessage(part), from, to }, settings);
  return { send, close: async () => {} };
}

function messageFor(receiver: Posted, batch: AlertBatch, now: number): HttpMessage {
  switch (receiver.kind) {
    case "slack":
      return slackMessage(batch);
    case "teams":
      return teamsMessage(batch);
    case "alertmanager":
      return alertmanagerMessage(batch, receiver.labels, now);
    case "webhook":
      return webhookMessage(batch, receiver.secret, Math.floor(now / 1000));
  }
}

function addressOf({ kind, url }: Posted): URL {
  const parsed = new URL(url);
  if (kind === "alertmanager" && !parsed.pathname.endsWith("/api/v2/alerts"))
    parsed.pathname = `${parsed.pathname.replace(/\/$/u, "")}/api/v2/alerts`;
  return parsed;
}

function failureOf(thrown: unknown, receiver: Receiver, limits: Limits, signal: AbortSignal): SeaworthyError {
  const url = new URL(receiver.kind === "email" ? receiver.smtp : receiver.url);
  const state = signal.aborted
    ? `not taken within ${limits.deadline / 1000} seconds`
    : redacted(messageOf(thrown), receiver, url);
  // No cause: the path of a webhook's address is its password, and a library's error may have it.
  return new SeaworthyError(
    signal.aborted ? "network-failed" : codeOf(thrown),
    `tell "${url.host}": ${state}`,
  );
}

function redacted(message: string, receiver: Receiver, url: URL): string {
  const secrets = [url.href, url.pathname + url.search, url.pathname, url.search, url.username, url.password];
  const all = receiver.kind === "webhook" ? [...secrets, receiver.secret ?? ""] : secrets;
  return all
    .filter((secret) => secret.length > 1)
    .reduce((text, secret) => text.replaceAll(secret, "…"), message);
}
