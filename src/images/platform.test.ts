import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf } from "../core/errors.ts";
import type { Platform } from "../core/image.ts";
import { platformFit, platformText, wantedPlatform } from "./platform.ts";

const read: readonly [text: string, platform: string][] = [
  ["linux/amd64", "linux/amd64"],
  ["linux/arm64/v8", "linux/arm64/v8"],
  ["linux/arm/v7", "linux/arm/v7"],
  ["linux/arm/7", "linux/arm/v7"],
  ["arm64", "linux/arm64"],
  ["Linux/X86_64", "linux/amd64"],
  ["linux/aarch64", "linux/arm64"],
  ["linux/armhf", "linux/arm/v7"],
  ["linux/i386", "linux/386"],
  ["windows/amd64", "windows/amd64"],
];
for (const [text, platform] of read)
  test(`wantedPlatform() reads "${text}"`, () => assert.equal(platformText(wantedPlatform(text)), platform));

for (const text of ["", "/", "linux/", "linux/amd64/v1/x", "a b", "linux/amd64;"])
  test(`wantedPlatform() refuses "${text}"`, () =>
    assert.throws(
      () => wantedPlatform(text),
      (thrown) => codeOf(thrown) === "usage",
    ));

test("wantedPlatform() is Linux on this processor by default", () => {
  const { os, architecture, asked } = wantedPlatform(undefined);
  assert.equal(os, "linux");
  assert.equal(asked, false);
  assert.ok(process.arch !== "x64" || architecture === "amd64");
});

// What each wants, from best to worst; the rest does not fit at all.
const order: readonly [wanted: string, fitting: readonly string[], not: readonly string[]][] = [
  [
    "linux/arm/v7",
    ["linux/arm/v7", "linux/arm/v6", "linux/arm/v5"],
    ["linux/arm/v8", "linux/arm64", "windows/arm/v7"],
  ],
  ["linux/arm", ["linux/arm", "linux/arm/v6"], []],
  ["linux/arm64", ["linux/arm64/v8", "linux/arm64/v9"], ["linux/arm/v7", "linux/amd64"]],
  ["linux/arm64/v8", ["linux/arm64"], ["linux/arm64/v9"]],
  ["linux/amd64", ["linux/amd64", "linux/amd64/v2", "linux/amd64/v3"], ["linux/386"]],
  ["linux/amd64/v3", ["linux/amd64/v3"], ["linux/amd64/v2", "linux/amd64"]],
  ["linux/riscv64", ["linux/riscv64"], ["unknown/unknown"]],
];
for (const [wanted, fitting, not] of order)
  test(`platformFit() ranks what serves ${wanted}`, () => {
    const fit = (text: string): number => platformFit(parts(text), wantedPlatform(wanted));
    const found = fitting.map(fit);
    assert.ok(found.every((value) => value > 0));
    assert.deepEqual(
      found,
      [...found].sort((a, b) => b - a),
    );
    assert.equal(new Set(found).size, found.length);
    for (const other of not) assert.equal(fit(other), 0, other);
  });

function parts(text: string): Platform {
  const [os = "", architecture = "", variant] = text.split("/");
  return { os, architecture, variant };
}
