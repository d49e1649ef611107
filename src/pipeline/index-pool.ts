import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import type { LayerIndex } from "../core/layer.ts";
import type { InflateLimits } from "../formats/compression.ts";
import type { WalkTargets } from "../images/walk-collect.ts";
import type { LayerSource } from "./index-layer.ts";
import type { FromWorker, ToWorker } from "./layer-worker.ts";
import type { PluginSet } from "./plugins.ts";

/** One layer to index in a thread. */
export interface PoolTask {
  readonly source: LayerSource;
  readonly targets?: WalkTargets | undefined;
  readonly limits?: InflateLimits | undefined;
  readonly claimed?: boolean | undefined;
  /** Is told how many stored bytes were read since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Threads that index layers, as many at once as there are processors, but few, the last task beside them; started when first needed. */
export interface LayerPool {
  /** @throws SeaworthyError `limit-exceeded` when the layer needs more memory than a thread may have, `internal` when one dies. */
  run(task: PoolTask): Promise<LayerIndex>;
  /** Ends all threads; tasks that run fail. */
  close(): Promise<void>;
}

// Under the file's own suffix: .ts in a checkout, .js in the published package.
const workerUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./layer-worker.ts" : "./layer-worker.js",
  import.meta.url,
);

/** Heap of one thread in MiB. What streams by lies outside of it. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4, stackSizeMb: 4 };

// Each takes some 45 MB, beside what is kept of the layers.
const mostThreads = 4;

/**
 * A pool for `tasks` tasks of at most `size` threads. The last task does not wait for a place: a large layer that is left alone at
 * the end would keep one processor busy and the others idle.
 */
export function createLayerPool(
  set: PluginSet,
  tasks: number,
  size: number = Math.min(availableParallelism(), mostThreads),
): LayerPool {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let toStart = tasks;
  const admit = (): void => {
    while (waiting.length > 0 && (busy < size || (busy === size && toStart === 1))) {
      busy += 1;
      toStart -= 1;
      waiting.shift()?.();
    }
  };
  const release = (worker: Worker, alive: boolean): void => {
    if (alive) idle.push(worker);
    else all.delete(worker);
    busy -= 1;
    admit();
  };
  return {
    async run(task) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        admit();
      });
      const worker = idle.pop() ?? startWorker(all);
      let alive = false;
      try {
        const index = await runIn(worker, task, set);
        alive = true;
        return index;
      } catch (thrown) {
        // What a worker says of a task it survived; a dead one has no thread id any more.
        alive = worker.threadId !== -1;
        throw thrown;
      } finally {
        release(worker, alive);
      }
    },
    async close() {
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

function startWorker(all: Set<Worker>): Worker {
  const worker = new Worker(workerUrl, { resourceLimits, stdin: false });
  // A pool that waits must not keep the process alive.
  worker.unref();
  all.add(worker);
  return worker;
}

function runIn(
  worker: Worker,
  { source, targets, limits, claimed, onBytes }: PoolTask,
  plugins: PluginSet,
): Promise<LayerIndex> {
  const pump = source.kind === "chunks" ? createPump(worker, source.chunks) : undefined;
  const done = new Promise<LayerIndex>((resolve, reject) => {
    const finish = (settle: () => void): void => {
      worker.removeListener("message", hear);
      worker.removeListener("error", fail);
      worker.removeListener("exit", exit);
      worker.unref();
      pump?.stop();
      settle();
    };
    const hear = (message: FromWorker): void => {
      switch (message.kind) {
        case "taken":
          return pump?.taken();
        case "bytes":
          return onBytes?.(message.bytes);
        case "done":
          return finish(() => resolve(message.index));
        case "failed":
          return finish(() => reject(new SeaworthyError(message.code, message.message)));
      }
    };
    const fail = (cause: unknown): void => finish(() => reject(deathOf(cause)));
    const exit = (): void => finish(() => reject(deathOf(undefined)));
    worker.on("message", hear);
    worker.on("error", fail);
    worker.on("exit", exit);
    worker.ref();
  });
  const from = source.kind === "chunks" ? { kind: "pumped" as const } : source;
  worker.postMessage({ kind: "index", source: from, targets, limits, claimed, plugins } satisfies ToWorker);
  void pump?.start();
  return done;
}

function deathOf(cause: unknown): SeaworthyError {
  const outOfMemory = cause instanceof Error && "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY";
  return outOfMemory
    ? new SeaworthyError("limit-exceeded", "index layer: it needs more memory than one layer may have")
    : new SeaworthyError(
        "internal",
        `index layer: the thread ended: ${messageOf(cause ?? "no reason given")}`,
      );
}

interface Pump {
  start(): Promise<void>;
  taken(): void;
  stop(): void;
}

/** Chunks that may be under way to a worker, of about this many bytes each. */
const window = 4;
const packetSize = 2 ** 19;

// Hands a stream of this thread to a worker, packed into large chunks that change owner, and waits when it falls behind.
function createPump(worker: Worker, chunks: AsyncIterable<Uint8Array>): Pump {
  let underWay = 0;
  let stopped = false;
  let wake: (() => void) | undefined;
  const isFull = (): boolean => underWay >= window && !stopped;
  const send = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    while (isFull())
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    if (stopped) return;
    underWay += 1;
    worker.postMessage({ kind: "chunk", bytes } satisfies ToWorker, [bytes.buffer]);
  };
  return {
    async start() {
      let last: ToWorker = { kind: "end" };
      try {
        for await (const packet of packets(chunks)) {
          await send(packet);
          if (stopped) return;
        }
      } catch (thrown) {
        last = { kind: "broken", code: codeOf(thrown), message: messageOf(thrown) };
      }
      if (!stopped) worker.postMessage(last);
    },
    taken() {
      underWay -= 1;
      wake?.();
    },
    stop() {
      stopped = true;
      wake?.();
    },
  };
}

// Copies into memory of its own: what a stream hands out may be part of a buffer that others use.
async function* packets(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let packet = new Uint8Array(packetSize);
  let used = 0;
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; ) {
      const step = Math.min(chunk.length - at, packetSize - used);
      packet.set(chunk.subarray(at, at + step), used);
      at += step;
      used += step;
      if (used < packetSize) continue;
      yield packet;
      packet = new Uint8Array(packetSize);
      used = 0;
    }
  if (used > 0) yield packet.slice(0, used);
}
