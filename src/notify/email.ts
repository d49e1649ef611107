import { createHash } from "node:crypto";
import type { Alert, AlertBatch } from "../core/alert.ts";
import type { MailMessage } from "./message.ts";
import type { MessageBounds } from "./parts.ts";
import { headline, imageTexts, linkOf, packageTexts, summaryOf, titleOf } from "./words.ts";

/** A batch as a mail in plain text. */
export function mailMessage(batch: AlertBatch): MailMessage {
  const subject = headline(batch);
  const foot = `As of ${batch.today}. An advisory is told once, and again when more images have it or it got worse.`;
  const text = `${[subject, ...batch.alerts.map(textOf), foot].join("\n\n")}\n`;
  const id = `<${createHash("sha256").update(text).digest("hex").slice(0, 32)}@seaworthy.invalid>`;
  return { id, subject, text };
}

/** What a mail server surely takes. */
export const mailBounds: MessageBounds = { most: 250, fits: () => true };

function textOf(alert: Alert): string {
  const summary = summaryOf(alert);
  const link = linkOf(alert);
  return [
    titleOf(alert),
    ...(summary === "" ? [] : [`  ${summary}`]),
    ...packageTexts(alert).map((text) => `  ${text}`),
    ...imageTexts(alert).map((text) => `  - ${text}`),
    ...(link === undefined ? [] : [`  ${link}`]),
  ].join("\n");
}
