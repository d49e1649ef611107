import assert from "node:assert/strict";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { makeSampleImage } from "../../src/pipeline/sample.ts";
import { needs, needsShared, sharedDirectory } from "../support/needs.ts";
import type { Scanned } from "../support/scan.ts";
import { scratch, seaworthy, tool } from "../support/scratch.ts";

// A database of real advisories (../shared/feeds, as upstream publishes them) against the sample image: the landmarks that the
// project wrote itself must be among what upstream says.

const skip = needsShared("feeds/mirror.sh") || needs("zstd", "unzip");
let mirror = "";
let db = "";
let full: Scanned["report"];
let landmark: Scanned["report"];

suite("real advisories", () => {
  before(
    async () => {
      if (skip !== false) return;
      const dir = scratch("feeds");
      [mirror, db] = [join(dir, "mirror"), join(dir, "advisories.db")];
      await tool("bash", [join(sharedDirectory, "feeds/mirror.sh"), mirror]);
      const updated = await seaworthy(["db", "update", "--from", mirror, "--db", db]);
      assert.equal(updated.code, 0, updated.stderr);
      const image = await makeSampleImage(join(dir, "sample"));
      const json = async (...args: readonly string[]) =>
        JSON.parse(
          (await seaworthy(["scan", "--offline", "--format", "json", ...args, `oci:${image}`])).stdout,
        );
      [full, landmark] = [await json("--db", db), await json()];
    },
    { timeout: 900_000 },
  );

  test("db update takes every record of the npm export", { skip }, async () => {
    const zip = join(mirror, "osv-vulnerabilities.storage.googleapis.com/npm/all.zip");
    const records = (await tool("unzip", ["-Z1", zip])).trim().split("\n").length;
    const status = await seaworthy(["db", "status", "--db", db]);
    const row = /^osv npm +(\d+) +(\d+)/mu.exec(status.stdout);
    assert.equal(Number(row?.[1]) + Number(row?.[2]), records, status.stdout);
    assert.equal(Number(row?.[2]), 0, "rejected records");
  });

  test("scan finds by the full database what it finds by the landmarks", { skip }, () => {
    const key = (each: Scanned["report"]["findings"][number]) => `${each.package} ${each.id}`;
    const found = new Set(
      full.findings.flatMap((each) => [key(each), ...each.aliases.map((id) => `${each.package} ${id}`)]),
    );
    assert.ok(landmark.findings.length > 15, `${landmark.findings.length} findings`);
    assert.deepEqual(
      landmark.findings.map(key).filter((each) => !found.has(each)),
      [],
    );
    assert.ok(full.findings.length > landmark.findings.length);
  });

  test("scan is fully covered by the full database", { skip }, () => {
    assert.deepEqual(full.coverage.gaps, []);
    assert.deepEqual(full.undecided, []);
    assert.equal(landmark.coverage.gaps[0]?.code, "landmark-database");
  });
});
