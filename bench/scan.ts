import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Cold and warm scan of an image of over 1 GB (stored), against what gzip and pigz need to inflate the same layers.
//
//   node bench/scan.ts [DIRECTORY…]
//
// Without directories there are five layers: the files of /usr and /opt in the order of their paths are cut into five runs of the
// same size, and each gives its first 700 MB, packed by tar and pigz -6. With directories each is one layer; layers of unlike size
// measure the largest of them rather than the scan. Every figure is a process of its own, the least of three runs in turn with the
// others. Processor time (user and system, all threads) says what it costs, and hangs less on what else the machine does; the load
// is told with it.

const runs = 3;
const layerCount = 5;
const layerBytes = 700_000_000;
const chosen = process.argv.slice(2);
const child = fileURLToPath(new URL("./scan-once.ts", import.meta.url));
const work = mkdtempSync(join(process.env["SEAWORTHY_BENCH_DIR"] ?? tmpdir(), "seaworthy-bench-"));

try {
  const layers = chosen.length > 0 ? chosen.map(layerOfDirectory) : layersOfSystem();
  const sizes = layers.map((path) => statSync(path).size);
  print("layers", `${sizes.map(megabytes).join(" + ")} MB stored`);
  const named = layers.map((path) => `${diffIdOf(path)}@${path}`);
  const cache = join(work, "cache");
  const gzip: Cost[] = [];
  const pigz: Cost[] = [];
  const cold: Figures[] = [];
  for (let run = 0; run < runs; run += 1) {
    rmSync(cache, { recursive: true, force: true });
    mkdirSync(cache);
    gzip.push(timed("gzip", ["-dc", ...layers]));
    pigz.push(timed("pigz", ["-dc", ...layers]));
    cold.push(await scan(named, cache));
  }
  const [gzipBest, pigzBest, coldBest] = [least(gzip), least(pigz), least(cold)];
  print("gzip -dc", cost(gzipBest));
  print("pigz -dc", cost(pigzBest));
  print("cold index", line(coldBest));
  const ratio = (a: number, b: number): string => (a / b).toFixed(3);
  print(
    "  of gzip",
    `${ratio(coldBest.seconds, gzipBest.seconds)} of its time, ${ratio(coldBest.cpuSeconds, gzipBest.cpuSeconds)} of its processor time`,
  );
  const warm = [await scan(named, cache), await scan(named, cache), await scan(named, cache)];
  print("warm index", line(least(warm)));
  print(
    "load",
    loadavg()
      .map((load) => load.toFixed(1))
      .join(" "),
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}

interface Cost {
  /** Of the whole process, start-up included. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

interface Figures extends Cost {
  readonly indexSeconds: number;
  readonly peakMegabytes: number;
  readonly packages: number;
  readonly files: number;
}

function layerOfDirectory(folder: string, index: number): string {
  return packed(index, [folder.slice(1)], []);
}

function layersOfSystem(): readonly string[] {
  const listed = spawnSync("find", ["usr", "opt", "-xdev", "-type", "f", "-printf", "%s %p\\0"], {
    cwd: "/",
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  const files = listed.stdout
    .split("\0")
    .filter((text) => text !== "")
    .map((text) => ({
      size: Number(text.slice(0, text.indexOf(" "))),
      path: text.slice(text.indexOf(" ") + 1),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const share = files.reduce((sum, { size }) => sum + size, 0) / layerCount;
  const lists = Array.from({ length: layerCount }, (): string[] => []);
  let before = 0;
  for (const { size, path } of files) {
    if (before % share < layerBytes) lists[Math.floor(before / share)]?.push(path);
    before += size;
  }
  return lists.map((paths, index) => packed(index, ["--null", "--files-from=-"], paths));
}

function packed(index: number, what: readonly string[], paths: readonly string[]): string {
  const path = join(work, `layer${index}.tar.gz`);
  const command = `out=$1; shift; tar -C / -cf - "$@" 2>/dev/null | pigz -6 > "$out"`;
  spawnSync("sh", ["-c", command, "sh", path, ...what], { input: paths.map((name) => `${name}\0`).join("") });
  return path;
}

function diffIdOf(layer: string): string {
  const { stdout } = spawnSync("sh", ["-c", 'gzip -dc "$1" | sha256sum', "sh", layer], { encoding: "utf8" });
  return `sha256:${stdout.slice(0, 64)}`;
}

function timed(program: string, args: readonly string[]): Cost {
  const start = performance.now();
  // The shell's second line is of its children: minutes and seconds of user, then of system.
  const { stdout } = spawnSync("sh", ["-c", '"$@" > /dev/null; times', "sh", program, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const times = [...(stdout.split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  return {
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0),
  };
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

function least<T extends Cost>(costs: readonly T[]): T {
  const [first, ...others] = costs;
  if (first === undefined) throw new Error("nothing was measured");
  return others.reduce((best, next) => (next.seconds < best.seconds ? next : best), first);
}

function cost({ seconds, cpuSeconds }: Cost): string {
  return `${seconds.toFixed(2)} s, processor ${cpuSeconds.toFixed(2)} s`;
}

function line({ indexSeconds, peakMegabytes, packages, files, ...whole }: Figures): string {
  return `${cost(whole)}, indexing ${indexSeconds.toFixed(3)} s, peak ${peakMegabytes} MB, ${packages} packages, ${files} files`;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(12)} ${value}\n`);
}
