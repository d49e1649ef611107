import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileAlert, manyAlerts, sampleAlert, sampleBatch } from "../../tests/support/alerts.ts";
import {
  clean,
  cut,
  headline,
  imageTexts,
  lineOf,
  linkOf,
  packageTexts,
  summaryOf,
  titleOf,
} from "./words.ts";

const mended = sampleAlert("CVE-1", { news: "mended", packages: [] });
const headlines: readonly (readonly [why: string, said: string, is: string])[] = [
  ["one", headline(sampleBatch(sampleAlert("CVE-1"))), "Seaworthy: 1 advisory over 1 image"],
  [
    "several over the same images",
    headline(sampleBatch(...manyAlerts(2, 1), sampleAlert("CVE-1"))),
    "Seaworthy: 3 advisories over 3 images",
  ],
  ["mended alone", headline(sampleBatch(mended)), "Seaworthy: 1 mended or accepted"],
  [
    "both, in parts",
    headline({ ...sampleBatch(sampleAlert("CVE-2"), mended), part: 2, parts: 3 }),
    "Seaworthy: 1 advisory over 1 image, 1 mended or accepted (part 2 of 3)",
  ],
];
for (const [why, said, is] of headlines) test(`headline() of ${why}`, () => assert.equal(said, is));

test("titleOf() says how bad it is and why it is told again", () => {
  const alert = sampleAlert("CVE-1", { kev: true, epss: 0.123, news: "more" });
  assert.equal(titleOf(alert), "CVE-1 (high, known exploited, EPSS 12.3 %, more) in 1 image");
  assert.equal(titleOf(sampleAlert("CVE-1")), "CVE-1 (high) in 1 image");
  assert.equal(titleOf(mended), "CVE-1 (high): mended or accepted in 1 image");
});

test("packageTexts() says what mends, or that nothing does", () => {
  const packages = [
    { name: "deb openssl", versions: ["1", "2"], fixed: ["3", "4"] },
    { name: "npm x", versions: ["1"], fixed: [] },
  ];
  assert.deepEqual(packageTexts(sampleAlert("CVE-1", { packages })), [
    "deb openssl 1, 2 → 3 or 4",
    "npm x 1, no fix yet",
  ]);
});

test("imageTexts() lists ten and counts the rest", () => {
  const [alert] = manyAlerts(1, 40);
  assert.ok(alert !== undefined);
  const texts = imageTexts(alert);
  assert.equal(texts.length, 11);
  assert.equal(texts[0], "registry.example.org/team/service-0:1.0 (base image)");
  assert.equal(texts[10], "and 30 more");
});

test("lineOf() has the first package", () => {
  assert.equal(lineOf(sampleAlert("CVE-1")), "CVE-1 (high) in 1 image: npm lodash 4.17.4 → 4.17.21");
  assert.equal(lineOf(mended), titleOf(mended));
});

const links: readonly (readonly [url: string | null, link: string | undefined])[] = [
  ["https://example.org/a?b=c", "https://example.org/a?b=c"],
  ["http://example.org", "http://example.org/"],
  ["https://example.org/a|b>\n", "https://example.org/a|b%3E"],
  ["javascript:alert(1)", undefined],
  ["data:text/html,x", undefined],
  ["//example.org", undefined],
  ["", undefined],
  [null, undefined],
  [`https://example.org/${"a".repeat(500)}`, undefined],
];
for (const [url, link] of links)
  test(`linkOf() of ${String(url).slice(0, 40)} is ${link}`, () =>
    assert.equal(linkOf(sampleAlert("CVE-1", { url })), link));

test("every text of a hostile alert is one bounded line without control characters", () => {
  const alert = hostileAlert();
  const texts = [
    titleOf(alert),
    summaryOf(alert),
    lineOf(alert),
    ...packageTexts(alert),
    ...imageTexts(alert),
  ];
  for (const text of texts) {
    assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\u2028\u2029]/u);
    assert.ok(text.length <= 1100, String(text.length));
  }
  assert.ok(texts.length < 25);
});

test("cut() splits no sign in two", () => {
  assert.equal(cut("abcd", 4), "abcd");
  assert.equal(cut("abcde", 4), "abc…");
  assert.equal(cut("ab😀de", 4), "ab…");
  assert.equal(clean("a\uD800b\u200Dc"), "a b c");
});
