import { createHash, createHmac } from "node:crypto";
import type { AlertBatch } from "../core/alert.ts";
import type { HttpMessage } from "./message.ts";

/**
 * A batch as JSON, signed as Standard Webhooks says (https://www.standardwebhooks.com): the receiver can tell that it is ours, is
 * whole and is not an old one sent again. The id is that of the content: a repeated delivery has the same.
 * @param secret as the receiver holds it, `whsec_` before base64, or any text.
 * @param seconds the time of sending, in seconds since 1970.
 */
export function webhookMessage(batch: AlertBatch, secret: string | undefined, seconds: number): HttpMessage {
  const body = JSON.stringify({
    type: "seaworthy.alerts",
    version: 1,
    today: batch.today,
    alerts: batch.alerts,
  });
  const id = `msg_${createHash("sha256").update(body).digest("hex").slice(0, 32)}`;
  const head = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(seconds) };
  if (secret === undefined) return { headers: head, body };
  const signature = createHmac("sha256", keyOf(secret)).update(`${id}.${seconds}.${body}`).digest("base64");
  return { headers: { ...head, "webhook-signature": `v1,${signature}` }, body };
}

function keyOf(secret: string): Buffer {
  return secret.startsWith("whsec_")
    ? Buffer.from(secret.slice("whsec_".length), "base64")
    : Buffer.from(secret);
}
