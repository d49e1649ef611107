import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Cold and warm scan of an image of over 1 GB (stored), against what gzip and pigz need to inflate the same layers.
//
//   node bench/scan.ts [DIRECTORY…]      layers are made of these (default: folders of /usr), one each
//
// Every figure is a process of its own, so that memory is that of a scan and nothing else.

const chosen = process.argv.slice(2);
const folders = chosen.length > 0 ? chosen : ["/usr/lib", "/usr/share", "/usr/bin", "/usr/local", "/opt"];
const child = fileURLToPath(new URL("./scan-once.ts", import.meta.url));
const work = mkdtempSync(join(process.env["SEAWORTHY_BENCH_DIR"] ?? tmpdir(), "seaworthy-bench-"));

try {
  const layers = folders.map(makeLayer);
  const stored = layers.reduce((sum, path) => sum + statSync(path).size, 0);
  print("layers", `${layers.length}, ${megabytes(stored)} MB stored`);
  const gzip = timed("gzip", ["-dc", ...layers]);
  print("gzip -dc", `${gzip.toFixed(2)} s`);
  const pigz = timed("pigz", ["-dc", ...layers]);
  print("pigz -dc", `${pigz.toFixed(2)} s`);
  const cache = join(work, "cache");
  mkdirSync(cache);
  const cold = await scan(layers, cache);
  print(
    "cold index",
    `${line(cold)}, ${(cold.seconds / gzip).toFixed(3)} × gzip, ${(cold.seconds / pigz).toFixed(3)} × pigz`,
  );
  const warm = [await scan(layers, cache), await scan(layers, cache), await scan(layers, cache)];
  print("warm index", line(warm.sort((a, b) => a.seconds - b.seconds)[1] ?? cold));
} finally {
  rmSync(work, { recursive: true, force: true });
}

interface Figures {
  /** Of the whole process, start-up included. */
  readonly seconds: number;
  readonly indexSeconds: number;
  readonly peakMegabytes: number;
  readonly packages: number;
  readonly files: number;
}

function makeLayer(folder: string, index: number): string {
  const path = join(work, `layer${index}.tar.gz`);
  const command = `tar -C / -cf - "$1" 2>/dev/null | { pigz -6 2>/dev/null || gzip -6; } > "$2"`;
  spawnSync("sh", ["-c", command, "sh", folder.slice(1), path]);
  return path;
}

function timed(program: string, args: readonly string[]): number {
  const start = performance.now();
  spawnSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  return (performance.now() - start) / 1000;
}

async function scan(layers: readonly string[], cache: string): Promise<Figures> {
  const start = performance.now();
  const process_ = spawn(process.execPath, [child, cache, ...layers], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const text = (await Array.fromAsync(process_.stdout)).join("");
  const seconds = (performance.now() - start) / 1000;
  const told: Omit<Figures, "seconds"> = JSON.parse(text);
  return { ...told, seconds };
}

function line({ seconds, indexSeconds, peakMegabytes, packages, files }: Figures): string {
  const whole = `${seconds.toFixed(3)} s (${indexSeconds.toFixed(3)} s of it indexing)`;
  return `${whole}, peak ${peakMegabytes} MB, ${packages} packages, ${files} files`;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(12)} ${value}\n`);
}
