import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probes, treeChecks } from "../src/checks/image/list.ts";
import type { LayerBlob } from "../src/core/image.ts";
import type { LayerIndex } from "../src/core/layer.ts";
import type { Extractor } from "../src/core/plugin.ts";
import type { TreeCheck } from "../src/core/sights.ts";
import { extractors } from "../src/extractors/list.ts";
import { inspectTree } from "../src/images/inspect.ts";
import { mergeLayers } from "../src/images/merge.ts";
import { assembleImage } from "../src/images/merge-image.ts";
import { indexLayer } from "../src/pipeline/index-layer.ts";

// What the checks add to a cold index, in CPU time of one thread:
//
//   node bench/checks.ts [DIRECTORY…]      layers are made of these (default: folders of /usr), one each
//
// The same image is read with and without the probes, and put together with and without the checks, in turns; the least of
// each counts. The pass over the merged tree counts whole, for without checks nobody would make it.

const turns = 3;
const chosen = process.argv.slice(2);
const folders =
  chosen.length > 0 ? chosen : ["/usr/share", "/usr/local", "/usr/bin", "/usr/lib/x86_64-linux-gnu"];
const work = mkdtempSync(join(process.env["SEAWORTHY_BENCH_DIR"] ?? tmpdir(), "seaworthy-bench-"));

try {
  const layers = folders.map(makeLayer);
  const stored = layers.reduce((sum, path) => sum + statSync(path).size, 0);
  const least = { bare: Infinity, probed: Infinity, plain: Infinity, checked: Infinity, pass: Infinity };
  let files = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    const bare = await cpu(() => read(layers, extractors));
    const probed = await cpu(() => read(layers, [...extractors, ...probes]));
    const plain = await cpu(() => assemble(probed.value, []));
    const checked = await cpu(() => assemble(probed.value, treeChecks));
    const merged = mergeLayers(probed.value);
    const pass = await cpu(() => inspectTree(merged, []));
    files = checked.value.files;
    for (const [name, { seconds }] of Object.entries({ bare, probed, plain, checked, pass }))
      if (isKey(name)) least[name] = Math.min(least[name], seconds);
  }
  report(stored, files, least);
} finally {
  rmSync(work, { recursive: true, force: true });
}

type Least = Record<"bare" | "probed" | "plain" | "checked" | "pass", number>;

function isKey(name: string): name is keyof Least {
  return ["bare", "probed", "plain", "checked", "pass"].includes(name);
}

function report(stored: number, files: number, { bare, probed, plain, checked, pass }: Least): void {
  const probing = Math.max(probed - bare, 0);
  const checking = Math.max(checked - plain, 0) + pass;
  const without = bare + plain - pass;
  print("image", `${Math.round(stored / 1e6)} MB stored, ${files} files, ${folders.length} layers`);
  print("without", `${without.toFixed(2)} s`);
  print("probes", `${probing.toFixed(2)} s`);
  print("pass", `${checking.toFixed(2)} s (${pass.toFixed(2)} s of it for walking the tree)`);
  print("added", `${(((probing + checking) / without) * 100).toFixed(1)} %`);
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(8)} ${value}\n`);
}

function makeLayer(folder: string, index: number): string {
  const path = join(work, `layer${index}.tar.gz`);
  const command = `tar -C / -cf - "$1" 2>/dev/null | { pigz -6 2>/dev/null || gzip -6; } > "$2"`;
  spawnSync("sh", ["-c", command, "sh", folder.slice(1), path]);
  return path;
}

async function read(paths: readonly string[], plugins: readonly Extractor[]): Promise<readonly LayerIndex[]> {
  const read: LayerIndex[] = [];
  for (const path of paths)
    read.push(
      await indexLayer(
        { kind: "file", path, offset: 0, length: statSync(path).size },
        { extractors: plugins },
      ),
    );
  return read;
}

function assemble(
  layers: readonly LayerIndex[],
  checks: readonly TreeCheck[],
): ReturnType<typeof assembleImage> {
  const content = { kind: "file" as const, path: "", offset: 0, length: 0 };
  const blob: LayerBlob = { digest: undefined, diffId: undefined, mediaType: "", size: undefined, content };
  const ids = [...extractors, ...probes].map(({ id }) => id);
  return assembleImage(
    layers.map(() => blob),
    layers,
    mergeLayers(layers),
    ids,
    checks,
  );
}

async function cpu<T>(work: () => T | Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const start = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(start);
  return { value, seconds: (user + system) / 1e6 };
}
