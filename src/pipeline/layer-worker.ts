import { type MessagePort, parentPort } from "node:worker_threads";
import { codeOf, type ErrorCode, messageOf, SeaworthyError } from "../core/errors.ts";
import type { LayerIndex } from "../core/layer.ts";
import type { InflateLimits } from "../formats/compression.ts";
import type { WalkTargets } from "../images/walk-collect.ts";
import { indexLayer, type LayerSource } from "./index-layer.ts";
import { type PluginSet, pluginSets } from "./plugins.ts";

// Runs in a thread of its own: hostile bytes are parsed here, within the heap limits that the pool sets.

/** What the pool tells a worker. Chunks follow an `index` message whose source is `pumped`, until `end` or `broken`. */
export type ToWorker =
  | {
      readonly kind: "index";
      readonly source: Exclude<LayerSource, { kind: "chunks" }> | { readonly kind: "pumped" };
      readonly targets: WalkTargets | undefined;
      readonly limits: InflateLimits | undefined;
      readonly claimed: boolean | undefined;
      readonly plugins: PluginSet;
    }
  | { readonly kind: "chunk"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "end" }
  | { readonly kind: "broken"; readonly code: ErrorCode; readonly message: string };

/** What a worker answers. `taken`: one chunk was used up; `done` or `failed` ends a task. */
export type FromWorker =
  | { readonly kind: "taken" }
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "done"; readonly index: LayerIndex }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string };

if (parentPort !== null) serve(parentPort);

function serve(port: MessagePort): void {
  let inbox = createInbox(port);
  port.on("message", (message: ToWorker) => {
    if (message.kind !== "index") return inbox.put(message);
    inbox = createInbox(port);
    void answer(port, message, inbox);
  });
}

async function answer(
  port: MessagePort,
  { source, targets, limits, claimed, plugins }: Extract<ToWorker, { kind: "index" }>,
  inbox: Inbox,
): Promise<void> {
  const say = (message: FromWorker, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);
  try {
    const progress = batched((bytes) => say({ kind: "bytes", bytes }));
    const from: LayerSource = source.kind === "pumped" ? { kind: "chunks", chunks: inbox.chunks() } : source;
    const index = await indexLayer(from, {
      extractors: pluginSets[plugins],
      targets,
      limits,
      claimed,
      onBytes: progress.add,
    });
    progress.flush();
    say({ kind: "done", index }, columnsOf(index));
  } catch (thrown) {
    say({ kind: "failed", code: codeOf(thrown), message: messageOf(thrown) });
  }
}

// The columns of a million entries and all finds change hands without a copy.
function columnsOf({ entries, finds }: LayerIndex): ArrayBuffer[] {
  const columns = [...Object.values(entries), ...Object.values(finds)].filter((each) =>
    ArrayBuffer.isView(each),
  );
  return columns.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
}

const progressStep = 4 * 2 ** 20;

function batched(tell: (bytes: number) => void): { add: (bytes: number) => void; flush: () => void } {
  let untold = 0;
  const flush = (): void => {
    if (untold > 0) tell(untold);
    untold = 0;
  };
  return {
    flush,
    add(bytes) {
      untold += bytes;
      if (untold >= progressStep) flush();
    },
  };
}

interface Inbox {
  put(message: Exclude<ToWorker, { kind: "index" }>): void;
  chunks(): AsyncGenerator<Uint8Array>;
}

function createInbox(port: MessagePort): Inbox {
  const waiting: Exclude<ToWorker, { kind: "index" }>[] = [];
  let wake: (() => void) | undefined;
  return {
    put(message) {
      waiting.push(message);
      wake?.();
    },
    async *chunks() {
      for (;;) {
        const message = waiting.shift();
        if (message === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        if (message.kind === "end") return;
        if (message.kind === "broken") throw new SeaworthyError(message.code, message.message);
        yield message.bytes;
        port.postMessage({ kind: "taken" } satisfies FromWorker);
      }
    },
  };
}
