import { feeds } from "../../src/feeds/list.ts";
import { syncDatabase } from "../../src/pipeline/sync.ts";
import { directorySource } from "../../src/pipeline/sync-documents.ts";

// One update in a process of its own, for sync.test.ts: `node sync-process.ts MIRROR DATABASE PAUSE`. Says each kind of
// event once, and the digest at the end. The pause blocks this thread in the middle of the build, as a slow disk would.

const [mirror = "", path = "", pause = "0"] = process.argv.slice(2);
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
    if (kind === "building") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(pause));
  },
});
process.stdout.write(`digest ${info.digest}\n`);
