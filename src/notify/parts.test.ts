import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileAlert, manyAlerts } from "../../tests/support/alerts.ts";
import { alertmanagerBounds } from "./alertmanager.ts";
import { mailBounds } from "./email.ts";
import { partsOf } from "./parts.ts";
import { slackBounds } from "./slack.ts";
import { teamsBounds } from "./teams.ts";
import { webhookBounds } from "./webhook.ts";

const today = "2026-01-01";

test("partsOf() halves what does not fit, and numbers what came of it", () => {
  const parts = partsOf(today, manyAlerts(5, 1), { most: 4, fits: ({ alerts }) => alerts.length < 3 });
  assert.deepEqual(
    parts.map(({ alerts, part, parts: all }) => [alerts.length, part, all]),
    [
      [2, 1, 3],
      [2, 2, 3],
      [1, 3, 3],
    ],
  );
});

test("partsOf() sends an alert that fits nowhere on its own", () => {
  assert.equal(partsOf(today, manyAlerts(2, 1), { most: 4, fits: () => false }).length, 2);
  assert.deepEqual(partsOf(today, [], { most: 4, fits: () => true }), []);
});

const bounds = [
  ["slack", slackBounds, 40],
  ["teams", teamsBounds, 40],
  ["webhook", webhookBounds, 40],
  ["email", mailBounds, 10],
  ["alertmanager", alertmanagerBounds, 10],
] as const;
for (const [kind, bound, most] of bounds)
  test(`partsOf() tells 2,000 alerts over 40 images to ${kind} in ${most} messages at most, each once, in order`, () => {
    const alerts = manyAlerts(2000);
    const parts = partsOf(today, alerts, bound);
    assert.deepEqual(
      parts.flatMap((part) => part.alerts),
      alerts,
    );
    assert.ok(parts.length <= most, String(parts.length));
    for (const part of parts) assert.ok(bound.fits(part));
    const hostile = partsOf(
      today,
      Array.from({ length: 30 }, () => hostileAlert(2)),
      bound,
    );
    for (const part of hostile)
      assert.ok(bound.fits(part) || (kind === "webhook" && part.alerts.length === 1));
  });
