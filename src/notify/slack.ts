import type { Alert, AlertBatch } from "../core/alert.ts";
import type { HttpMessage } from "./message.ts";
import { clean, headline, imageTexts, packageText, titleOf } from "./words.ts";

// https://docs.slack.dev/reference/block-kit/blocks: 50 blocks, 3,000 characters of text in one.
const mostAlerts = 40;
const mostText = 2900;

/** A message of Slack's incoming webhooks (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/). */
export function slackMessage(batch: AlertBatch): HttpMessage {
  const { alerts } = batch;
  const left = alerts.length - mostAlerts;
  const blocks = [
    { type: "header", text: { type: "plain_text", text: headline(batch).slice(0, 150) } },
    ...alerts
      .slice(0, mostAlerts)
      .map((alert) => ({ type: "section", text: { type: "mrkdwn", text: textOf(alert) } })),
    ...(left > 0 ? [{ type: "context", elements: [{ type: "mrkdwn", text: `and ${left} more` }] }] : []),
  ];
  const body = JSON.stringify({ text: escaped(headline(batch)), blocks, unfurl_links: false });
  return { headers: { "content-type": "application/json" }, body };
}

function textOf(alert: Alert): string {
  const { url, summary, packages } = alert;
  const title = escaped(titleOf(alert));
  const lines = [
    url === null ? `*${title}*` : `*<${address(url)}|${title}>*`,
    ...(summary === "" ? [] : [escaped(summary.slice(0, 300))]),
    ...packages.slice(0, 10).map((one) => `• ${escaped(packageText(one))}`),
    imageTexts(alert).map(escaped).join(", "),
  ];
  const text = lines.join("\n");
  // Cut between lines: half a link or half an entity would be shown as it is.
  return text.length <= mostText ? text : `${text.slice(0, text.lastIndexOf("\n", mostText))}\n…`;
}

// What Slack reads is <, > and &; a name must not become a mention, a link or set in bold.
function escaped(text: string): string {
  return clean(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[*_~`]/gu, (sign) => `\u200B${sign}`);
}

function address(url: string): string {
  return encodeURI(url).replace(/[|<>]/gu, encodeURIComponent);
}
