import type { CheckText } from "../../core/check.ts";
import type { CurrencyCheck } from "../../core/currency.ts";
import type { ImageJudge } from "../../core/image-judge.ts";
import type { Extractor } from "../../core/plugin.ts";
import type { TreeCheck } from "../../core/sights.ts";
import { accountsProbe, emptyPassword } from "./accounts.ts";
import { baseBehind, imageOld, packagesBehind } from "./current-age.ts";
import { osEnded, osEnding, runtimeBehind, runtimeEnded, runtimeEnding } from "./current-life.ts";
import { packageManager } from "./package-manager.ts";
import { rootUser } from "./root-user.ts";
import { secretJudges } from "./secret-config.ts";
import { secretProbe, secretTexts } from "./secret-probe.ts";

/** Checks of single entries, in one pass over the merged image. */
export const treeChecks: readonly TreeCheck[] = [packageManager];

/** Probes into files' content, in the same walk as the extractors; what they observe belongs to {@link observedChecks}. */
export const probes: readonly Extractor[] = [accountsProbe, secretProbe];

/** Checks whose findings are what a probe observed. */
export const observedChecks: readonly CheckText[] = [emptyPassword, ...secretTexts];

/** Checks of how up to date the image is. */
export const currencyChecks: readonly CurrencyCheck[] = [
  osEnded,
  osEnding,
  runtimeEnded,
  runtimeEnding,
  runtimeBehind,
  packagesBehind,
  imageOld,
  baseBehind,
];

/** Checks of the image as a whole. */
export const judges: readonly ImageJudge[] = [rootUser, ...secretJudges];
