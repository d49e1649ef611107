import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoundPackage } from "../core/package.ts";
import { accessBytes } from "../formats/random-access.ts";
import { allFinds } from "./find-pack.ts";
import { createCollector } from "./walk-collect.ts";

test("createCollector() tells of the programs beyond those that it keeps", () => {
  const collector = createCollector([]);
  const head = new TextEncoder().encode("#!/bin/sh\n");
  for (let entry = 0; entry < 200_003; entry += 1)
    collector.look(entry, { path: "bin/x", mode: 0o755, size: head.length, head });
  const { executables, faults } = collector.finish();
  assert.equal(executables.length, 200_000);
  assert.deepEqual(faults, [
    { code: "limit-exceeded", message: "read layer: 3 more programs than are kept" },
  ]);
});

test("createCollector() has no fault when all programs are kept", () => {
  const collector = createCollector([]);
  const head = new TextEncoder().encode("#!/bin/sh\n");
  collector.look(0, { path: "bin/x", mode: 0o755, size: head.length, head });
  assert.deepEqual(collector.finish().faults, []);
});

function foundIn(counts: readonly number[]): ReturnType<ReturnType<typeof createCollector>["finish"]> {
  const packages: FoundPackage[] = Array.from({ length: Math.max(...counts) }, (_, index) => ({
    type: "npm",
    name: `p${index}`,
    version: "1",
    licences: [],
  }));
  const collector = createCollector([]);
  for (const [entry, count] of counts.entries()) {
    const plugin = { id: "p", wants: () => true, extract: () => ({ packages: packages.slice(0, count) }) };
    const file = { path: `f${entry}`, mode: 0o644, size: 1, head: new Uint8Array() };
    collector.extract(entry, [{ file, plugins: [plugin] }], accessBytes(new Uint8Array(1)), file.head);
  }
  return collector.finish();
}

for (const [counts, kept, faults] of [
  [[70_000], 70_000, []],
  [[2500, 3], 2503, []],
  [[70_001], 70_000, ["read layer: 1 more packages than are kept"]],
  [[69_999, 2, 1], 70_000, ["read layer: 2 more packages than are kept"]],
] as const)
  test(`createCollector() keeps ${kept} of ${counts.join(" + ")} packages`, () => {
    const result = foundIn(counts);
    const names = [...allFinds(result.finds)].flatMap(({ packages }) => packages.map(({ name }) => name));
    assert.equal(result.finds.packages, kept);
    assert.deepEqual([names.length, names[0], names[2499]], [kept, "p0", "p2499"]);
    assert.deepEqual(
      result.faults.map(({ message }) => message),
      faults,
    );
  });
