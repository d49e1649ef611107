import type { Extractor } from "../core/plugin.ts";
import { apk } from "./apk.ts";
import { dpkgCopyright } from "./dpkg-copyright.ts";
import { dpkgList } from "./dpkg-list.ts";
import { dpkgStatus } from "./dpkg-status.ts";
import { dpkgStatusD } from "./dpkg-status-d.ts";
import { go } from "./go.ts";
import { java } from "./java/java.ts";
import { npm } from "./npm.ts";
import { npmLock } from "./npm-lock.ts";
import { osRelease } from "./os-release.ts";
import { python } from "./python.ts";
import { repositories } from "./repositories.ts";
import { rpm } from "./rpm.ts";
import { runtimeProgram } from "./runtime-program.ts";
import { runtimeRelease } from "./runtime-release.ts";
import { rust } from "./rust.ts";
import { yarnCache } from "./yarn-cache.ts";

/** Every extractor, in the order in which the coverage ledger lists them. A new one adds its line here. */
export const extractors: readonly Extractor[] = [
  osRelease,
  dpkgStatus,
  dpkgStatusD,
  dpkgList,
  dpkgCopyright,
  apk,
  rpm,
  npm,
  npmLock,
  yarnCache,
  python,
  java,
  go,
  rust,
  runtimeProgram,
  runtimeRelease,
  repositories,
];
