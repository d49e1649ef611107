import type { SyncEvent } from "../pipeline/sync.ts";
import type { Io } from "./command.ts";

/** Tells on stderr how far an update is: one moving line on a terminal, else a line for each stage that matters. */
export interface DatabaseProgress {
  readonly tell: (event: SyncEvent) => void;
  readonly received: (name: string, bytes: number, total: number | undefined) => void;
  /** Clears the moving line. */
  readonly end: () => void;
}

const redraw = 100;
const barWidth = 24;

export function databaseProgress(stderr: Io["stderr"]): DatabaseProgress {
  return stderr.isTTY === true ? movingLine(stderr) : plainLines(stderr);
}

function plainLines(stderr: Io["stderr"]): DatabaseProgress {
  let stage = "";
  const say = (text: string): void => void stderr.write(`${text}\n`);
  return {
    tell: (event) => {
      const text = lasting(event);
      if (text !== undefined) say(text);
      const next = event.kind === "building" ? sourceOf(event.document) : "";
      if (event.kind === "building" && next !== stage && next !== "") say(`reading ${(stage = next)}`);
    },
    received: () => undefined,
    end: () => undefined,
  };
}

function movingLine(stderr: Io["stderr"]): DatabaseProgress {
  let drawn = 0;
  const clear = (): void => void stderr.write("\r\u001b[K");
  const draw = (share: number | undefined, text: string): void => {
    if (performance.now() - drawn < redraw) return;
    drawn = performance.now();
    const line = `${share === undefined ? "" : `${bar(share)} `}${text}`;
    stderr.write(`\r\u001b[K${line.slice(0, Math.max((stderr.columns ?? 80) - 1, 20))}`);
  };
  return {
    tell: (event) => {
      const text = lasting(event);
      if (text !== undefined) {
        clear();
        stderr.write(`${text}\n`);
      }
      if (event.kind === "fetched") draw(undefined, `fetched ${event.document}`);
      if (event.kind === "building")
        draw(
          event.done / Math.max(event.total, 1),
          event.document === "" ? "sorting and writing" : `reading ${event.document}`,
        );
    },
    received: (name, bytes, total) =>
      draw(
        total === undefined ? undefined : bytes / Math.max(total, 1),
        `fetching ${name} ${(bytes / 1e6).toFixed(1)} MB`,
      ),
    end: clear,
  };
}

function bar(share: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * barWidth);
  return `[${"#".repeat(full)}${".".repeat(barWidth - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}

/** What stays on the screen. */
function lasting(event: SyncEvent): string | undefined {
  if (event.kind === "waiting") return "another process is updating the database: waiting for it";
  if (event.kind === "poorer") return event.losses.map((loss) => `lost: ${loss}`).join("\n");
  if (event.kind !== "missing") return undefined;
  return `missing: feed ${event.feed}: ${event.documents.join(", ")}`;
}

// A line for each of Alpine's forty documents is noise.
function sourceOf(document: string): string {
  return document.startsWith("secdb.alpinelinux.org/") ? "secdb.alpinelinux.org" : document;
}
