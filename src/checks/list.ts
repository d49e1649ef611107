import type { CheckText } from "../core/check.ts";
import { checkTexts } from "./image/list.ts";
import { pinningChecks } from "./manifest/pinning.ts";

/** Every check of images and of how files name them, by id: what a policy may set. */
export const imageChecks: readonly CheckText[] = [...checkTexts, ...pinningChecks].toSorted((a, b) =>
  a.id < b.id ? -1 : 1,
);
