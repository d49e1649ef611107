import type { Alert, AlertBatch } from "../core/alert.ts";
import type { HttpMessage } from "./message.ts";
import type { MessageBounds } from "./parts.ts";
import { clean, imageTexts, linkOf, packageTexts, summaryOf, titleOf } from "./words.ts";

const open = 30 * 24 * 3_600_000;

/**
 * Alerts for Alertmanager's `/api/v2/alerts` (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml).
 * @param labels added to each, for routing and to tell one sender from another.
 * @param now milliseconds since 1970.
 */
export function alertmanagerMessage(
  { alerts }: AlertBatch,
  labels: Readonly<Record<string, string>>,
  now: number,
): HttpMessage {
  const body = JSON.stringify(alerts.map((alert) => alertOf(alert, labels, now)));
  return { headers: { "content-type": "application/json" }, body };
}

/** What Alertmanager, and a proxy before it, takes. */
export const alertmanagerBounds: MessageBounds = { most: 250, fits: () => true };

// By its labels Alertmanager knows an alert again: nothing that changes from run to run may be among them. An alert without an end
// counts as resolved after five minutes (resolve_timeout): its end is set far off, and each run sets it anew.
function alertOf(alert: Alert, labels: Readonly<Record<string, string>>, now: number): object {
  const description = [summaryOf(alert), ...packageTexts(alert)].filter((text) => text !== "").join("; ");
  const link = linkOf(alert);
  const mended = alert.news === "mended";
  return {
    labels: { ...labels, alertname: "SeaworthyFinding", advisory: clean(alert.id) },
    annotations: {
      summary: titleOf(alert),
      description,
      images: imageTexts(alert).join(", "),
      severity: alert.severity,
    },
    ...(link === undefined ? {} : { generatorURL: link }),
    endsAt: new Date(mended ? now : now + open).toISOString(),
  };
}
