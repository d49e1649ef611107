import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { hostileAlert, sampleAlert, sampleBatch } from "../../tests/support/alerts.ts";
import type { Alert } from "../core/alert.ts";
import { alertmanagerMessage } from "./alertmanager.ts";

// postableAlerts of https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
const schema = z.array(
  z.strictObject({
    labels: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/u), z.string().min(1)),
    annotations: z.record(z.string(), z.string()),
    generatorURL: z.url().optional(),
    endsAt: z.iso.datetime(),
  }),
);
const now = Date.parse("2026-01-01T12:00:00Z");

function sent(alert: Alert, labels: Readonly<Record<string, string>> = {}) {
  const [one] = schema.parse(JSON.parse(alertmanagerMessage(sampleBatch(alert), labels, now).body));
  assert.ok(one !== undefined);
  return one;
}

test("alertmanagerMessage() ends far off what is open, and now what is mended", () => {
  assert.equal(sent(sampleAlert("CVE-1")).endsAt, "2026-01-31T12:00:00.000Z");
  assert.equal(sent(sampleAlert("CVE-1", { news: "mended" })).endsAt, "2026-01-01T12:00:00.000Z");
});

test("alertmanagerMessage() has the same labels whatever changes from run to run", () => {
  const changes: readonly Partial<Alert>[] = [
    {},
    { severity: "critical", kev: true, epss: 0.5, news: "more" },
    { summary: "other", url: null, images: [], packages: [], news: "mended" },
  ];
  for (const change of changes)
    assert.deepEqual(sent(sampleAlert("CVE-1", change), { team: "a", advisory: "x" }).labels, {
      team: "a",
      alertname: "SeaworthyFinding",
      advisory: "CVE-1",
    });
});

test("alertmanagerMessage() tells the rest as annotations, hostile or not", () => {
  assert.deepEqual(sent(sampleAlert("CVE-1")).annotations, {
    summary: "CVE-1 (high) in 1 image",
    description: "words; npm lodash 4.17.4 → 4.17.21",
    images: "example.org/app:1 (layer 1)",
    severity: "high",
  });
  const hostile = sent(hostileAlert());
  assert.equal(hostile.generatorURL, undefined);
  for (const text of Object.values({ ...hostile.annotations, ...hostile.labels }))
    assert.doesNotMatch(text, /\p{Cc}/u);
});
