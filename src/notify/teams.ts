import type { Alert, AlertBatch } from "../core/alert.ts";
import type { HttpMessage } from "./message.ts";
import type { MessageBounds } from "./parts.ts";
import { headline, imageTexts, lineOf, linkOf, packageTexts, summaryOf, titleOf } from "./words.ts";

// https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook: 28 KB.
const mostBytes = 26_000;
const mostAtLength = 10;

/** An Adaptive Card for a Teams workflow (https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/). */
export function teamsMessage(batch: AlertBatch): HttpMessage {
  const { alerts } = batch;
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      line(headline(batch), { size: "Medium", weight: "Bolder" }),
      ...(alerts.length <= mostAtLength ? alerts.map(container) : alerts.map((alert) => line(lineOf(alert)))),
    ],
  };
  const attachments = [{ contentType: "application/vnd.microsoft.card.adaptive", content }];
  return {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: "message", attachments }),
  };
}

/** What Teams takes. */
export const teamsBounds: MessageBounds = {
  most: 100,
  fits: (batch) => Buffer.byteLength(teamsMessage(batch).body) <= mostBytes,
};

function container(alert: Alert): object {
  const { severity, news } = alert;
  const severe = severity === "critical" || severity === "high" ? "Attention" : "Warning";
  const url = linkOf(alert);
  const summary = summaryOf(alert);
  return {
    type: "Container",
    separator: true,
    ...(url === undefined ? {} : { selectAction: { type: "Action.OpenUrl", url } }),
    items: [
      line(titleOf(alert), { weight: "Bolder", color: news === "mended" ? "Good" : severe }),
      ...(summary === "" ? [] : [line(summary)]),
      ...packageTexts(alert).map((text) => line(text)),
      ...imageTexts(alert).map((text) => line(text, { isSubtle: true })),
    ],
  };
}

// A TextRun is shown as it is, whereas a TextBlock reads Markdown: a name cannot become a link or be set in bold.
function line(text: string, style: object = {}): object {
  return { type: "RichTextBlock", inlines: [{ type: "TextRun", text, ...style }] };
}
