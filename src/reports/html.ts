import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { countFindings } from "../core/finding.ts";
import type { Report, ReportLayer, RuleReason } from "../core/report.ts";
import { type Severity, severities } from "../core/severity.ts";
import { htmlData } from "./html-data.ts";
import { type Html, html } from "./html-text.ts";
import { changeWords } from "./issue-words.ts";
import { platformText } from "./json.ts";
import type { Json } from "./json-value.ts";
import { instruction, origin } from "./layer-text.ts";
import { packageNames } from "./scan-issues.ts";
import { counted } from "./table-words.ts";
import { trustWords } from "./trust-words.ts";

/**
 * The report as one page that needs nothing else: it opens from disk, asks no network, and its policy lets no script run but its own
 * (https://www.w3.org/TR/CSP3/). Verdict, reasons and charts are there without any script; the script draws the lists.
 */
export function htmlReport(report: Report): string {
  const style = asset("report.css");
  const script = asset("report-rows.js") + asset("report.js");
  const policy = `default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${report.verdict.decision}: ${report.image.reference}</title>
<style>${{ html: style }}</style>
</head>
<body>
${header(report)}
<main>
${verdict(report)}
${charts(report)}
${lists(report)}
${coverage(report)}
</main>
<script type="application/json" id="data">${{ html: dataText(pageData(report)) }}</script>
<script>${{ html: script }}</script>
</body>
</html>
`;
  return page.html;
}

// Beside package.json: two folders up from src/reports and from the chunks of dist.
function asset(name: string): string {
  return readFileSync(new URL(`../../assets/${name}`, import.meta.url), "utf8");
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

// `</script>` and `<!--` would end or hide the element whatever the text around them is.
function dataText(value: Json): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

function pageData(report: Report): Json {
  const layers = report.image.layers.map((layer) => ({
    title: instruction(layer.createdBy),
    origin: origin(layer),
  }));
  return { layers, severities, rows: htmlData(report) };
}

function header({ image, packages, currency, coverage: { database } }: Report): Html {
  const { os, digest, layers } = image;
  const facts = [
    os === null ? "no operating system" : os.name || `${os.id} ${os.version}`,
    platformText(image.platform),
    counted(layers.length, "layer"),
    counted(packages.length, "package"),
    `advisories of ${database.built.slice(0, 10) || "no day"}`,
    `judged as of ${currency.today}`,
  ];
  return html`<header>
<div><h1>${image.reference}</h1>
<p class="digest">${digest ?? ""}</p>
<p class="facts">${facts.join(" · ")}</p></div>
<div class="tools"><button id="theme" type="button" title="Light or dark (t)">◐ theme</button>
<button id="help" type="button" title="Keys (?)">? keys</button></div>
</header>`;
}

function verdict(report: Report): Html {
  const { baseline } = report;
  const { decision, reasons, warnings, toPass } = report.verdict;
  const names = packageNames(report);
  const steps = toPass
    .slice(0, mostChanges)
    .map((change) => html`<li>${changeWords(change, report, names)}</li>`);
  const signed = trustWords(report);
  const beside =
    baseline === null
      ? html``
      : html`<p class="baseline">beside ${baseline.reference}: ${baseline.changed} brought in, ${baseline.newAdvisories} by new advisories, ${baseline.known} known before, ${baseline.mended} mended</p>`;
  return html`<section class="verdict ${decision}" aria-label="Verdict">
<p class="decision"><strong>${decision}</strong></p>
<div>${beside}${signed === undefined ? html`` : html`<p class="baseline">signatures: ${signed}</p>`}
${list("reasons", "Why", reasons.map(reasonItem))}
${list("warnings", "Warnings", warnings.map(reasonItem))}
${list("to-pass", "To pass", steps, toPass.length - mostChanges)}</div>
</section>`;
}

const mostChanges = 30;

function list(name: string, title: string, items: readonly Html[], more = 0): Html {
  if (items.length === 0) return html``;
  const rest = more > 0 ? html`<li>… and ${more} more</li>` : html``;
  return html`<h2>${title}</h2><ul class="${name}">${items}${rest}</ul>`;
}

function reasonItem({ message, rule }: RuleReason): Html {
  return html`<li>${message}${rule === null ? html`` : html` <code>${rule}</code>`}</li>`;
}

function charts({ findings, image }: Report): Html {
  if (findings.length === 0) return html`<section class="charts"><p>No findings.</p></section>`;
  const { bySeverity, fixable, exploited } = countFindings(findings);
  const tiles = bySeverity.map(
    ({ severity, count }) =>
      html`<button type="button" class="tile ${severity}" data-severity="${severity}" aria-pressed="false"><b>${count}</b> ${word(severity)}</button>`,
  );
  return html`<section class="charts" aria-label="Charts">
<div class="tiles">${tiles}
<button type="button" class="tile plain" data-only="fixable" aria-pressed="false"><b>${fixable}</b> fixable</button>
<button type="button" class="tile plain" data-only="kev" aria-pressed="false"><b>${exploited}</b> known exploited</button></div>
<div class="layers" role="group" aria-label="Findings by layer">${layerBars(image.layers, findings)}</div>
</section>`;
}

function layerBars(layers: readonly ReportLayer[], findings: Report["findings"]): readonly Html[] {
  const byLayer = Map.groupBy(findings, ({ layer }) => layer);
  const most = Math.max(1, ...[...byLayer.values()].map(({ length }) => length));
  return layers.flatMap((layer) => {
    const own = byLayer.get(layer.index);
    return own === undefined ? [] : [layerBar(layer, own, most)];
  });
}

// Widths are attributes of SVG: the page's policy allows no style attributes.
function layerBar(layer: ReportLayer, findings: Report["findings"], most: number): Html {
  let from = 0;
  const parts = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    if (count === 0) return [];
    const width = (count / most) * 1000;
    const part = html`<rect class="${severity}" x="${from.toFixed(1)}" width="${width.toFixed(1)}" height="10"><title>${count} ${word(severity)}</title></rect>`;
    from += width;
    return [part];
  });
  const place = origin(layer);
  return html`<button type="button" class="bar" data-layer="${layer.index}" aria-pressed="false"><span class="name"><b>${layer.index}</b> ${instruction(layer.createdBy)}</span><span class="origin">${place}</span><svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${counted(findings.length, "finding")}">${parts}</svg><span class="count">${findings.length}</span></button>`;
}

function lists({ findings, suppressed, checks, suppressedChecks }: Report): Html {
  const tab = (name: string, title: string, count: number, selected = false): Html =>
    html`<button type="button" role="tab" id="tab-${name}" data-tab="${name}" aria-selected="${String(selected)}" aria-controls="list">${title} <span>${count}</span></button>`;
  return html`<section class="lists" aria-label="Findings">
<div role="tablist">${tab("findings", "Findings", findings.length, true)}${tab("checks", "Checks", checks.length)}${tab("suppressed", "Suppressed", suppressed.length + suppressedChecks.length)}</div>
<div class="filters"><input id="search" type="search" placeholder="search id, package, path, words …  ( / )" aria-label="Search">
<label>group <select id="group"><option value="layer">by layer</option><option value="package">by package</option><option value="id">by advisory</option><option value="none">not</option></select></label>
<label>type <select id="type"><option value="">all</option></select></label>
<label>since <select id="since"><option value="">all</option></select></label>
<button type="button" id="clear">clear</button><output id="shown"></output></div>
<div id="list" role="tabpanel" tabindex="-1"><noscript>The lists need the page's own script.</noscript></div>
<dialog id="keys"><h2>Keys</h2><dl><dt>/</dt><dd>search</dd><dt>j k</dt><dd>next, previous</dd><dt>Enter</dt><dd>open or close</dd><dt>1 … 6</dt><dd>one severity</dd><dt>f</dt><dd>fixable only</dd><dt>e</dt><dd>known exploited only</dd><dt>g</dt><dd>next grouping</dd><dt>[ ]</dt><dd>tabs</dd><dt>t</dt><dd>light or dark</dd><dt>Esc</dt><dd>clear</dd></dl><button type="button" id="close">close</button></dialog>
</section>`;
}

function coverage({ coverage: { gaps, notes, plugins, skipped, database }, undecided }: Report): Html {
  const gapItems = gaps.map(
    ({ code, message, path }) =>
      html`<li><code>${code}</code> ${message}${path === undefined ? "" : ` (${path})`}</li>`,
  );
  const undecidedItems = undecided.map(
    ({ id, package: purl, reason }) => html`<li>${id} <code>${purl}</code>: ${reason}</li>`,
  );
  const skippedItems = skipped.map(
    ({ message, packages }) => html`<li>${message}: ${counted(packages.length, "package")}</li>`,
  );
  const troubled = plugins
    .filter(({ status }) => status !== "succeeded")
    .map(({ plugin, status }) => html`<li><code>${plugin}</code> ${status}</li>`);
  const sources = database.sources.map(
    ({ name, newest, advisories }) =>
      html`<tr><td>${name}</td><td>${advisories}</td><td>${newest.slice(0, 10)}</td></tr>`,
  );
  return html`<details class="coverage"${gaps.length > 0 ? html` open` : html``}><summary>Coverage: what was looked at, what is not known</summary>
${list("gaps", "Not known", gapItems)}${list("undecided", "Undecided", undecidedItems.slice(0, 100), undecidedItems.length - 100)}${list("plugins", "Not wholly read", troubled)}${list("skipped", "Left out on purpose", skippedItems)}${list(
  "notes",
  "Notes",
  notes.map((note) => html`<li>${note}</li>`),
)}
<h2>Advisories</h2><p class="digest">${database.digest}</p><table><thead><tr><th>source</th><th>records</th><th>newest</th></tr></thead><tbody>${sources}</tbody></table></details>`;
}

function word(severity: Severity): string {
  return severity === "unknown" ? "unrated" : severity;
}
