import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import ids from "spdx-license-ids/index.json" with { type: "json" };
import { justifications } from "../../src/core/exception.ts";
import type { Report } from "../../src/core/report.ts";
import { cyclonedxJson } from "../../src/reports/cyclonedx.ts";
import { cyclonedxXml } from "../../src/reports/cyclonedx-xml.ts";
import { licenceOf } from "../../src/reports/licence.ts";
import { spdxJson } from "../../src/reports/spdx.ts";
import { spdx3Json } from "../../src/reports/spdx3.ts";
import { needs, repository } from "../support/needs.ts";
import { emptyReport, fullReport, lodash, sampleFinding, samplePackage } from "../support/sample-report.ts";
import { scratch } from "../support/scratch.ts";

// CycloneDX's and SPDX's own Python libraries, with the official schemas in them, judge what we write.
const packages = [
  "cyclonedx-python-lib[validation]==11.12.0",
  "spdx-tools==0.8.5",
  "spdx-python-model==0.0.6",
];
const skip = needs("python3", "pip");

describe("SBOMs beside the official schemas", { skip }, () => {
  const home = scratch("sbom");
  before(() => {
    execFileSync("pip", ["install", "--quiet", "--target", join(home, "lib"), ...packages], {
      stdio: "pipe",
    });
  });

  /** What the validators say of a report in all four formats, or those of the wanted kinds. */
  function faults(report: Report, wanted = /./u): string {
    const options = { version: "1.2.3" };
    const files = [
      ["cyclonedx-json", cyclonedxJson(report, options)],
      ["cyclonedx-xml", cyclonedxXml(report, options)],
      ["spdx", spdxJson(report, options)],
      ["spdx3", spdx3Json(report, options)],
    ] as const;
    const args = files.flatMap(([kind, parts]) => {
      if (!wanted.test(kind)) return [];
      const file = join(home, kind === "cyclonedx-xml" ? "bom.xml" : `${kind}.json`);
      writeFileSync(file, [...parts].join(""));
      return [kind, file];
    });
    const program = join(repository, "tests/support/validate-sbom.py");
    const env = { ...process.env, PYTHONPATH: join(home, "lib") };
    const { status, stdout, stderr } = spawnSync("python3", [program, ...args], { env, encoding: "utf8" });
    return status === 0 ? "" : stdout + stderr;
  }

  test("a full report", () => assert.equal(faults(fullReport), ""));
  test("an empty report", () => assert.equal(faults(emptyReport), ""));
  test("a report without a digest, of a directory with an odd name", () => {
    const image = { ...fullReport.image, reference: "dir:/tmp/ä b/c#d", digest: null };
    assert.equal(faults({ ...fullReport, image }), "");
  });

  test("the same package in two layers, and text that XML and URIs do not take", () => {
    const odd = samplePackage("a\u0000b<c>&\uFFFE", "1 2\n3", 0, {
      licences: ["no \u0001 licence <at> all", "MIT"],
    });
    const report = { ...fullReport, packages: [odd, lodash, { ...lodash, layer: 0 }], undecided: [] };
    const findings = [sampleFinding(odd, "X-\u00E4 1", "unknown", { summary: "\u0002]]>\uD800" })];
    assert.equal(faults({ ...report, findings }), "");
  });

  test("every licence of SPDX's list, expressions and words", () => {
    const stated = [
      [],
      ["MIT OR Apache-2.0"],
      ["GPL-2.0-or-later WITH Classpath-exception-2.0", "MIT"],
      ["see LICENSE"],
      [""],
    ];
    const listed = stated.map((licences, index) => samplePackage(`p${index}`, "1", 0, { licences }));
    // The schema holds SPDX's list as it was when the library was made: the newest licences are not in it yet.
    const file = join(home, "lib/cyclonedx/schema/_res/spdx.SNAPSHOT.schema.json");
    const known = new Set<string>(JSON.parse(readFileSync(file, "utf8")).enum);
    const licences = ids.filter((id) => known.has(id));
    assert.ok(licences.length > ids.length * 0.95);
    const all = samplePackage("all", "1", 0, { licences });
    assert.equal(faults({ ...emptyReport, packages: [all] }, /cyclonedx/u), "");
    assert.equal(faults({ ...emptyReport, packages: listed }), "");
  });

  test("suppressed by each justification and status", () => {
    const [accepted, told] = fullReport.suppressed;
    assert.ok(accepted?.suppression.kind === "exception" && told?.suppression.kind === "vex");
    const { suppression: exception } = accepted;
    const { suppression: vex } = told;
    const suppressed = [
      ...justifications.map((justification) => ({
        ...accepted,
        suppression: { ...exception, justification },
      })),
      ...[null, "code_not_present", "other", ...justifications].map((justification) => ({
        ...told,
        suppression: { ...vex, justification, statement: "" },
      })),
      { ...told, suppression: { ...vex, status: "fixed" as const } },
    ];
    assert.equal(faults({ ...fullReport, suppressed }), "");
  });

  test("are the same each time", () => {
    const once = (): string =>
      [...cyclonedxJson(fullReport, { version: "1" }), ...spdx3Json(fullReport, { version: "1" })].join("");
    assert.equal(once(), once());
  });
});

test("licenceOf() tells ids, expressions and words apart", () => {
  const rows = [
    ["MIT", { kind: "id", id: "MIT" }],
    [" MIT ", { kind: "id", id: "MIT" }],
    ["GPL-2.0+", { kind: "expression", expression: "GPL-2.0+" }],
    ["(MIT OR Apache-2.0)", { kind: "expression", expression: "(MIT OR Apache-2.0)" }],
    ["LicenseRef-x", { kind: "expression", expression: "LicenseRef-x" }],
    ["GPL", { kind: "name", name: "GPL" }],
    ["", { kind: "name", name: "" }],
    ["(".repeat(5000), { kind: "name", name: "(".repeat(5000) }],
  ] as const;
  for (const [text, licence] of rows) assert.deepEqual(licenceOf(text), licence);
});
