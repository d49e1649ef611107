import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { marked, type Token } from "marked";
import { emptyReport, fullReport, lodash, sampleFinding } from "../../tests/support/sample-report.ts";
import { markdown } from "./markdown.ts";
import { inlineCode, inlineText } from "./markdown-text.ts";
import { scanIssues } from "./scan-issues.ts";

const hostile = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "a | b | c",
  "[click](https://evil.example)",
  "![x](https://evil.example/x.png)",
  "https://evil.example/path",
  "www.evil.example",
  "mail me@evil.example",
  "@org/team and @user",
  "#12 and org/repo#12",
  "`code` and ``more``",
  "**bold** _it_ ~~gone~~ __b__",
  "# heading",
  "- item",
  "1. item",
  "2) item",
  "> quote",
  "+ plus",
  "---",
  "===",
  "&lt;b&gt; &amp; &#60;",
  "\\<b>",
  "</details>",
  "line\nbreak\r\nand\ttab",
  "\u202Eright to left",
  "[ref]: https://evil.example",
  "<!-- comment",
  "$`math`$ and ```mermaid",
];

/** All kinds of pieces that a text is read as. */
function kinds(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  marked.walkTokens(marked.lexer(text, { gfm: true }), (token: Token) => void found.add(token.type));
  return found;
}

suite("text in Markdown stays text", () => {
  for (const text of hostile) {
    test(`inlineText() of ${JSON.stringify(text)}`, () => {
      const written = inlineText(text);
      assert.deepEqual(
        [...kinds(written)].filter((kind) => !["paragraph", "text", "escape"].includes(kind)),
        [],
      );
      assert.doesNotMatch(written, /@\w|(?<!&)#\w|:\/\/|\n/);
      const cells = marked.lexer(`| a | b |\n|---|---|\n| ${written} | last |\n`, { gfm: true });
      const [table] = cells;
      assert.equal(table?.type === "table" ? table["rows"][0].length : 0, 2);
      assert.equal(table?.type === "table" ? table["rows"][0][1].text : "", "last");
    });

    test(`inlineCode() of ${JSON.stringify(text)}`, () => {
      const table = marked.lexer(`| a | b |\n|---|---|\n| ${inlineCode(text)} | last |\n`, { gfm: true })[0];
      assert.ok(table?.type === "table");
      const [cell, last] = table["rows"][0];
      assert.deepEqual(
        cell.tokens.map(({ type }: Token) => type),
        ["codespan"],
      );
      assert.equal(last.text, "last");
    });
  }
});

test("markdown() is never longer than a comment may be, and counts what it leaves out", () => {
  const summary = "w".repeat(150);
  const findings = Array.from({ length: 3000 }, (_, at) =>
    sampleFinding(lodash, `CVE-2021-${at}`, "high", { summary }),
  );
  const keys = findings
    .slice(0, 1000)
    .map(({ id }) => `${id} npm/lodash app/node_modules/lodash/package.json`);
  const reason = { code: "finding-refused", message: "1000 high findings", rule: "fail-on", findings: keys };
  const verdict = { ...fullReport.verdict, reasons: [reason] };
  const suppressed = fullReport.suppressed
    .slice(0, 1)
    .flatMap((one) => Array.from({ length: 2000 }, (_, at) => ({ ...one, id: `CVE-2020-${at}` })));
  const coverage = { ...fullReport.coverage, gaps: [] };
  const text = markdown(
    scanIssues({ ...fullReport, findings, suppressed, verdict, coverage, undecided: [] }),
  );
  assert.ok(text.length <= 65_536 && text.length > 60_000, `${text.length}`);
  assert.match(text, /FAIL/);
  assert.match(text, /To pass/);
  const shown = text.match(/^\| `Dockerfile:7`/gm)?.length ?? 0;
  const left = [...text.matchAll(/\*(\d+) rows? left out/g)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
  const listed = (text.match(/^- `CVE-2020/gm)?.length ?? 0) + (text.match(/^- `SW-IM-020/gm)?.length ?? 0);
  const checks = text.match(/^\| `layer 0/gm)?.length ?? 0;
  assert.equal(
    shown + checks + listed + left,
    3000 + fullReport.checks.length + 2000 + fullReport.suppressedChecks.length,
  );
  assert.equal(text.match(/<details>/g)?.length, text.match(/<\/details>/g)?.length);
});

test("markdown() tells verdict, reasons, steps and who suppressed what until when", () => {
  const text = markdown(scanIssues(fullReport));
  assert.match(text, /^### ❌ FAIL `example\.org\/app:1`$/m);
  assert.match(text, /Signatures: signature verified \(key ci\.pub\), .*cyclonedx.* invalid\.$/m);
  assert.match(text, /^- \*\*finding-refused\*\* 1 critical finding/m);
  assert.match(text, /^- \[ \] Upgrade lodash 4\.17\.4 to 4\.17\.21 \(Dockerfile:7\): mends 1 finding$/m);
  assert.match(
    text,
    /CVE-2020-8` in `lodash 4\.17\.4`: risk\\_accepted: .* \(team-a, until 2026-02-01\) `\.seaworthy\/exceptions\.yaml:3`/,
  );
  assert.match(markdown(scanIssues(emptyReport)), /^### ✅ PASS/);
});

test("markdown() shows what is refused however many steps there are to a pass", () => {
  const toPass = Array.from({ length: 5000 }, (_, at) => ({
    kind: "other" as const,
    text: `step ${at} of many that it takes until this image may sail`,
  }));
  const text = markdown(scanIssues({ ...fullReport, verdict: { ...fullReport.verdict, toPass } }));
  assert.ok(text.length <= 65_536);
  assert.match(text, /\*\*Refused\*\*\n\n\|[^\n]*\n\|[^\n]*\n\| `Dockerfile:7` \| critical/u);
  assert.match(text, /\d+ rows left out/u);
});
