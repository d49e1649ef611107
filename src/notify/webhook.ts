import { createHash, createHmac } from "node:crypto";
import type { AlertBatch } from "../core/alert.ts";
import type { HttpMessage } from "./message.ts";
import type { MessageBounds } from "./parts.ts";

/**
 * A batch as JSON, signed as Standard Webhooks says (https://www.standardwebhooks.com): the receiver can tell that it is ours, is
 * whole and is not an old one sent again. The id is that of the content: a repeated delivery has the same.
 * @param secret as the receiver holds it, `whsec_` before base64, or any text.
 * @param seconds the time of sending, in seconds since 1970.
 */
export function webhookMessage(batch: AlertBatch, secret: string | undefined, seconds: number): HttpMessage {
  const body = bodyOf(batch);
  const id = `msg_${createHash("sha256").update(body).digest("hex").slice(0, 32)}`;
  const head = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(seconds) };
  if (secret === undefined) return { headers: head, body };
  const signature = createHmac("sha256", keyOf(secret)).update(`${id}.${seconds}.${body}`).digest("base64");
  return { headers: { ...head, "webhook-signature": `v1,${signature}` }, body };
}

const mostBytes = 512 * 1024;

/** What a server by its usual settings (1 MB) takes. */
export const webhookBounds: MessageBounds = {
  most: 500,
  fits: (batch) => Buffer.byteLength(bodyOf(batch)) <= mostBytes,
};

function bodyOf(batch: AlertBatch): string {
  return JSON.stringify({ type: "seaworthy.alerts", version: 1, ...batch });
}

/** The bytes of a secret. */
export function keyOf(secret: string): Buffer {
  const prefix = "whsec_";
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), "base64") : Buffer.from(secret);
}
