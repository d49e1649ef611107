import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./needs.ts";
import { cleanEnvironment, type Outcome } from "./scratch.ts";

/** A run with the largest resident memory that was seen, in MiB (Linux; 0 elsewhere). */
export interface Measured extends Outcome {
  readonly peakMib: number;
}

/** Runs the command from source and watches its memory. Killed, with code null, after `seconds`. */
export function measuredSeaworthy(
  args: readonly string[],
  seconds: number,
  env: NodeJS.ProcessEnv,
): Promise<Measured> {
  const program = [join(repository, "src/cli/entry.ts"), ...args];
  const child = spawn(process.execPath, program, {
    env: { ...cleanEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let peakMib = 0;
  const watch = setInterval(() => {
    peakMib = Math.max(peakMib, highWaterMark(child.pid));
  }, 20);
  const stop = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(watch);
      clearTimeout(stop);
      resolve({
        code,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
        peakMib,
      });
    });
  });
}

// https://www.kernel.org/doc/html/latest/filesystems/proc.html: VmHWM, peak resident set in KiB.
function highWaterMark(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s*(\d+) kB/mu.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
