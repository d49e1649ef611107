import { probes } from "../checks/image/list.ts";
import type { Extractor } from "../core/plugin.ts";
import { extractors } from "../extractors/list.ts";

/** All that looks into files while layers are read: extractors of packages, then probes of checks. */
export const plugins: readonly Extractor[] = [...extractors, ...probes];
