import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileAlert, sampleAlert, sampleBatch } from "../../tests/support/alerts.ts";
import { mailMessage } from "./email.ts";

test("mailMessage() tells each alert at length", () => {
  const { subject, text } = mailMessage(sampleBatch(sampleAlert("CVE-1")));
  assert.equal(subject, "Seaworthy: 1 advisory over 1 image");
  assert.match(
    text,
    /^Seaworthy: 1 advisory over 1 image\n\nCVE-1 \(high\) in 1 image\n {2}words\n {2}npm lodash 4\.17\.4 → 4\.17\.21\n {2}- example\.org\/app:1 \(layer 1\)\n {2}https:\/\/example\.org\/CVE-1\n\nAs of 2026-01-01\./u,
  );
});

test("mailMessage() has an id of its content", () => {
  const one = mailMessage(sampleBatch(sampleAlert("CVE-1")));
  assert.match(one.id, /^<[0-9a-f]{32}@seaworthy\.invalid>$/u);
  assert.equal(mailMessage(sampleBatch(sampleAlert("CVE-1"))).id, one.id);
  assert.notEqual(mailMessage(sampleBatch(sampleAlert("CVE-2"))).id, one.id);
});

test("mailMessage() of hostile names has no line of theirs", () => {
  const { subject, text } = mailMessage(sampleBatch(hostileAlert()));
  assert.doesNotMatch(subject, /\p{Cc}/u);
  assert.doesNotMatch(text, /^(?:Bcc|QUIT|\.)/mu);
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\u202E]/u);
});
