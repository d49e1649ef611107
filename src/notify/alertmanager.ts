import type { Alert, AlertBatch } from "../core/alert.ts";
import type { HttpMessage } from "./message.ts";
import { clean, imageTexts, packageText, titleOf } from "./words.ts";

/** Alerts for Alertmanager's `/api/v2/alerts` (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml). */
export function alertmanagerMessage({ alerts }: AlertBatch, now: string): HttpMessage {
  const body = JSON.stringify(alerts.map((alert) => alertOf(alert, now)));
  return { headers: { "content-type": "application/json" }, body };
}

// Labels are what Alertmanager takes for one alert: nothing that changes from run to run may be among them.
function alertOf(alert: Alert, now: string): object {
  const { id, summary, packages, url, news, severity } = alert;
  const annotations = {
    summary: clean(titleOf(alert)),
    description: clean([summary, ...packages.map(packageText)].filter((text) => text !== "").join("; ")),
    images: clean(imageTexts(alert).join(", ")),
    severity,
  };
  return {
    labels: { alertname: "SeaworthyFinding", advisory: clean(id) },
    annotations,
    ...(url !== null && URL.canParse(url) ? { generatorURL: url } : {}),
    ...(news === "mended" ? { endsAt: now } : {}),
  };
}
