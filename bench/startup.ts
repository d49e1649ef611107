import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// node bench/startup.ts: packs and installs this checkout as a user would, then measures `--version` and `--help` of the
// installed command against an empty program of the same Node. Median of many runs, milliseconds of wall time.

const runs = 40;
const root = fileURLToPath(new URL("..", import.meta.url));
const prefix = mkdtempSync(join(tmpdir(), "seaworthy-bench-"));
try {
  const options = {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, npm_config_local_prefix: undefined },
  } as const;
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", prefix], options);
  const tarball = join(prefix, packed.trim().split("\n").at(-1) ?? "");
  execFileSync("npm", ["install", "--global", "--silent", "--prefix", prefix, tarball], options);
  const command = join(prefix, "bin/seaworthy");
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["node -e 0", ["-e", "0"]],
    ["seaworthy --version", [command, "--version"]],
    ["seaworthy --help", [command, "--help"]],
    ["seaworthy explain purl, one line", [command, "explain", "purl"]],
  ];
  for (const [name, args] of rows)
    process.stdout.write(`${name.padEnd(34)} ${measure(args).toFixed(1)} ms\n`);
} finally {
  rmSync(prefix, { recursive: true, force: true });
}

function measure(args: readonly string[]): number {
  const times: number[] = [];
  for (let index = 0; index < runs; index++) {
    const started = process.hrtime.bigint();
    const { status } = spawnSync(process.execPath, args, {
      input: "pkg:npm/a@1\n",
      stdio: ["pipe", "ignore", "ignore"],
    });
    if (status !== 0) throw new Error(`run ${args.join(" ")}: ended with ${status}`);
    times.push(Number(process.hrtime.bigint() - started) / 1e6);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(runs / 2)] ?? Number.NaN;
}
