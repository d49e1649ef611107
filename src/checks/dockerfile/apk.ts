import { mounted } from "./cleanup.ts";
import { hasFlag, insertAfter, installed, verbOf } from "./command.ts";
import { commandRule, type DockerfileRule, hadolint } from "./rule.ts";

const apk = ["apk"];
const add = ["add"];

/** DL3018. */
const pinned = commandRule(
  hadolint("DL3018", "warning", {
    title: "Pin versions in apk add",
    why: "Without a version each build takes what the repository has on that day: two builds of one Dockerfile differ, and a cached layer keeps old packages without a word.",
    remedy: "Write PACKAGE=VERSION, or PACKAGE~VERSION for any revision of it.",
    example: { before: "RUN apk add --no-cache curl", after: "RUN apk add --no-cache curl~8.9" },
  }),
  (command) => {
    const loose = installed(command, apk, add, ["t", "virtual", "repository", "X", "p", "root", "arch"]).find(
      ({ value }) => !/[=~<>]/.test(value) && !value.endsWith(".apk"),
    );
    return loose && { ...loose, message: `Pin the version of ${loose.value} in apk add` };
  },
);

/** DL3019. */
const noCache = commandRule(
  hadolint("DL3019", "info", {
    title: "Use --no-cache with apk add",
    why: "The index that apk downloads stays in the layer, and a later layer cannot take it away.",
    remedy: "Add --no-cache; apk update and the removal of /var/cache/apk are then not needed.",
    example: { before: "RUN apk add curl~8.9", after: "RUN apk add --no-cache curl~8.9" },
  }),
  (command, run) => {
    const verb = verbOf(command, apk, add);
    if (verb === undefined || hasFlag(command, "no-cache") || mounted(run, "/var/cache/apk"))
      return undefined;
    return { ...command, fix: insertAfter(run, verb, "--no-cache") };
  },
);

/** Rules on apk. */
export const apkRules: readonly DockerfileRule[] = [pinned, noCache];
