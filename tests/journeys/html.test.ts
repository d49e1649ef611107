import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Report } from "../../src/core/report.ts";
import { severities } from "../../src/core/severity.ts";
import { htmlReport } from "../../src/reports/html.ts";
import { largeReport } from "../support/large-report.ts";
import { needs } from "../support/needs.ts";
import { fullReport, lodash, sampleFinding, samplePackage } from "../support/sample-report.ts";
import { scratch } from "../support/scratch.ts";

const skip = needs("chromium");

// In the page: texts of rows whose contrast with the row as it is pointed at is below 4.5 (https://www.w3.org/TR/WCAG22/#contrast-minimum).
const faint = `(() => {
  const probe = document.createElement("i");
  document.body.append(probe);
  const light = (color) => {
    const parts = color.match(/[\\d.]+/gu).slice(0, 3).map((part) => Number(part) / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backs = ["--card", "--hover"].map((name) => {
    probe.style.cssText = "";
    probe.style.setProperty("background-color", "var(" + name + ")");
    return light(getComputedStyle(probe).backgroundColor);
  });
  return [...document.querySelectorAll(".row > button span")].flatMap((span) => {
    const own = light(getComputedStyle(span).color);
    const opacity = Number(getComputedStyle(span.closest("button")).opacity);
    const worst = Math.min(...backs.map((back) => (Math.max(own, back) + 0.05) / (Math.min(own, back) + 0.05)));
    return worst * opacity < 4.5 ? [span.className + " " + worst.toFixed(2)] : [];
  });
})()`;

describe("the HTML report in Chromium", { skip }, () => {
  let browser: Browser;
  before(async () => {
    const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  });
  after(async () => await browser?.close());

  /** The page of a report from disk; anything that it asks for or complains of is in `trouble`. */
  async function open(report: Report, hash = ""): Promise<{ page: Page; trouble: string[] }> {
    const file = join(scratch("html"), "report.html");
    writeFileSync(file, htmlReport(report));
    const page = await browser.newPage({ colorScheme: "light" });
    const trouble: string[] = [];
    const address = pathToFileURL(file).href;
    page.on("console", (message) => trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(error.message));
    page.on("dialog", (dialog) => trouble.push(dialog.message()));
    page.on("request", (request) => {
      if (!request.url().startsWith(address)) trouble.push(request.url());
    });
    await page.goto(`${address}${hash}`);
    return { page, trouble };
  }
  const rows = (page: Page): Promise<readonly string[]> =>
    page.locator("#list .row > button").allInnerTexts();
  const untilShown = (page: Page, text: string): Promise<void> =>
    page.locator("#shown", { hasText: new RegExp(`^${text}$`, "u") }).waitFor();
  const shown = (page: Page): Promise<string> => page.locator("#shown").innerText();

  test("tells the verdict and lists findings by layer, checks and what is suppressed", async () => {
    const { page, trouble } = await open(fullReport);
    assert.match(
      await page.locator(".verdict").innerText(),
      /FAIL[^]*1 critical finding[^]*To pass[^]*4\.17\.21/u,
    );
    assert.deepEqual(await page.locator("#list h3").allInnerTexts(), [
      "layer 0 ADD file:1 in / base · 1",
      "layer 1 RUN npm ci Dockerfile:7 · application · 3",
    ]);
    assert.equal((await rows(page)).length, 4);
    await page.locator("#list .row > button").nth(1).click();
    assert.match(
      await page.locator(".detail").innerText(),
      /package\s+pkg:npm\/lodash@4\.17\.4[^]*4\.17\.4 < 9\.9\.9/u,
    );
    await page.getByRole("tab", { name: "Suppressed" }).click();
    assert.equal((await rows(page)).length, 3);
    await page.locator("#list .row > button").first().click();
    assert.match(await page.locator(".detail").first().innerText(), /suppressed\s+(VEX|exception)/u);
    await page.getByRole("tab", { name: "Checks" }).click();
    assert.equal((await rows(page)).length, fullReport.checks.length);
    assert.deepEqual(trouble, []);
  });

  test("filters by words, severity, layer and fix, keeps that in its address, and clears it", async () => {
    const { page, trouble } = await open(fullReport);
    await page.locator("#search").fill("lodash critical-no");
    await untilShown(page, "0 of 4");
    await page.locator("#search").fill("LODASH 2021-1");
    await untilShown(page, "1 of 4");
    await page.locator("#clear").click();
    await page.locator("button[data-severity=high]").click();
    assert.equal(await shown(page), "1 of 4");
    assert.match(page.url(), /#severity=high$/u);
    await page.locator("button[data-severity=high]").click();
    await page.locator("button[data-layer='0']").click();
    assert.equal(await shown(page), "1 of 4");
    await page.locator("button[data-only=fixable]").click();
    assert.equal(await shown(page), "0 of 4");
    assert.deepEqual(trouble, []);
    const again = await open(fullReport, "#layer=1&only=kev");
    assert.equal(await shown(again.page), "1 of 4");
  });

  test("is worked by keys alone, and turns dark", async () => {
    const { page, trouble } = await open(fullReport);
    const key = (name: string): Promise<void> => page.keyboard.press(name);
    await key("1");
    assert.equal(await shown(page), "1 of 4");
    await key("Escape");
    assert.equal(await shown(page), "4 of 4");
    await key("j");
    await key("j");
    await key("Enter");
    assert.equal(await page.locator(".detail").count(), 1);
    await key("g");
    assert.equal(await page.locator("#group").inputValue(), "package");
    await key("]");
    assert.equal(await page.locator("[aria-selected=true]").getAttribute("data-tab"), "checks");
    await key("?");
    assert.equal(await page.locator("#keys").isVisible(), true);
    await key("Escape");
    assert.equal(await page.locator("#keys").isVisible(), false);
    await key("/");
    await page.keyboard.type("apt");
    await untilShown(page, "1 of 2");
    await key("Enter");
    const back = (): Promise<unknown> => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await back();
    await key("t");
    assert.notEqual(await back(), light);
    assert.deepEqual(trouble, []);
  });

  test("shows hostile names as text, and runs nothing of them", async () => {
    const name = `</script><img src=x onerror=alert(1)><a href="javascript:alert(2)">`;
    const pkg = samplePackage(name, "1", 1);
    const finding = sampleFinding(pkg, name, "high", { summary: name });
    const evidence = finding.evidence.map((one) => ({ ...one, url: "javascript:alert(3)" }));
    const { page, trouble } = await open({
      ...fullReport,
      packages: [pkg],
      findings: [{ ...finding, evidence }],
    });
    await page.locator("#list .row > button").first().click();
    assert.ok((await page.locator(".detail").innerText()).includes(name));
    assert.equal(await page.locator("#list a, img").count(), 0);
    assert.deepEqual(trouble, []);
  });

  test("names what to upgrade as people do", async () => {
    const { page } = await open(fullReport);
    assert.match(
      await page.locator(".to-pass").innerText(),
      /Upgrade lodash 4\.17\.4 to 4\.17\.21 \(Dockerfile:7\): mends 1/u,
    );
  });

  test("shows the first finding of an image of 60 layers without a scroll", async () => {
    const [, last] = fullReport.image.layers;
    assert.ok(last !== undefined);
    const layers = Array.from({ length: 60 }, (_, index) => ({ ...last, index }));
    const findings = layers.map(({ index: layer }) =>
      sampleFinding(lodash, `CVE-2023-${layer}`, "high", { layer }),
    );
    const { page } = await open({ ...fullReport, image: { ...fullReport.image, layers }, findings });
    await page.setViewportSize({ width: 1280, height: 1200 });
    const box = await page.locator("#list .row").first().boundingBox();
    assert.ok(box !== null && box.y < 1200, JSON.stringify(box));
  });

  test("moves between tabs by arrows, which are one stop of the Tab key; the list bears the tab's name", async () => {
    const { page, trouble } = await open(fullReport);
    assert.equal(await page.locator("[role=tab][tabindex='0']").count(), 1);
    await page.locator("#tab-findings").focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate("document.activeElement.id"), "tab-checks");
    assert.equal(await page.locator("#list").getAttribute("aria-labelledby"), "tab-checks");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.locator("[aria-selected=true]").getAttribute("data-tab"), "suppressed");
    assert.deepEqual(trouble, []);
  });

  test("what was typed just before it was cleared does not come back", async () => {
    const { page } = await open(fullReport);
    await page.evaluate(`{
      const search = document.getElementById("search");
      search.value = "lodash";
      search.dispatchEvent(new Event("input"));
      document.getElementById("clear").click();
    }`);
    await page.waitForTimeout(250);
    assert.equal(await shown(page), "4 of 4");
    assert.equal(await page.locator("#search").inputValue(), "");
  });

  for (const colorScheme of ["light", "dark"] as const)
    test(`every text of a row has the contrast of WCAG AA, ${colorScheme}`, async () => {
      const rated = severities.map((severity, at) => sampleFinding(lodash, `CVE-2022-${at}`, severity));
      const suppressed = rated.flatMap((one) =>
        fullReport.suppressed.slice(0, 1).map(({ suppression }) => ({ ...one, suppression })),
      );
      const { page } = await open({ ...fullReport, findings: rated, suppressed });
      await page.emulateMedia({ colorScheme });
      for (const tab of ["findings", "suppressed"]) {
        await page.locator(`#tab-${tab}`).click();
        assert.deepEqual(await page.evaluate(faint), [], tab);
      }
    });

  test("draws 5,000 findings", async () => {
    const { page, trouble } = await open(largeReport(5000));
    await page.locator("#list .row").nth(4999).waitFor({ state: "attached" });
    assert.equal(await shown(page), "5000 of 5000");
    assert.deepEqual(trouble, []);
  });
});
