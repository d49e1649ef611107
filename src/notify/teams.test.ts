import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import {
  hostileAlert,
  hostileText,
  manyAlerts,
  sampleAlert,
  sampleBatch,
} from "../../tests/support/alerts.ts";
import { partsOf } from "./parts.ts";
import { teamsBounds, teamsMessage } from "./teams.ts";

// https://adaptivecards.io/explorer/: only what a TextRun holds is text, and it is not read as Markdown.
const line = z.strictObject({
  type: z.literal("RichTextBlock"),
  inlines: z
    .array(
      z.strictObject({
        type: z.literal("TextRun"),
        text: z.string().min(1),
        size: z.literal("Medium").optional(),
        weight: z.literal("Bolder").optional(),
        color: z.enum(["Good", "Warning", "Attention"]).optional(),
        isSubtle: z.boolean().optional(),
      }),
    )
    .length(1),
});
const container = z.strictObject({
  type: z.literal("Container"),
  separator: z.literal(true),
  selectAction: z.strictObject({ type: z.literal("Action.OpenUrl"), url: z.url() }).optional(),
  items: z.array(line).min(2),
});
const message = z.strictObject({
  type: z.literal("message"),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal("application/vnd.microsoft.card.adaptive"),
        content: z.strictObject({
          $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
          type: z.literal("AdaptiveCard"),
          version: z.literal("1.4"),
          body: z.array(z.union([line, container])).min(2),
        }),
      }),
    )
    .length(1),
});

test("teamsMessage() is a card with a container for each alert", () => {
  const mended = sampleAlert("CVE-2", { news: "mended", packages: [], summary: "", url: null });
  const { attachments } = message.parse(
    JSON.parse(teamsMessage(sampleBatch(sampleAlert("CVE-1"), mended)).body),
  );
  const [head, first, second] = attachments[0]?.content.body ?? [];
  assert.ok(head?.type === "RichTextBlock" && first?.type === "Container" && second?.type === "Container");
  assert.equal(first.selectAction?.url, "https://example.org/CVE-1");
  assert.deepEqual(
    first.items.map(({ inlines }) => inlines[0]?.text),
    ["CVE-1 (high) in 1 image", "words", "npm lodash 4.17.4 → 4.17.21", "example.org/app:1 (layer 1)"],
  );
  assert.equal(first.items[0]?.inlines[0]?.color, "Attention");
  assert.equal(second.items[0]?.inlines[0]?.color, "Good");
});

test("teamsMessage() stays below 28 KB, whatever the names", () => {
  for (const name of [hostileText, "左", "😀", '\\"', "&"])
    for (const count of [1, 10, 11, 60]) {
      const reference = name.repeat(200);
      const images = Array.from({ length: 30 }, () => ({ reference, digest: null, from: [reference] }));
      const alerts = Array.from({ length: count }, () => ({ ...hostileAlert(1), id: reference, images }));
      for (const batch of partsOf("2026-01-01", alerts, teamsBounds)) {
        const { body } = teamsMessage(batch);
        message.parse(JSON.parse(body));
        assert.ok(Buffer.byteLength(body) < 28_000, `${count} ${Buffer.byteLength(body)}`);
      }
    }
});

test("teamsMessage() of many alerts has a line for each", () => {
  const { attachments } = message.parse(JSON.parse(teamsMessage(sampleBatch(...manyAlerts(50))).body));
  assert.equal(attachments[0]?.content.body.length, 51);
});
