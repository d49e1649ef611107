import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { htmlReport } from "../src/reports/html.ts";
import { largeReport } from "../tests/support/large-report.ts";

// Size and first paint of the HTML report with 5,000 findings, in Chromium: `node scripts/pinned.js bench/html.ts`. Beside it an
// empty page in the same browser: what of the first paint is the browser's own.

const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
const dir = mkdtempSync(join(tmpdir(), "seaworthy-html-"));
const pages = { empty: "<!doctype html><p>empty", report: htmlReport(largeReport(5000)) };
for (const [name, text] of Object.entries(pages)) writeFileSync(join(dir, `${name}.html`), text);
process.stdout.write(`size: ${(Buffer.byteLength(pages.report) / 1e6).toFixed(2)} MB\n`);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  for (const name of Object.keys(pages)) {
    const paints: number[] = [];
    const drawn: number[] = [];
    for (let run = 0; run < 7; run++) {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(join(dir, `${name}.html`)).href);
      if (name === "report") await page.locator("#list .row").nth(4999).waitFor({ state: "attached" });
      drawn.push(Number(await page.evaluate("performance.now()")));
      paints.push(
        Number(
          await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"),
        ),
      );
      await page.close();
    }
    process.stdout.write(`${name}: first paint ${median(paints)} ms, all drawn ${median(drawn)} ms\n`);
  }
} finally {
  await browser.close();
  rmSync(dir, { recursive: true });
}

function median(values: readonly number[]): string {
  return (values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(0);
}
