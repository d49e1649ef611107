import type { Alert, AlertBatch } from "../core/alert.ts";
import type { MailMessage } from "./message.ts";
import { clean, headline, imageTexts, packageText, titleOf } from "./words.ts";

/** A batch as a mail in plain text. */
export function mailMessage(batch: AlertBatch): MailMessage {
  const parts = batch.alerts.map(textOf);
  const foot = `As of ${batch.today}. Sent once for each advisory, again when more images have it.`;
  return { subject: headline(batch), text: `${[headline(batch), ...parts, foot].join("\n\n")}\n` };
}

function textOf(alert: Alert): string {
  const { summary, packages, url } = alert;
  return [
    clean(titleOf(alert)),
    ...(summary === "" ? [] : [`  ${clean(summary)}`]),
    ...packages.map((one) => `  ${clean(packageText(one))}`),
    ...imageTexts(alert).map((text) => `  - ${clean(text)}`),
    ...(url === null ? [] : [`  ${clean(url)}`]),
  ].join("\n");
}
