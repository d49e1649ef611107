import assert from "node:assert/strict";
import { test } from "node:test";
import { alertReport } from "../../tests/support/alerts.ts";
import { fullReport, libssl, sampleFinding, samplePackage } from "../../tests/support/sample-report.ts";
import type { Finding } from "../core/finding.ts";
import { type AlertSelection, causesOf, imageName, lookedAt } from "./alerts.ts";

const severe: AlertSelection = { severity: "high", fixable: true };

test("causesOf() is one cause for one advisory over 40 images", () => {
  const reports = Array.from({ length: 40 }, (_, at) =>
    alertReport(`example.org/app-${at}:1`, ["CVE-1", "CVE-2"]),
  );
  const causes = causesOf(reports, severe);
  assert.deepEqual(
    causes.map(({ id, images }) => [id, images.length]),
    [
      ["CVE-1", 40],
      ["CVE-2", 40],
    ],
  );
  assert.deepEqual(causes[0]?.packages, [{ name: "npm lodash", versions: ["4.17.4"], fixed: ["9.9.9"] }]);
  assert.deepEqual(causes[0]?.images[0], {
    reference: "example.org/app-0:1",
    digest: fullReport.image.digest,
    from: ["Dockerfile:7"],
  });
});

const selections: readonly (readonly [
  why: string,
  more: Partial<Finding>,
  selection: AlertSelection,
  told: boolean,
])[] = [
  ["severe and fixable", {}, severe, true],
  ["severe, with no fix", { fix: { state: "not-fixed", versions: [] } }, severe, false],
  [
    "severe, with no fix, all are asked for",
    { fix: { state: "not-fixed", versions: [] } },
    { ...severe, fixable: false },
    true,
  ],
  ["mild", { severity: "medium" }, severe, false],
  [
    "mild and exploited",
    { severity: "medium", kev: true, fix: { state: "not-fixed", versions: [] } },
    severe,
    true,
  ],
  ["not rated", { severity: "unknown" }, severe, false],
];
for (const [why, more, selection, told] of selections)
  test(`causesOf() ${told ? "has" : "leaves out"} what is ${why}`, () =>
    assert.equal(
      causesOf([alertReport("example.org/app:1", ["CVE-1"], more)], selection).length,
      told ? 1 : 0,
    ));

test("causesOf() names the source package once, for all its binaries", () => {
  const crypto = { ...libssl, name: "libcrypto3", purl: "pkg:deb/debian/libcrypto3@3.0.9-1" };
  const report = {
    ...alertReport("example.org/app:1", []),
    packages: [libssl, crypto],
    findings: [sampleFinding(libssl, "CVE-1", "high"), sampleFinding(crypto, "CVE-1", "critical")],
  };
  const [cause] = causesOf([report], severe);
  assert.equal(cause?.severity, "critical");
  assert.deepEqual(cause.packages, [{ name: "deb openssl", versions: ["3.0.9-1"], fixed: ["9.9.9"] }]);
  assert.deepEqual(cause.images[0]?.from, ["base image"]);
});

test("causesOf() puts what is exploited first, then the worst, then the widest", () => {
  const reports = [
    alertReport("a", ["wide", "narrow"]),
    alertReport("b", ["wide"]),
    alertReport("c", ["bad"], { severity: "critical" }),
    alertReport("d", ["exploited"], { severity: "low", kev: true }),
  ];
  assert.deepEqual(
    causesOf(reports, severe).map(({ id }) => id),
    ["exploited", "bad", "wide", "narrow"],
  );
});

test("causesOf() takes a finding whose package is not in the report", () => {
  const stray = samplePackage("stray", "1", 9);
  const report = { ...alertReport("a", []), findings: [sampleFinding(stray, "CVE-1", "high")] };
  const [cause] = causesOf([report], severe);
  assert.deepEqual(cause?.packages, [{ name: "pkg:npm/stray@1", versions: [], fixed: ["9.9.9"] }]);
});

const names: readonly (readonly [reference: string, name: string])[] = [
  ["debian", "docker.io/library/debian"],
  ["debian:12", "docker.io/library/debian"],
  ["docker.io/library/debian:12@sha256:".concat("a".repeat(64)), "docker.io/library/debian"],
  ["ghcr.io/team/app:1.2", "ghcr.io/team/app"],
  ["localhost:5000/app:1", "localhost:5000/app"],
  ["docker://ghcr.io/team/app:1", "ghcr.io/team/app"],
  ["registry:ghcr.io/team/app:1", "ghcr.io/team/app"],
  ["docker:app:1", "docker.io/library/app"],
  ["oci:build/out", "oci:build/out"],
  ["oci:out", "oci:out"],
  ["dir:root", "dir:root"],
  ["docker-archive:app.tar:app:1", "docker-archive:app.tar:app:1"],
  ["./App.tar", "./App.tar"],
  ["", ""],
];
for (const [reference, name] of names)
  test(`imageName() of "${reference.slice(0, 40)}" is ${name}`, () =>
    assert.equal(imageName(reference), name));

test("lookedAt() leaves out an image of which one report has a gap", () => {
  const reports = [alertReport("a:1", []), alertReport("b:1", []), alertReport("b:2", [], { gap: true })];
  assert.deepEqual([...lookedAt(reports)], ["docker.io/library/a"]);
});
