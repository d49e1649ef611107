import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { largeReport } from "../../tests/support/large-report.ts";
import { emptyReport, fullReport, sampleFinding, samplePackage } from "../../tests/support/sample-report.ts";
import type { Report } from "../core/report.ts";
import { htmlReport } from "./html.ts";
import { html } from "./html-text.ts";

const hostile = `</script><img src=x onerror=alert(1)>"'&<!--\u202E\u0007`;
const evil = samplePackage(hostile, hostile, 1);
const attacked: Report = {
  ...fullReport,
  image: { ...fullReport.image, reference: hostile },
  packages: [evil],
  findings: [sampleFinding(evil, hostile, "high", { summary: hostile })],
  coverage: { ...fullReport.coverage, notes: [hostile] },
  verdict: {
    ...fullReport.verdict,
    reasons: [{ code: "c", message: hostile, rule: hostile, findings: [] }],
    toPass: [{ kind: "other", text: hostile }],
  },
};

for (const [what, report] of [
  ["a full report", fullReport],
  ["an empty report", emptyReport],
  ["hostile names", attacked],
] as const)
  test(`htmlReport() lets only its own style and script run, with ${what}`, () => {
    const page = htmlReport(report);
    const scripts = [...page.matchAll(/<script>([^]*?)<\/script>/gu)].map(([, text = ""]) => text);
    const styles = [...page.matchAll(/<style>([^]*?)<\/style>/gu)].map(([, text = ""]) => text);
    assert.deepEqual([scripts.length, styles.length], [1, 1]);
    const hashes = [...styles, ...scripts].map((text) => createHash("sha256").update(text).digest("base64"));
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(page)?.[1];
    assert.equal(
      policy,
      `default-src 'none'; style-src 'sha256-${hashes[0]}'; script-src 'sha256-${hashes[1]}'; base-uri 'none'; form-action 'none'`.replaceAll(
        "'",
        "&#39;",
      ),
    );
    const body = page.slice(page.indexOf("<body>"), page.indexOf('<script type="application/json"'));
    assert.ok(!/<(?:img|a|script)\b|<[^>]*\s(?:on[a-z]+|style|src|href)=/u.test(body));
    assert.ok(!body.includes("\u202E") && !body.includes("\u0007"));
    const [, data = ""] = /id="data">([^]*?)<\/script>/u.exec(page) ?? [];
    assert.ok(Array.isArray(JSON.parse(data).rows.texts));
  });

test("htmlReport() tells how the demanded signatures stand, where somebody asked", () => {
  assert.match(htmlReport(fullReport), /signatures: signature verified \(key ci\.pub\), [^<]* invalid/u);
  assert.doesNotMatch(htmlReport(emptyReport), /signatures:/u);
});

test("htmlReport() is below 2 MB with 5,000 findings, the same each time", () => {
  const report = largeReport(5000);
  const page = htmlReport(report);
  assert.ok(Buffer.byteLength(page) < 2_000_000, `${Buffer.byteLength(page)}`);
  assert.equal(htmlReport(report), page);
});

test("html`` escapes texts and takes HTML as it is", () => {
  const item = html`<b>${"a<b>&\"'"}</b>`;
  assert.equal(html`<p>${[item, item]}${3}</p>`.html, `<p>${item.html}${item.html}3</p>`);
  assert.equal(item.html, "<b>a&lt;b&gt;&amp;&quot;&#39;</b>");
});
