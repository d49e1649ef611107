import { parentPort, workerData } from "node:worker_threads";
import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import { feeds } from "../feeds/list.ts";
import type { WorkerMessage, WorkerPlan } from "./sync.ts";
import { buildDatabase } from "./sync-build.ts";
import { asDiskError } from "./sync-errors.ts";

// The build in a thread of its own: its heap has a limit (without one V8 lets garbage pile up to hundreds of MB).

const send = (message: WorkerMessage): void => parentPort?.postMessage(message);

try {
  const plan: WorkerPlan = workerData;
  const info = await buildDatabase(
    { ...plan, feeds: plan.feeds.map((each) => ({ ...each, feed: feedOf(each.feed) })) },
    (progress) => send({ kind: "progress", progress }),
  );
  send({ kind: "done", info });
} catch (thrown) {
  const error = asDiskError(thrown);
  const hint = error instanceof SeaworthyError ? error.hint : undefined;
  send({ kind: "failed", code: codeOf(error), message: messageOf(error), hint });
}

function feedOf(id: string) {
  const feed = feeds.find((each) => each.id === id);
  if (feed === undefined) throw new SeaworthyError("internal", `build database: no feed "${id}"`);
  return feed;
}
