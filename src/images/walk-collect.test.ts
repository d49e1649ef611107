import assert from "node:assert/strict";
import { test } from "node:test";
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
