import type { IndexProgress } from "../pipeline/index-image.ts";
import type { Io } from "./command.ts";

/** One moving line on a terminal while layers are read; nothing elsewhere. */
export interface ScanProgress {
  readonly onProgress: ((progress: IndexProgress) => void) | undefined;
  /** Clears the line. */
  readonly end: () => void;
}

const redraw = 100;
// A scan that is over by then shows nothing: a line that flashes up tells nobody anything.
const firstDrawn = 400;

/** Progress of reading layers. */
export function scanProgress(stderr: Io["stderr"], layers: number, wanted: boolean): ScanProgress {
  if (stderr.isTTY !== true || !wanted) return { onProgress: undefined, end: () => undefined };
  const read = new Map<number, IndexProgress>();
  let next = performance.now() + firstDrawn;
  let drawn = false;
  return {
    onProgress(progress) {
      read.set(progress.layer, progress);
      if (performance.now() < next) return;
      next = performance.now() + redraw;
      drawn = true;
      stderr.write(`\r\u001B[K${line([...read.values()], layers).slice(0, (stderr.columns ?? 80) - 1)}`);
    },
    end: () => void (drawn && stderr.write("\r\u001B[K")),
  };
}

function line(read: readonly IndexProgress[], layers: number): string {
  const bytes = read.reduce((sum, one) => sum + one.bytes, 0);
  const totals = read.map(({ total }) => total);
  const known = read.length === layers && totals.every((total) => total !== undefined);
  const total = totals.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const share = known && total > 0 ? ` of ${megabytes(total)} (${Math.floor((100 * bytes) / total)} %)` : "";
  return `reading ${layers} layers: ${megabytes(bytes)}${share}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
