import assert from "node:assert/strict";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { hostileAlert, sampleAlert, sampleBatch } from "../../tests/support/alerts.ts";
import { webhookMessage } from "./webhook.ts";

const seconds = Math.floor(Date.now() / 1000);
const secret = `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`;

for (const [why, key, options] of [
  ["base64", secret, {}],
  ["any text", "correct horse battery staple", { format: "raw" }],
] as const)
  test(`webhookMessage() is signed as Standard Webhooks' own library verifies: ${why}`, () => {
    const { headers, body } = webhookMessage(sampleBatch(hostileAlert()), key, seconds);
    const verifier = new Webhook(key, options);
    assert.deepEqual(verifier.verify(body, { ...headers }), JSON.parse(body));
    assert.throws(() => verifier.verify(`${body} `, { ...headers }));
    assert.throws(() => new Webhook(secret.replace("MDEy", "MDEz")).verify(body, { ...headers }));
  });

test("webhookMessage() refuses nothing without a secret, and signs nothing", () => {
  assert.deepEqual(Object.keys(webhookMessage(sampleBatch(sampleAlert("CVE-1")), undefined, 1).headers), [
    "content-type",
    "webhook-id",
    "webhook-timestamp",
  ]);
});

test("webhookMessage() has the same id for the same content, whenever it is sent", () => {
  const id = (name: string, at: number): string | undefined =>
    webhookMessage(sampleBatch(sampleAlert(name)), secret, at).headers["webhook-id"];
  assert.equal(id("CVE-1", 1), id("CVE-1", 2));
  assert.notEqual(id("CVE-1", 1), id("CVE-2", 1));
});

test("webhookMessage() has the alerts whole", () => {
  const alert = sampleAlert("CVE-1");
  assert.deepEqual(JSON.parse(webhookMessage(sampleBatch(alert), secret, seconds).body), {
    type: "seaworthy.alerts",
    version: 1,
    today: "2026-01-01",
    alerts: [alert],
    part: 1,
    parts: 1,
  });
});
