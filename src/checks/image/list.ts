import type { CheckText } from "../../core/check.ts";
import type { CurrencyCheck } from "../../core/currency.ts";
import type { ImageJudge } from "../../core/image-judge.ts";
import type { Extractor } from "../../core/plugin.ts";
import type { TreeCheck } from "../../core/sights.ts";
import { accountsProbe, emptyPassword } from "./accounts.ts";
import { addLocal, addUrl } from "./add-source.ts";
import { baseTag, ownTag } from "./base-tag.ts";
import { capability } from "./capability.ts";
import { compiler } from "./compiler.ts";
import { baseBehind, imageOld, packagesBehind } from "./current-age.ts";
import { osEnded, osEnding, runtimeBehind, runtimeEnded, runtimeEnding } from "./current-life.ts";
import { debuggerTool } from "./debugger.ts";
import { documentation } from "./documentation.ts";
import { downloadTool } from "./download-tool.ts";
import { duplicateAccount, secondRoot } from "./duplicate-account.ts";
import { editor } from "./editor.ts";
import { headers } from "./headers.ts";
import { healthcheck } from "./healthcheck.ts";
import { insecureCommand } from "./insecure-command.ts";
import { interpreter } from "./interpreter.ts";
import { languageCache } from "./language-cache.ts";
import { languageManager } from "./language-manager.ts";
import { leftovers } from "./leftovers.ts";
import { libraryTests } from "./library-tests.ts";
import { networkTool } from "./network-tool.ts";
import { newerFile } from "./newer-file.ts";
import { packageCache } from "./package-cache.ts";
import { packageManager } from "./package-manager.ts";
import { repositoryData } from "./repository.ts";
import { rootUser } from "./root-user.ts";
import { distUpgrade, pipedDownload, sudoStep, unverified, updateAlone } from "./run-steps.ts";
import { secretJudges } from "./secret-config.ts";
import { secretProbe, secretTexts } from "./secret-probe.ts";
import { sensitiveVolume } from "./sensitive-volume.ts";
import { setuid } from "./setuid.ts";
import { shell } from "./shell.ts";
import { sshPort } from "./ssh-port.ts";
import { sshServer } from "./ssh-server.ts";
import { sshTool } from "./ssh-tool.ts";
import { openSshd, sshdProbe } from "./sshd-config.ts";
import { sudo } from "./sudo.ts";
import { unknownOwner } from "./unknown-owner.ts";
import { unownedExecutable } from "./unowned-executable.ts";
import { namedUser, unknownUser } from "./user-name.ts";
import { userSwitch } from "./user-switch.ts";
import { versionControl } from "./version-control.ts";
import { removedCache, waste } from "./waste.ts";
import { worldWritableDirectory, worldWritableFile } from "./world-writable.ts";

/** Checks of single entries, in one pass over the merged image. */
export const treeChecks: readonly TreeCheck[] = [
  packageManager,
  packageCache,
  languageManager,
  shell,
  interpreter,
  downloadTool,
  sshTool,
  debuggerTool,
  compiler,
  sudo,
  userSwitch,
  editor,
  versionControl,
  repositoryData,
  documentation,
  libraryTests,
  languageCache,
  leftovers,
  networkTool,
  setuid,
  capability,
  worldWritableFile,
  worldWritableDirectory,
  sshServer,
  headers,
];

/** Probes into files' content, in the same walk as the extractors; what they observe belongs to {@link observedChecks}. */
export const probes: readonly Extractor[] = [accountsProbe, secretProbe, sshdProbe];

/** Checks whose findings are what a probe observed. */
const observedChecks: readonly CheckText[] = [emptyPassword, openSshd, ...secretTexts];

/** Checks whose findings are gone with the file: what a later layer removed harms nobody. A secret does. */
export const visibleChecks: ReadonlySet<string> = new Set([emptyPassword.id, openSshd.id]);

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
export const judges: readonly ImageJudge[] = [
  rootUser,
  ...secretJudges,
  unknownUser,
  namedUser,
  duplicateAccount,
  secondRoot,
  sshPort,
  unknownOwner,
  sensitiveVolume,
  addUrl,
  addLocal,
  baseTag,
  ownTag,
  healthcheck,
  waste,
  newerFile,
  unownedExecutable,
  removedCache,
  updateAlone,
  sudoStep,
  distUpgrade,
  unverified,
  pipedDownload,
  insecureCommand,
];

/** What every check says of itself, by id. */
export const checkTexts: readonly CheckText[] = [
  ...treeChecks.map(({ text }) => text),
  ...observedChecks,
  ...[...judges, ...currencyChecks].map(({ text }) => text),
].toSorted((a, b) => (a.id < b.id ? -1 : 1));
