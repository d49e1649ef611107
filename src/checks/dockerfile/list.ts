import { apkRules } from "./apk.ts";
import { aptRules } from "./apt.ts";
import { commandRules } from "./commands.ts";
import { copyRules } from "./copy.ts";
import { fromRules } from "./from.ts";
import { instructionRules } from "./instructions.ts";
import { labelRules } from "./labels.ts";
import { languageRules } from "./languages.ts";
import { rpmRules } from "./rpm.ts";
import type { DockerfileRule } from "./rule.ts";
import { secretRules } from "./secrets.ts";
import { stageRules } from "./stages.ts";
import { supplyRules } from "./supply.ts";
import { userRules } from "./user.ts";

/** Every rule for Dockerfiles, by id. A new one adds itself to the list of its file. */
export const dockerfileRules: readonly DockerfileRule[] = [
  ...apkRules,
  ...aptRules,
  ...commandRules,
  ...copyRules,
  ...fromRules,
  ...instructionRules,
  ...labelRules,
  ...languageRules,
  ...rpmRules,
  ...secretRules,
  ...stageRules,
  ...supplyRules,
  ...userRules,
].sort((a, b) => (a.about.id < b.about.id ? -1 : 1));
