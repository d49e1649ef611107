import type { Extractor } from "../core/plugin.ts";

/** Every extractor, in the order in which the coverage ledger lists them. A new one adds its line here. */
export const extractors: readonly Extractor[] = [];
