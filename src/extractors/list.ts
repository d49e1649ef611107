import type { Extractor } from "../core/plugin.ts";
import { npm } from "./npm.ts";
import { python } from "./python.ts";

/** Every extractor, in the order in which the coverage ledger lists them. A new one adds its line here. */
export const extractors: readonly Extractor[] = [npm, python];
