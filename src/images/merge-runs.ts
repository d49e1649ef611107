import type { LayerIndex } from "../core/layer.ts";
import type { FileError, PluginRun } from "../core/plugin.ts";
import { compareText } from "../core/text-order.ts";
import type { Sighting } from "./attribution.ts";
import { findAt, hasPart, noFinds, pluginAt } from "./find-pack.ts";

/** One line of the ledger for each plugin, in the order given; plugins that only errors name come last. */
export function pluginRuns(
  layers: readonly (LayerIndex | undefined)[],
  plugins: readonly string[],
  foundBy: ReadonlyMap<string, number>,
  more: readonly (FileError & { readonly plugin: string })[],
): readonly PluginRun[] {
  const tallies = new Map<string, Tally>(plugins.map((plugin) => [plugin, newTally()]));
  const tallyOf = (plugin: string): Tally => {
    const tally = tallies.get(plugin) ?? newTally();
    tallies.set(plugin, tally);
    return tally;
  };
  for (const [layer, index] of layers.entries()) {
    const finds = index?.finds ?? noFinds;
    for (let at = 0; at < finds.count; at += 1) {
      const tally = tallyOf(pluginAt(finds, at));
      tally.files.add(`${layer} ${finds.entry[at]}`);
      tally.read += 1;
      if (!hasPart(finds, at, "problems")) continue;
      const { path, problems } = findAt(finds, at);
      for (const { code, message } of problems) tally.errors.push({ code, message, path, layer });
    }
    for (const { plugin, entry, path, code, message } of index?.errors ?? []) {
      const tally = tallyOf(plugin);
      tally.files.add(`${layer} ${entry}`);
      tally.errors.push({ code, message, path, layer });
    }
  }
  for (const { plugin, code, message, path, layer } of more)
    tallyOf(plugin).errors.push({ code, message, path, layer });
  return [...tallies].map(([plugin, tally]) => runOf(plugin, tally, foundBy.get(plugin) ?? 0));
}

/** How many packages of the image each plugin proves; one that a layer brought at several paths counts once. */
export function packagesByPlugin(sightings: readonly Sighting[]): ReadonlyMap<string, number> {
  const seen = new Map<string, Set<string>>();
  for (const { plugin, found, origin, removedIn } of sightings) {
    if (removedIn !== undefined) continue;
    const { type, namespace = "", name, version, arch = "" } = found;
    const identities = seen.get(plugin) ?? new Set();
    seen.set(plugin, identities.add(`${type}\0${namespace}\0${name}\0${version}\0${arch}\0${origin}`));
  }
  return new Map([...seen].map(([plugin, identities]) => [plugin, identities.size]));
}

interface Tally {
  readonly files: Set<string>;
  read: number;
  readonly errors: FileError[];
}

function newTally(): Tally {
  return { files: new Set(), read: 0, errors: [] };
}

function runOf(plugin: string, { files, read, errors }: Tally, packages: number): PluginRun {
  const status = errors.length === 0 ? "succeeded" : read === 0 ? "failed" : "partial";
  return {
    plugin,
    status,
    files: files.size,
    packages,
    errors: errors.sort(
      (a, b) => a.layer - b.layer || compareText(a.path, b.path) || compareText(a.message, b.message),
    ),
  };
}
