import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { hostileAlert, manyAlerts, sampleAlert, sampleBatch } from "../../tests/support/alerts.ts";
import type { AlertBatch } from "../core/alert.ts";
import { partsOf } from "./parts.ts";
import { slackBounds, slackMessage } from "./slack.ts";

// https://docs.slack.dev/reference/block-kit/blocks
const header = z.strictObject({
  type: z.literal("header"),
  text: z.strictObject({
    type: z.literal("plain_text"),
    text: z.string().min(1).max(150),
    emoji: z.literal(false),
  }),
});
const section = z.strictObject({
  type: z.literal("section"),
  text: z.strictObject({
    type: z.literal("mrkdwn"),
    text: z.string().min(1).max(3000),
    verbatim: z.literal(true),
  }),
});
const message = z.strictObject({
  text: z.string().min(1).max(4000),
  blocks: z
    .array(z.union([header, section]))
    .min(2)
    .max(50),
  unfurl_links: z.literal(false),
  unfurl_media: z.literal(false),
});

function sections(batch: AlertBatch): readonly string[] {
  const { blocks } = message.parse(JSON.parse(slackMessage(batch).body));
  return blocks.slice(1).map(({ text }) => text.text);
}

test("slackMessage() has a section for each alert", () => {
  const alert = sampleAlert("CVE-1", {
    packages: [{ name: "pypi my_pkg", versions: ["1"], fixed: ["2"] }],
  });
  assert.deepEqual(sections(sampleBatch(alert)), [
    "*<https://example.org/CVE-1|CVE-1 (high) in 1 image>*\nwords\n• pypi my_pkg 1 → 2\n◦ example.org/app:1 (layer 1)",
  ]);
});

test("slackMessage() has a line for each of many alerts", () => {
  const lines = sections(sampleBatch(...manyAlerts(11, 2)))
    .join("\n")
    .split("\n");
  assert.equal(lines.length, 11);
  assert.equal(lines[10], "• CVE-2026-10010 (high) in 2 images: npm lodash 4.17.4 → 4.17.21");
});

test("slackMessage() of hostile names has no mention, no link, no formatting and keeps to the limits", () => {
  for (const length of [1, 5])
    for (const count of [1, 10, 11, 40]) {
      const alerts = Array.from({ length: count }, () => hostileAlert(length));
      for (const batch of partsOf("2026-01-01", alerts, slackBounds)) {
        const { body } = slackMessage(batch);
        const { text, blocks } = message.parse(JSON.parse(body));
        assert.ok(blocks.reduce((sum, block) => sum + block.text.text.length, 0) <= 13_200);
        for (const words of [text, ...blocks.slice(1).map((block) => block.text.text)]) {
          // Our own bold title is all that may be set off.
          const plain = words.replace(/^\*(.*)\*$/mu, "$1");
          assert.doesNotMatch(plain, /[<>]/u);
          assert.doesNotMatch(plain, /&(?!amp;|lt;|gt;)/u);
          assert.doesNotMatch(plain, /(?<!\u200B)`|(?<=^|[\s(])[*_~]/u);
          assert.doesNotMatch(plain, /[^\P{Cc}\n]|[\p{Cf}--\u200B]/v);
        }
      }
    }
});

test("slackMessage() takes no address apart that ends its link", () => {
  const [text = ""] = sections(sampleBatch(sampleAlert("CVE-1", { url: "https://example.org/a|b>*c*" })));
  assert.match(text, /^\*<https:\/\/example\.org\/a%7Cb%3E%2Ac%2A\|CVE-1 /u);
});
