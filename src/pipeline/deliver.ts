import type { AlertBatch } from "../core/alert.ts";
import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import { createNetwork, type NetworkSettings, readBody } from "../net/http.ts";
import { sendMail } from "../net/smtp.ts";
import { alertmanagerMessage } from "../notify/alertmanager.ts";
import type { Receiver } from "../notify/config.ts";
import { mailMessage } from "../notify/email.ts";
import type { HttpMessage } from "../notify/message.ts";
import { slackMessage } from "../notify/slack.ts";
import { teamsMessage } from "../notify/teams.ts";
import { webhookMessage } from "../notify/webhook.ts";

/** What delivering takes from outside. */
export interface DeliverySettings extends NetworkSettings {
  /** Milliseconds since 1970: a signature and an end have a time. */
  readonly now: () => number;
}

const mailTimeout = 30_000;
const mostAnswer = 64 * 1024;

/**
 * Tells a receiver, trying again with growing waits (as long as a server asks, with `Retry-After`, where that is bearable).
 * @throws SeaworthyError `network-failed` …: nothing of the receiver's address but its host is in the message.
 */
export async function deliver(
  receiver: Receiver,
  batch: AlertBatch,
  settings: DeliverySettings,
): Promise<void> {
  if (receiver.kind === "email") {
    const { smtp, from, to, insecure } = receiver;
    await sendMail({ ...mailMessage(batch), from, to }, { url: smtp, insecure, timeout: mailTimeout });
    return;
  }
  await post(receiver, messageFor(receiver, batch, settings.now()), settings);
}

type Posted = Exclude<Receiver, { readonly kind: "email" }>;

function messageFor(receiver: Posted, batch: AlertBatch, now: number): HttpMessage {
  switch (receiver.kind) {
    case "slack":
      return slackMessage(batch);
    case "teams":
      return teamsMessage(batch);
    case "alertmanager":
      return alertmanagerMessage(batch, new Date(now).toISOString());
    case "webhook":
      return webhookMessage(batch, receiver.secret, Math.floor(now / 1000));
  }
}

async function post(
  receiver: Posted,
  { headers, body }: HttpMessage,
  settings: DeliverySettings,
): Promise<void> {
  const url = addressOf(receiver);
  const insecureHosts = receiver.insecure ? [url.host] : [];
  const network = createNetwork({ ...settings, insecureHosts });
  try {
    const response = await network.request(url.href, { method: "POST", headers, body });
    await readBody(response, mostAnswer, "answer");
    if (response.status < 200 || response.status > 299)
      throw new SeaworthyError("network-failed", `it answered ${response.status}`);
  } catch (thrown) {
    // The path of a webhook's address is its password.
    const state = messageOf(thrown)
      .replaceAll(url.href, url.host)
      .replaceAll(`${url.origin}${url.pathname}`, url.host);
    throw new SeaworthyError(codeOf(thrown), `tell "${url.host}": ${state}`, { cause: thrown });
  } finally {
    await network.close();
  }
}

function addressOf({ kind, name, url }: Posted): URL {
  if (!URL.canParse(url)) throw new SeaworthyError("usage", `tell "${name}": its address is no URL`);
  const parsed = new URL(url);
  if (kind === "alertmanager" && !parsed.pathname.endsWith("/api/v2/alerts"))
    parsed.pathname = `${parsed.pathname.replace(/\/$/u, "")}/api/v2/alerts`;
  return parsed;
}
