import { apkRules } from "./dockerfile/apk.ts";
import { aptRules } from "./dockerfile/apt.ts";
import { commandRules } from "./dockerfile/commands.ts";
import { copyRules } from "./dockerfile/copy.ts";
import { fromRules } from "./dockerfile/from.ts";
import { instructionRules } from "./dockerfile/instructions.ts";
import { labelRules } from "./dockerfile/labels.ts";
import { languageRules } from "./dockerfile/languages.ts";
import { rpmRules } from "./dockerfile/rpm.ts";
import type { DockerfileRule } from "./dockerfile/rule.ts";
import { secretRules } from "./dockerfile/secrets.ts";
import { stageRules } from "./dockerfile/stages.ts";
import { supplyRules } from "./dockerfile/supply.ts";
import { userRules } from "./dockerfile/user.ts";

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
