import { existsSync } from "node:fs";
import { feeds } from "../../src/feeds/list.ts";
import { syncDatabase } from "../../src/pipeline/sync.ts";
import { directorySource } from "../../src/pipeline/sync-documents.ts";

// One update in a process of its own, for sync.test.ts: `node sync-process.ts MIRROR DATABASE [GATE]`. Says each kind of event
// once, and the digest at the end. Until the file GATE is there it stands still in the middle of the build, as on a slow disk.

const [mirror = "", path = "", gate] = process.argv.slice(2);
const said = new Set<string>();
const info = await syncDatabase({
  path,
  feeds,
  source: directorySource(mirror),
  now: "2026-01-02T03:04:05Z",
  tell: ({ kind }) => {
    if (said.has(kind)) return;
    said.add(kind);
    process.stdout.write(`${kind}\n`);
    if (kind === "building" && gate !== undefined) standStill(gate);
  },
});
process.stdout.write(`digest ${info.digest}\n`);

function standStill(gate: string): void {
  while (!existsSync(gate)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}
