import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { scratch } from "../../tests/support/scratch.ts";
import type { FeedRecord } from "../core/feed.ts";
import { epss } from "./epss.ts";

const head = "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\n";

async function parse(content: Uint8Array): Promise<readonly FeedRecord[]> {
  const path = join(scratch("epss"), "scores.csv.gz");
  writeFileSync(path, content);
  const records: FeedRecord[] = [];
  for await (const record of epss.parse({ name: "scores", path })) records.push(record);
  return records;
}

test("epss reads each line with the day of the scores, and rejects what is none", async () => {
  const lines =
    "CVE-2024-0001,0.94210,0.99910\r\nCVE-2024-12345,1,1\nCVE-2024-0002,9e-05,0.1\nx,0.1,0.2\nCVE-2024-0003,1.5,1\n";
  const records = await parse(gzipSync(head + lines));
  const day = "2026-11-20";
  const reason = "no CVE with a probability";
  assert.deepEqual(records, [
    { kind: "exploit-probability", entry: { cve: "CVE-2024-0001", probability: 0.9421, day } },
    { kind: "exploit-probability", entry: { cve: "CVE-2024-12345", probability: 1, day } },
    { kind: "exploit-probability", entry: { cve: "CVE-2024-0002", probability: 0.00009, day } },
    { kind: "rejected", record: "x,0.1,0.2", reason },
    { kind: "rejected", record: "CVE-2024-0003,1.5,1", reason },
  ]);
});

const whole = gzipSync(head + "CVE-2024-0001,0.5,0.5\n".repeat(5000));
const rows: readonly (readonly [what: string, content: Uint8Array])[] = [
  ["an empty file", new Uint8Array()],
  ["a file without lines", gzipSync("")],
  ["a page of another kind", gzipSync("<html>\n")],
  ["what is not compressed", Buffer.from(head)],
  ["a file that was cut short", whole.subarray(0, whole.length / 2)],
];
for (const [what, content] of rows)
  test(`epss refuses ${what}`, async () => {
    await assert.rejects(parse(content), { code: "feed-invalid" });
  });
