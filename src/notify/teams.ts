import type { Alert, AlertBatch } from "../core/alert.ts";
import type { HttpMessage } from "./message.ts";
import { clean, headline, imageTexts, packageText, titleOf } from "./words.ts";

// A workflow of Teams takes 28 KB.
const mostAlerts = 20;

/** An Adaptive Card for a Teams workflow (https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/). */
export function teamsMessage(batch: AlertBatch): HttpMessage {
  const { alerts } = batch;
  const left = alerts.length - mostAlerts;
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      block(headline(batch), { size: "Medium", weight: "Bolder" }),
      ...alerts.slice(0, mostAlerts).map(container),
      ...(left > 0 ? [block(`and ${left} more`, { isSubtle: true })] : []),
    ],
  };
  const attachments = [{ contentType: "application/vnd.microsoft.card.adaptive", content }];
  return {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: "message", attachments }),
  };
}

function container(alert: Alert): object {
  const { url, summary, packages, severity } = alert;
  const colour = severity === "critical" || severity === "high" ? "Attention" : "Warning";
  const open = url === null ? {} : { selectAction: { type: "Action.OpenUrl", url } };
  return {
    type: "Container",
    separator: true,
    ...open,
    items: [
      block(titleOf(alert), { weight: "Bolder", color: colour }),
      ...(summary === "" ? [] : [block(summary.slice(0, 300))]),
      ...packages.slice(0, 5).map((one) => block(packageText(one))),
      block(imageTexts(alert).join(", "), { isSubtle: true }),
    ],
  };
}

function block(text: string, more: object = {}): object {
  return { type: "TextBlock", wrap: true, text: plain(text), ...more };
}

// Cards read some Markdown: names must not become links or set in bold.
function plain(text: string): string {
  return clean(text).replace(/[*_[\]()~`\\#<>]/gu, (sign) => `\\${sign}`);
}
