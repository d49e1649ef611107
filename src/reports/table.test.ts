import assert from "node:assert/strict";
import { test } from "node:test";
import { fullReport, sampleFinding, samplePackage } from "../../tests/support/sample-report.ts";
import { tableReport } from "./table.ts";

test("tableReport() stays short for many layers with many findings each, unless all is asked for", () => {
  const [layer] = fullReport.image.layers;
  assert.ok(layer !== undefined);
  const layers = Array.from({ length: 60 }, (_, index) => ({ ...layer, index }));
  const packages = layers.flatMap(({ index }) =>
    Array.from({ length: 30 }, (_, at) => samplePackage(`p${index}-${at}`, "1", index)),
  );
  const findings = packages.map((pkg, at) => sampleFinding(pkg, `CVE-2023-${at}`, "high"));
  const report = { ...fullReport, image: { ...fullReport.image, layers }, packages, findings };
  const lines = (all: boolean): readonly string[] =>
    tableReport(report, { colour: false, width: 80, all }).split("\n");
  assert.ok(lines(false).length < 450, String(lines(false).length));
  assert.equal(lines(false).filter((line) => line.includes("… 27 more packages with findings")).length, 60);
  assert.ok(lines(true).length > 1800);
});
