import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Ajv } from "ajv";
import {
  array,
  assert as assertProperty,
  asyncProperty,
  integer,
  record,
  shuffledSubarray,
  stringMatching,
} from "fast-check";
import { SaxesParser } from "saxes";
import { fingerprints, type GithubLog, githubErrors } from "../../tests/support/github-rules.ts";
import { gitlabSchema } from "../../tests/support/gitlab-schema.ts";
import { sarifErrors } from "../../tests/support/official-schemas.ts";
import {
  emptyReport,
  fullReport,
  libssl,
  lodash,
  sampleFinding,
  samplePackage,
} from "../../tests/support/sample-report.ts";
import type { Report } from "../core/report.ts";
import { type FormatOptions, formatNames, scanFormats } from "./formats.ts";
import { jsonReport } from "./json.ts";
import { readReport } from "./read-json.ts";
import { mostResults } from "./sarif.ts";

const options: FormatOptions = {
  table: { colour: false, width: 100, all: true },
  version: "1.2.3",
  template: { name: "ids.txt", text: "{{#findings}}{{id}} {{package}}\n{{/findings}}" },
  sources: new Map(),
};

async function written(report: Report, format: keyof typeof scanFormats): Promise<string> {
  const text = (await scanFormats[format]())(report, options);
  return typeof text === "string" ? text : [...text].join("");
}

/** A report whose every name is as bad as a name can be. */
const hostile = hostileReport(
  "\u0000\u001B]8;;x\u0007\uD800\uFFFE\uFFFF\u202E\"'<script>&amp;]]>|`@org/team #1 ::error::x%0A\r\n=1+1",
);

function hostileReport(name: string): Report {
  const pkg = samplePackage("evil", "1", 1, {
    name,
    version: `1${name}`,
    purl: `pkg:npm/${encodeURIComponent(name.toWellFormed())}@1`,
    locations: [{ path: `../../${name}`, layer: 1 }],
  });
  const finding = sampleFinding(pkg, `CVE-1${name}`, "high", {
    summary: name,
    aliases: [name],
    fix: { state: "fixed", versions: [name] },
    evidence: [
      { advisory: name, source: name, url: `javascript:${name}`, key: name, range: name, comparisons: [] },
    ],
  });
  const { image, verdict, coverage, checks } = fullReport;
  const [check] = checks;
  const layers = image.layers.map((layer) => ({
    ...layer,
    createdBy: name,
    dockerfile: { file: `/a/../${name}`, line: 3, stage: name },
  }));
  return {
    ...fullReport,
    image: { ...image, reference: name, os: { id: name, version: name, name }, layers },
    packages: [pkg],
    findings: [finding],
    checks:
      check === undefined
        ? []
        : [{ ...check, id: name, message: name, title: name, paths: [name], remedy: name }],
    coverage: { ...coverage, notes: [name], gaps: [{ code: "file-unreadable", message: name, path: name }] },
    verdict: {
      ...verdict,
      reasons: [{ code: "finding-refused", message: name, rule: name, findings: [] }],
      toPass: [{ kind: "other", text: name }],
    },
  };
}

const reports = { "a full report": fullReport, "an empty report": emptyReport, "hostile names": hostile };
const names = formatNames(scanFormats);
const dataFormats: readonly string[] = ["openvex", "json", "html", "verdict", "cyclonedx", "spdx", "spdx3"];

for (const [what, report] of Object.entries(reports))
  suite(what, () => {
    for (const format of ["sarif", "sarif-github"] as const)
      test(`${format} is valid by OASIS's schema and GitHub's rules`, async () => {
        const text = await written(report, format);
        assert.deepEqual(sarifErrors(JSON.parse(text)), []);
        assert.deepEqual(githubErrors(text), []);
      });

    test("gitlab is as GitLab's schema asks", async () => {
      const validate = new Ajv({ strict: false, allErrors: true }).compile(gitlabSchema);
      assert.ok(validate(JSON.parse(await written(report, "gitlab"))), JSON.stringify(validate.errors));
    });

    test("junit is well-formed XML, and counts what it holds", async () => {
      const { elements, counts } = parsed(await written(report, "junit"));
      assert.equal(elements.get("testcase"), counts.tests);
      assert.equal(elements.get("failure") ?? 0, counts.failures);
      assert.equal(elements.get("error") ?? 0, counts.errors);
    });

    for (const format of names)
      test(`${format} has no control characters, and is the same of a saved report`, async () => {
        if (format === "verdict" && report.image.digest === null)
          return assert.rejects(written(report, format), { code: "unsupported" });
        const text = await written(report, format);
        // Where names are data, they are what JSON makes of them.
        const shown = dataFormats.includes(format) ? "" : text.replaceAll("\r\n", "\n");
        // oxlint-disable-next-line no-control-regex -- that is what must not be there
        assert.doesNotMatch(shown, /[\u0000-\u0009\u000B-\u001F\u007F\u202E\uD800-\uDFFF]/u);
        const saved = readReport([...jsonReport(report)].join(""), "saved");
        assert.equal(await written(saved, format), text);
      });
  });

function parsed(xml: string): {
  readonly elements: ReadonlyMap<string, number>;
  readonly counts: { readonly tests: number; readonly failures: number; readonly errors: number };
} {
  const elements = new Map<string, number>();
  const counts = { tests: 0, failures: 0, errors: 0 };
  const parser = new SaxesParser();
  parser.on("error", (error) => assert.fail(error.message));
  parser.on("opentag", ({ name, attributes }) => {
    elements.set(name, (elements.get(name) ?? 0) + 1);
    if (name !== "testsuite") return;
    counts.tests += Number(attributes["tests"]);
    counts.failures += Number(attributes["failures"]);
    counts.errors += Number(attributes["errors"]);
  });
  parser.write(xml).close();
  return { elements, counts };
}

async function known(report: Report): Promise<readonly string[]> {
  const log: GithubLog = JSON.parse(await written(report, "sarif"));
  return log.runs
    .flatMap(({ results, automationDetails }) =>
      fingerprints(results).map((one) => `${automationDetails.id} ${one}`),
    )
    .toSorted();
}

suite("identity", () => {
  const twice = samplePackage("lodash", "4.17.5", 0, {
    locations: [{ path: "other/package.json", layer: 0 }],
  });
  const report: Report = {
    ...fullReport,
    image: {
      ...fullReport.image,
      layers: fullReport.image.layers.map(({ dockerfile: _line, ...layer }) => layer),
    },
    packages: [...fullReport.packages, twice],
    findings: [
      ...fullReport.findings,
      sampleFinding(twice, "CVE-2021-1", "high"),
      sampleFinding(libssl, "CVE-2021-8", "high"),
    ],
  };

  // Another build of the same content: other digests, tag and layers, and lists in another order.
  const rebuilt = record({
    tag: stringMatching(/^[a-z0-9]{1,8}$/),
    digest: stringMatching(/^[0-9a-f]{64}$/),
    split: array(integer({ min: 0, max: 9 }), {
      minLength: report.packages.length,
      maxLength: report.packages.length,
    }),
    order: shuffledSubarray([...report.findings], { minLength: report.findings.length }),
  }).map(({ tag, digest, split, order }): Report => {
    const layers = Array.from({ length: 10 }, (_, index) => ({
      index,
      digest: `sha256:${index}${digest.slice(1)}`,
      diffId: `sha256:${digest}`,
      createdBy: `RUN ${digest}`,
      fromBase: null,
    }));
    const moved = new Map(report.packages.map((pkg, at) => [`${pkg.purl}\n${pkg.layer}`, split[at] ?? 0]));
    const layerOf = (purl: string, layer: number): number => moved.get(`${purl}\n${layer}`) ?? 0;
    return {
      ...report,
      image: { ...report.image, reference: `example.org/app:${tag}`, digest: `sha256:${digest}`, layers },
      packages: report.packages.map((pkg) => {
        const layer = layerOf(pkg.purl, pkg.layer);
        return { ...pkg, layer, locations: pkg.locations.map(({ path }) => ({ path, layer })) };
      }),
      findings: order.map((one) => ({ ...one, layer: layerOf(one.package, one.layer) })),
      suppressed: report.suppressed.map((one) => ({ ...one, layer: layerOf(one.package, one.layer) })),
      checks: report.checks.map((one) => ({ ...one, layer: 3 })),
    };
  });

  test("every finding of a rebuilt image has the fingerprint that it had", async () => {
    const before = await known(report);
    assert.equal(new Set(before).size, before.length);
    await assertProperty(
      asyncProperty(rebuilt, async (again) => assert.deepEqual(await known(again), before)),
      { numRuns: 100 },
    );
  });

  test("an upgrade that does not mend keeps it, another flaw has another", async () => {
    const bumped = { ...libssl, version: "3.0.10-1", purl: "pkg:deb/debian/libssl3@3.0.10-1" };
    const of = (pkg: typeof libssl, id: string): Report => ({
      ...emptyReport,
      packages: [pkg],
      findings: [sampleFinding(pkg, id, "low")],
    });
    assert.deepEqual(await known(of(bumped, "CVE-2021-4")), await known(of(libssl, "CVE-2021-4")));
    assert.notDeepEqual(await known(of(libssl, "CVE-2021-5")), await known(of(libssl, "CVE-2021-4")));
  });
});

test("no format takes more than linear time for a large report", { timeout: 120_000 }, async () => {
  const packages = Array.from({ length: 40_000 }, (_, at) =>
    samplePackage(`p${at}`, "1", at % 3, { licences: [`words ${at}`] }),
  );
  const findings = packages
    .slice(0, 8000)
    .map((pkg, at) => sampleFinding(pkg, `CVE-2021-${10_000 + at}`, "high"));
  const upgrades = findings.map(({ package: purl, layer }) => ({
    package: purl,
    layer,
    version: "9.9.9",
    mends: 1,
    fixable: 1,
  }));
  const toPass = upgrades.map(({ package: purl, layer, version }) => ({
    kind: "upgrade" as const,
    package: purl,
    layer,
    version,
    findings: 1,
  }));
  const verdict = { ...fullReport.verdict, toPass };
  const report = { ...fullReport, packages, findings, upgrades, verdict };
  for (const format of names) assert.notEqual(await written(report, format), "");
});

test("sarif keeps within GitHub's limits, the worst first, and says what it leaves out", async () => {
  const severities = ["low", "critical", "medium"] as const;
  const findings = Array.from({ length: mostResults + 2 }, (_, at) =>
    sampleFinding(lodash, `CVE-2021-${10_000 + at}`, severities[at % 3] ?? "low", {
      summary: `words of ${at}`,
    }),
  );
  const text = await written({ ...emptyReport, packages: [lodash], findings }, "sarif");
  assert.deepEqual(githubErrors(text), []);
  const log: GithubLog = JSON.parse(text);
  const [run] = log.runs;
  assert.equal(run?.results.length, mostResults);
  const left = run?.invocations[0]?.toolExecutionNotifications.filter(
    ({ descriptor }) => descriptor.id === "results-left-out",
  );
  assert.equal(left?.length, 1);
});

test("sarif marks what is suppressed, sarif-github leaves it out", async () => {
  const all: GithubLog = JSON.parse(await written(fullReport, "sarif"));
  const open: GithubLog = JSON.parse(await written(fullReport, "sarif-github"));
  const marked = all.runs[0]?.results.filter(({ suppressions }) => suppressions !== undefined) ?? [];
  assert.deepEqual(marked.map(({ ruleId }) => ruleId).toSorted(), ["CVE-2020-8", "CVE-2020-9", "SW-IM-020"]);
  assert.deepEqual(
    open.runs[0]?.results.map(({ ruleId }) => ruleId),
    all.runs[0]?.results.filter((result) => !marked.includes(result)).map(({ ruleId }) => ruleId),
  );
});

test("junit fails what a rule of the verdict names, and skips what is suppressed", async () => {
  const text = await written(fullReport, "junit");
  assert.match(
    text,
    /<testcase name="CVE-2021-1 [^>]*>\n +<failure [^>]*>critical: lodash 4\.17\.4[^<]*refused by fail-on/,
  );
  assert.match(text, /<testcase name="CVE-2021-2 [^>]*>\n +<system-out>/);
  assert.match(
    text,
    /<testcase name="CVE-2020-8 [^>]*>\n +<skipped message="suppressed: risk_accepted: only used at build time \(team-a, until 2026-02-01\)"/,
  );
  assert.match(await written(emptyReport, "junit"), /tests="1" failures="0" errors="0"/);
});

test("an unknown verdict is an error in junit, for github and in the exit code of sarif", async () => {
  const reason = { code: "file-unreadable", message: "no JSON", rule: null, findings: [] };
  const report: Report = {
    ...fullReport,
    verdict: { ...emptyReport.verdict, decision: "unknown", reasons: [reason] },
  };
  assert.match(
    await written(report, "junit"),
    /<testcase name="file-unreadable [^>]*>\n +<error message="no JSON/,
  );
  assert.match(await written(report, "github"), /^::error title=Seaworthy%3A unknown::/);
  const log: GithubLog = JSON.parse(await written(report, "sarif"));
  assert.equal(log.runs[0]?.invocations[0]?.exitCode, 3);
});
