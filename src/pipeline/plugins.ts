import { probes } from "../checks/image/list.ts";
import { closureProbes } from "../closure/probes.ts";
import type { Extractor } from "../core/plugin.ts";
import { extractors } from "../extractors/list.ts";

/** Which of them look into files: those of every scan, or those of `slim` as well. */
export type PluginSet = "scan" | "closure";

/** All that looks into files while layers are read: extractors of packages, then probes of checks, then those of `slim`. */
export const pluginSets: Readonly<Record<PluginSet, readonly Extractor[]>> = {
  scan: [...extractors, ...probes],
  closure: [...extractors, ...probes, ...closureProbes],
};
