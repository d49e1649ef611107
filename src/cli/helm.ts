import { execFile } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { Rendering } from "../manifests/helm.ts";
import type { Chart } from "../manifests/list.ts";
import type { Io } from "./command.ts";
import type { LinkedTree } from "./manifest-files.ts";

const patience = 60_000;
const mostOutput = 32 * 2 ** 20;

/** Renders charts by the helm that is on PATH, with their own values and those of the files `values`; without helm they come back unrendered. */
export async function renderCharts(
  dirs: readonly string[],
  values: readonly string[],
  tree: LinkedTree,
  io: Io,
): Promise<readonly Chart[]> {
  const helm = dirs.length === 0 ? undefined : findHelm(io.env["PATH"] ?? "");
  if (helm === undefined) return dirs.map((dir) => ({ dir, rendering: undefined }));
  // A home of its own: no plugins, no repositories, no cluster of the user's.
  const home = mkdtempSync(join(tmpdir(), "seaworthy-helm-"));
  try {
    const charts: Chart[] = [];
    const over = values.flatMap((file) => ["--values", csvField(resolve(io.cwd, file))]);
    for (const dir of dirs) {
      // Helm reads what a link in a chart leads to, and the chart may make an image's name of it.
      const link = tree.linkOut(dir);
      const rendering =
        link === undefined
          ? await render(helm, resolve(io.cwd, dir), over, home, io)
          : { failed: `its link "${link}" leads out of the named places` };
      charts.push({ dir, rendering });
    }
    return charts;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function findHelm(path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((directory) => directory !== "")
    .map((directory) => join(directory, "helm"))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// Helm takes a list, with commas between.
function csvField(path: string): string {
  return /[",\n]/u.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}

function render(
  helm: string,
  chart: string,
  over: readonly string[],
  home: string,
  io: Io,
): Promise<Rendering> {
  const env = {
    PATH: io.env["PATH"],
    HOME: home,
    KUBECONFIG: join(home, "none"),
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
    HELM_PLUGINS: join(home, "plugins"),
  };
  const options = {
    env,
    cwd: home,
    timeout: patience,
    maxBuffer: mostOutput,
    killSignal: "SIGKILL" as const,
  };
  return new Promise((done) =>
    execFile(helm, ["template", "release-name", chart, ...over], options, (error, stdout, stderr) =>
      done(error === null ? { manifests: stdout } : { failed: reason(stderr, error) }),
    ),
  );
}

function reason(stderr: string, error: Error): string {
  const line =
    stderr.split("\n").find((each) => each.startsWith("Error: ")) ?? error.message.split("\n")[0] ?? "";
  return line.replace(/^Error: /u, "").slice(0, 300);
}
