import type { Alert, AlertBatch } from "../core/alert.ts";
import type { HttpMessage } from "./message.ts";
import type { MessageBounds } from "./parts.ts";
import { clean, headline, imageTexts, lineOf, linkOf, packageTexts, summaryOf, titleOf } from "./words.ts";

// https://docs.slack.dev/reference/block-kit/blocks: 50 blocks, 3,000 characters of text in one, 150 in a header. A message of more
// than 13,200 characters is refused, which is written nowhere (https://github.com/slackapi/bolt-js/issues/2509).
const mostText = 2900;
const mostMessage = 12_000;
const mostAtLength = 10;

/** A message of Slack's incoming webhooks (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/). */
export function slackMessage(batch: AlertBatch): HttpMessage {
  const text = headline(batch);
  const blocks = [
    { type: "header", text: { type: "plain_text", text, emoji: false } },
    ...textsOf(batch).map((mrkdwn) => ({
      type: "section",
      // Verbatim: what looks like an address, a channel or a name is not made one.
      text: { type: "mrkdwn", text: mrkdwn, verbatim: true },
    })),
  ];
  const body = JSON.stringify({ text: escaped(text), blocks, unfurl_links: false, unfurl_media: false });
  return { headers: { "content-type": "application/json" }, body };
}

/** What Slack takes. */
export const slackBounds: MessageBounds = {
  most: 100,
  fits: (batch) => textsOf(batch).join("").length <= mostMessage,
};

// Many alerts have one line each.
function textsOf({ alerts }: AlertBatch): readonly string[] {
  if (alerts.length <= mostAtLength) return alerts.map(textOf);
  const texts: string[] = [];
  for (const line of alerts.map((alert) => `• ${escaped(lineOf(alert))}`)) {
    const last = texts.at(-1);
    if (last === undefined || last.length + line.length >= mostText) texts.push(line);
    else texts[texts.length - 1] = `${last}\n${line}`;
  }
  return texts;
}

function textOf(alert: Alert): string {
  const link = linkOf(alert);
  const title = escaped(titleOf(alert));
  const summary = summaryOf(alert);
  const lines = [
    link === undefined ? `*${title}*` : `*<${address(link)}|${title}>*`,
    ...(summary === "" ? [] : [escaped(summary)]),
    ...packageTexts(alert).map((text) => `• ${escaped(text)}`),
    ...imageTexts(alert).map((text) => `◦ ${escaped(text)}`),
  ];
  const text = lines.join("\n");
  // Cut between lines: half a link or half an entity would be shown as it is.
  return text.length <= mostText ? text : `${text.slice(0, text.lastIndexOf("\n", mostText))}\n…`;
}

// What Slack reads is <, > and &; * _ ~ are read at the edge of a word only, ` and :emoji: anywhere. An invisible space, where it must
// be, keeps them from it: names inside of which they stand can be copied.
function escaped(text: string): string {
  return clean(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/`|(?<![\p{L}\p{N}])[*_~]|[*_~](?![\p{L}\p{N}])/gu, (sign) => `\u200B${sign}`);
}

function address(url: string): string {
  return url.replace(/[|<>*_~`]/gu, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
