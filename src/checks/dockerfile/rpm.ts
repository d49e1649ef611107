import type { ShellCommand } from "../../formats/shell.ts";
import { appendCommand, mounted, uncleaned } from "./cleanup.ts";
import { hasFlag, hasWord, insertAfter, installed, verbOf } from "./command.ts";
import { commandRule, type DockerfileRule, hadolint } from "./rule.ts";
import type { Run } from "./run.ts";

const dnf = ["dnf", "microdnf"];

function yesRule(
  code: string,
  programs: readonly string[],
  verbs: readonly string[],
  flags: readonly string[],
) {
  const [program = ""] = programs;
  return commandRule(
    hadolint(code, "warning", {
      title: `Use -y with ${program} ${verbs[0]}`,
      why: `${program} asks before it changes anything; nobody answers in a build, which then ends with an error.`,
      remedy: "Add -y.",
      example: {
        before: `RUN ${program} install httpd-2.4.6`,
        after: `RUN ${program} install -y httpd-2.4.6`,
      },
    }),
    (command, run) => {
      const verb = verbOf(command, programs, verbs);
      if (verb === undefined || hasFlag(command, ...flags)) return undefined;
      return { ...command, fix: insertAfter(run, verb, "-y") };
    },
  );
}

interface Cache {
  readonly code: string;
  readonly programs: readonly string[];
  readonly verbs: readonly string[];
  readonly clean: string;
  readonly directory: string;
  readonly cleans: (command: ShellCommand) => boolean;
}

function cleanRule({ code, programs, verbs, clean, directory, cleans }: Cache): DockerfileRule {
  const [program = ""] = programs;
  const find = (run: Run) => {
    const first = uncleaned(run, (command) => verbOf(command, programs, verbs) !== undefined, cleans);
    return first === undefined || mounted(run, directory)
      ? []
      : {
          start: first.start,
          end: first.end,
          fix: appendCommand(run, first.name === "microdnf" ? "microdnf clean all" : clean),
        };
  };
  return {
    about: hadolint(code, "warning", {
      title: `Run ${clean} after ${program} ${verbs[0]}`,
      why: "The package manager's cache stays in the layer: tens of megabytes that no container needs, and that a later layer cannot take away.",
      remedy: `Run ${clean} in the same RUN, or keep ${directory} in a cache mount.`,
      example: {
        before: `RUN ${program} install -y httpd-2.4.6`,
        after: `RUN ${program} install -y httpd-2.4.6 && ${clean}`,
      },
    }),
    check: ({ runs }) => runs.flatMap(find),
  };
}

const removes = (command: ShellCommand, directory: string) =>
  command.name === "rm" && command.words.some(({ value }) => value.startsWith(directory));

const caches = [
  cleanRule({
    code: "DL3032",
    programs: ["yum"],
    verbs: ["install"],
    clean: "yum clean all",
    directory: "/var/cache/yum",
    cleans: (command) =>
      (command.name === "yum" && hasWord(command, "clean")) || removes(command, "/var/cache/yum"),
  }),
  cleanRule({
    code: "DL3036",
    programs: ["zypper"],
    verbs: ["install", "in"],
    clean: "zypper clean",
    directory: "/var/cache/zypp",
    cleans: (command) =>
      verbOf(command, ["zypper"], ["clean", "cc"]) !== undefined || removes(command, "/var/cache/zypp"),
  }),
  cleanRule({
    code: "DL3040",
    programs: dnf,
    verbs: ["install"],
    clean: "dnf clean all",
    directory: "/var/cache/dnf",
    cleans: (command) =>
      (dnf.includes(command.name) && hasWord(command, "clean")) ||
      removes(command, "/var/cache/yum") ||
      removes(command, "/var/cache/dnf") ||
      removes(command, "/var/cache/libdnf5"),
  }),
];

/** `httpd-2.4.6`, `httpd-2.4.6-97.el7`: a part behind a dash begins with a digit, and all parts look like versions. */
function dnfVersion(value: string): boolean {
  if (value.endsWith(".rpm")) return true;
  const parts = value.split("-");
  const from = parts.findIndex((part, at) => at > 0 && /^\d/.test(part));
  return from > 0 && parts.slice(from).every((part) => /^[\w.~^:+*]+$/.test(part));
}

function pinRule(
  code: string,
  programs: readonly string[],
  verbs: readonly string[],
  fixed: (value: string, isModule: boolean) => boolean,
  form: string,
): DockerfileRule {
  const [program = ""] = programs;
  return commandRule(
    hadolint(code, "warning", {
      title: `Pin versions in ${program} install`,
      why: "Without a version each build takes what the repository has on that day: two builds of one Dockerfile differ, and a cached layer keeps old packages without a word.",
      remedy: `Write ${form} for each package.`,
      example: {
        before: `RUN ${program} install -y httpd`,
        after: `RUN ${program} install -y ${form.replace("PACKAGE", "httpd").replace("VERSION", "2.4.6")}`,
      },
    }),
    (command) => {
      if (hasWord(command, "group")) return undefined;
      const isModule = hasWord(command, "module");
      const loose = installed(command, programs, verbs, valuedFlags)
        .filter(({ value }) => value !== "module" && !value.startsWith("@"))
        .find(({ value }) => !fixed(value, isModule));
      return loose && { ...loose, message: `Pin the version of ${loose.value} in ${program} install` };
    },
  );
}

const valuedFlags = [
  "enablerepo",
  "disablerepo",
  "repo",
  "repoid",
  "releasever",
  "installroot",
  "setopt",
  "exclude",
  "x",
  "c",
  "t",
  "r",
];

/** DL3035. */
const distUpgrade = commandRule(
  hadolint("DL3035", "warning", {
    title: "Do not use zypper dist-upgrade",
    why: "It moves the system to another release: what the base image promised is no longer there, and every build may end elsewhere.",
    remedy: "Take a newer base image.",
  }),
  (command) =>
    verbOf(command, ["zypper"], ["dist-upgrade", "dup"]) === undefined ? undefined : { ...command },
);

/** Rules on yum, dnf and zypper. */
export const rpmRules: readonly DockerfileRule[] = [
  yesRule("DL3030", ["yum"], ["install", "groupinstall", "localinstall"], ["y", "assumeyes"]),
  yesRule(
    "DL3034",
    ["zypper"],
    ["install", "in", "remove", "rm", "source-install", "si", "patch"],
    ["y", "n", "no-confirm", "non-interactive"],
  ),
  yesRule("DL3038", dnf, ["install", "groupinstall", "localinstall"], ["y", "assumeyes"]),
  ...caches,
  pinRule(
    "DL3033",
    ["yum"],
    ["install"],
    (value, isModule) => (isModule ? value.includes(":") : value.includes("-") || value.endsWith(".rpm")),
    "PACKAGE-VERSION",
  ),
  pinRule(
    "DL3041",
    dnf,
    ["install"],
    (value, isModule) => (isModule ? value.includes(":") : dnfVersion(value)),
    "PACKAGE-VERSION",
  ),
  pinRule(
    "DL3037",
    ["zypper"],
    ["install", "in"],
    (value) => /[=<>]/.test(value) || value.endsWith(".rpm"),
    "PACKAGE=VERSION",
  ),
  distUpgrade,
];
