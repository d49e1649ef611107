import type { Instruction } from "../../formats/dockerfile-instruction.ts";
import type { Stage } from "../../formats/dockerfile-tree.ts";
import type { ShellCommand } from "../../formats/shell.ts";
import { appendCommand, mounted, uncleaned } from "./cleanup.ts";
import { hasFlag, hasWord, insertAfter, installed, operands, pipInstall, verbOf } from "./command.ts";
import { commandRule, type DockerfileRule, hadolint } from "./rule.ts";

const drift =
  "Without a version each build takes what is newest on that day: two builds of one Dockerfile differ, and a release that breaks, or was taken over, gets in unseen.";

const pipValued =
  "abi b build e editable extra-index-url f find-links i index-url implementation no-binary only-binary platform prefix progress-bar proxy python-version root src t target trusted-host upgrade-strategy".split(
    " ",
  );
const vcs = /^(?:git|hg|svn|bzr)(?:\+[a-z-]+)?(?::|@)/;

/** DL3013. */
const pip = commandRule(
  hadolint("DL3013", "warning", {
    title: "Pin versions in pip install",
    why: drift,
    remedy: "Write PACKAGE==VERSION, or install from a requirements file that does.",
    example: { before: "RUN pip install django", after: "RUN pip install django==4.2.16" },
  }),
  (command) => {
    const verb = pipInstall(command);
    const listed = command.words.some(({ value }) => /^(?:-r|--requirement(?:=.*)?|-r.+|\.)$/.test(value));
    if (verb === undefined || listed || hasFlag(command, "constraint", "c")) return undefined;
    const loose = operands(command, pipValued)
      .filter(({ start }) => start > verb.start)
      .find(({ value }) => !pipFixed(value));
    return loose && { ...loose, message: `Pin the version of ${loose.value} in pip install` };
  },
);

function pipFixed(value: string): boolean {
  if (vcs.test(value)) return value.slice(4).includes("@");
  return /[=<>]|[~!]=/.test(value) || /\.(?:whl|tar\.gz)$/.test(value) || value.includes("/");
}

const truthy = new Set(["1", "true", "on", "yes"]);

/** DL3042. */
const pipCache: DockerfileRule = {
  about: hadolint("DL3042", "warning", {
    title: "Use --no-cache-dir with pip install",
    why: "pip keeps what it downloaded: the same packages a second time, in a layer that no later one can make smaller.",
    remedy: "Add --no-cache-dir, set PIP_NO_CACHE_DIR=1, or keep /root/.cache/pip in a cache mount.",
    example: {
      before: "RUN pip install django==4.2.16",
      after: "RUN pip install --no-cache-dir django==4.2.16",
    },
  }),
  check: ({ dockerfile, runs }) =>
    runs.flatMap((run) => {
      if (setsNoCache(run.stage, dockerfile.stages, run.outer)) return [];
      if (mounted(run, "/root/.cache/pip") || run.commands.some(setInCommand)) return [];
      return run.commands.flatMap((command) => {
        const verb = pipInstall(command);
        if (verb === undefined || hasFlag(command, "no-cache-dir")) return [];
        return { start: command.start, end: command.end, fix: insertAfter(run, verb, "--no-cache-dir") };
      });
    }),
};

function setInCommand({ name, words, assignments }: ShellCommand): boolean {
  const exported = name === "export" ? words.map(({ value }) => value) : [];
  return [...assignments.map((one) => `${one.name}=${one.value}`), ...exported].some((text) => {
    const [key, value = ""] = text.split("=");
    return key === "PIP_NO_CACHE_DIR" && truthy.has(value.toLowerCase());
  });
}

// Set by ENV or ARG of the stage before this instruction, or of one that it goes on from.
function setsNoCache(stage: Stage, stages: readonly Stage[], before: Instruction | undefined): boolean {
  for (const instruction of stage.instructions) {
    if (instruction === before) break;
    const set = instruction.keyword === "ENV" || instruction.keyword === "ARG" ? instruction.pairs : [];
    if (set.some(({ name, value }) => name === "PIP_NO_CACHE_DIR" && truthy.has(value?.toLowerCase() ?? "")))
      return true;
  }
  const parent = stage.parent === undefined ? undefined : stages[stage.parent];
  return parent !== undefined && setsNoCache(parent, stages, undefined);
}

/** DL3016. */
const npm = commandRule(
  hadolint("DL3016", "warning", {
    title: "Pin versions in npm install",
    why: drift,
    remedy: "Write PACKAGE@VERSION, or list it in package.json and run npm ci.",
    example: { before: "RUN npm install -g typescript", after: "RUN npm install -g typescript@5.6.3" },
  }),
  (command) => {
    const first = operands(command, npmValued)[0]?.value ?? "";
    if (command.name !== "npm" || !["install", "i", "add"].includes(first)) return undefined;
    const loose = operands(command, npmValued)
      .slice(1)
      .find(({ value }) => !npmFixed(value));
    return loose && { ...loose, message: `Pin the version of ${loose.value} in npm install` };
  },
);

const npmValued = [
  "registry",
  "prefix",
  "cache",
  "userconfig",
  "loglevel",
  "omit",
  "include",
  "C",
  "tag",
  "w",
  "workspace",
];

function npmFixed(value: string): boolean {
  if (/^git(?:\+(?:ssh|https?|file))?:\/\//.test(value)) return value.includes("#");
  if (/\.(?:tar|tar\.gz|tgz)$/.test(value) || /^(?:\/|\.\.?(?:\/|$)|~\/|\$)/.test(value)) return true;
  return value.slice(1).includes("@");
}

/** DL3060. */
const yarn: DockerfileRule = {
  about: hadolint("DL3060", "info", {
    title: "Run yarn cache clean after yarn install",
    why: "yarn keeps what it downloaded: the same packages a second time, in a layer that no later one can make smaller.",
    remedy: "Run yarn cache clean in the same RUN, or keep yarn's cache in a cache mount.",
    example: { before: "RUN yarn install", after: "RUN yarn install && yarn cache clean" },
  }),
  check: ({ dockerfile, runs }) => {
    const last = dockerfile.stages.length - 1;
    const parents = new Set(dockerfile.stages.map(({ parent }) => parent));
    return runs.flatMap((run) => {
      const first = uncleaned(
        run,
        (command) => verbOf(command, ["yarn"], ["install"]) !== undefined,
        (command) => command.name === "yarn" && hasWord(command, "cache") && hasWord(command, "clean"),
      );
      const shipped = run.stage.index === last || parents.has(run.stage.index);
      const elsewhere = run.instruction.flags.some(
        ({ name, value = "" }) =>
          name === "mount" && /type=(?:cache|tmpfs)/.test(value) && value.includes("yarn"),
      );
      if (first === undefined || !shipped || elsewhere) return [];
      return { start: first.start, end: first.end, fix: appendCommand(run, "yarn cache clean") };
    });
  },
};

/** DL3028. */
const gem = commandRule(
  hadolint("DL3028", "warning", {
    title: "Pin versions in gem install",
    why: drift,
    remedy: "Write GEM:VERSION.",
    example: { before: "RUN gem install bundler", after: "RUN gem install bundler:2.5.22" },
  }),
  (command) => {
    if (hasFlag(command, "v", "version") || hasWord(command, "-v", "--version")) return undefined;
    const end = command.words.find(({ value }) => value === "--")?.start ?? command.end;
    const loose = installed(command, ["gem"], ["install", "i"], gemValued).find(
      ({ value, start }) => start < end && !value.includes(":") && !value.endsWith(".gem"),
    );
    return loose && { ...loose, message: `Pin the version of ${loose.value} in gem install` };
  },
);

const gemValued = [
  "source",
  "s",
  "i",
  "install-dir",
  "n",
  "bindir",
  "platform",
  "p",
  "http-proxy",
  "P",
  "trust-policy",
];

/** DL3062. */
const go = commandRule(
  hadolint("DL3062", "warning", {
    title: "Pin versions in go install",
    why: drift,
    remedy: "Write PACKAGE@VERSION.",
    example: {
      before: "RUN go install golang.org/x/tools/gopls@latest",
      after: "RUN go install golang.org/x/tools/gopls@v0.16.2",
    },
  }),
  (command) => {
    const verb = verbOf(command, ["go"], ["install", "get", "run"]);
    if (verb === undefined || command.words.find(({ value }) => !value.startsWith("-")) !== verb)
      return undefined;
    const packages = operands(command, goValued).filter(({ start }) => start > verb.start);
    const loose = (verb.value === "run" ? packages.slice(0, 1) : packages).find(
      ({ value }) => !goFixed(value),
    );
    return loose && { ...loose, message: `Pin the version of ${loose.value} in go ${verb.value}` };
  },
);

const goValued = [
  "C",
  "ldflags",
  "gcflags",
  "asmflags",
  "tags",
  "mod",
  "modfile",
  "o",
  "p",
  "toolexec",
  "exec",
  "buildmode",
];

function goFixed(value: string): boolean {
  if (value.includes("@")) return !value.endsWith("@latest");
  // A path of the module that is built, or of the standard library, has no version.
  return /^\.|^\/|\.go$/.test(value) || !/^[^/]+\.[^/]+\//.test(value);
}

/** Rules on the package managers of languages. */
export const languageRules: readonly DockerfileRule[] = [pip, pipCache, npm, yarn, gem, go];
