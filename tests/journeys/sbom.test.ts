import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import ids from "spdx-license-ids/index.json" with { type: "json" };
import { justifications } from "../../src/core/exception.ts";
import type { Report } from "../../src/core/report.ts";
import { cyclonedxJson } from "../../src/reports/cyclonedx.ts";
import { cyclonedxXml } from "../../src/reports/cyclonedx-xml.ts";
import { licenceOf } from "../../src/reports/licence.ts";
import { spdxJson } from "../../src/reports/spdx.ts";
import { spdx3Json } from "../../src/reports/spdx3.ts";
import { needs } from "../support/needs.ts";
import { emptyReport, fullReport, lodash, sampleFinding, samplePackage } from "../support/sample-report.ts";
import { sbomFaults, sbomLibrary } from "../support/valid-sboms.ts";

const skip = needs("python3", "pip");

describe("SBOMs beside the official schemas", { skip }, () => {
  /** What the validators say of a report in all four formats, or in CycloneDX's alone. */
  function faults(report: Report, only?: "cyclonedx"): Promise<string> {
    const options = { version: "1.2.3" };
    const cyclonedx = {
      cyclonedx: [...cyclonedxJson(report, options)].join(""),
      "cyclonedx-xml": [...cyclonedxXml(report, options)].join(""),
    };
    if (only !== undefined) return sbomFaults(cyclonedx);
    const spdx = [...spdxJson(report, options)].join("");
    return sbomFaults({ ...cyclonedx, spdx, spdx3: [...spdx3Json(report, options)].join("") });
  }

  test("a full report", async () => assert.equal(await faults(fullReport), ""));
  test("an empty report", async () => assert.equal(await faults(emptyReport), ""));
  test("a report without a digest, of a directory with an odd name", async () => {
    const image = { ...fullReport.image, reference: "dir:/tmp/ä b/c#d", digest: null };
    assert.equal(await faults({ ...fullReport, image }), "");
  });

  test("the same package in two layers, and text that XML and URIs do not take", async () => {
    const odd = samplePackage("a\u0000b<c>&\uFFFE", "1 2\n3", 0, {
      licences: ["no \u0001 licence <at> all", "MIT"],
    });
    const report = { ...fullReport, packages: [odd, lodash, { ...lodash, layer: 0 }], undecided: [] };
    const findings = [sampleFinding(odd, "X-\u00E4 1", "unknown", { summary: "\u0002]]>\uD800" })];
    assert.equal(await faults({ ...report, findings }), "");
  });

  test("every licence of SPDX's list, expressions and words", async () => {
    const stated = [
      [],
      ["MIT OR Apache-2.0"],
      ["GPL-2.0-or-later WITH Classpath-exception-2.0", "MIT"],
      ["see LICENSE"],
      [""],
    ];
    const listed = stated.map((licences, index) => samplePackage(`p${index}`, "1", 0, { licences }));
    // The schema holds SPDX's list as it was when the library was made: the newest licences are not in it yet.
    const file = join(await sbomLibrary(), "cyclonedx/schema/_res/spdx.SNAPSHOT.schema.json");
    const known = new Set<string>(JSON.parse(readFileSync(file, "utf8")).enum);
    const licences = ids.filter((id) => known.has(id));
    assert.ok(licences.length > ids.length * 0.95);
    const all = samplePackage("all", "1", 0, { licences });
    assert.equal(await faults({ ...emptyReport, packages: [all] }, "cyclonedx"), "");
    assert.equal(await faults({ ...emptyReport, packages: listed }), "");
  });

  test("suppressed by each justification and status", async () => {
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
    assert.equal(await faults({ ...fullReport, suppressed }), "");
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
