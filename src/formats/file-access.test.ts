import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { openFileAccess } from "./file-access.ts";

it("openFileAccess() reads ranges, fewer bytes only at the end", () => {
  const directory = mkdtempSync(join(tmpdir(), "seaworthy-access-"));
  try {
    writeFileSync(join(directory, "file"), "0123456789");
    const file = openFileAccess(join(directory, "file"));
    const rows: readonly [number, number, string][] = [
      [0, 3, "012"],
      [8, 5, "89"],
      [10, 1, ""],
      [-1, 4, ""],
      [2, 0, ""],
      [2, -1, ""],
      [1e15, 1, ""],
    ];
    assert.equal(file.size, 10);
    for (const [offset, length, text] of rows)
      assert.equal(Buffer.from(file.read(offset, length)).toString(), text);
    file.close();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
