import type { ShellCommand } from "../../formats/shell.ts";
import { appendCommand, mounted } from "./cleanup.ts";
import { hasFlag, hasWord, insertAfter, installed, verbOf } from "./command.ts";
import { commandRule, type DockerfileRule, hadolint, own } from "./rule.ts";
import type { Run } from "./run.ts";

const aptGet = ["apt-get"];
const apts = ["apt-get", "apt"];
const install = ["install"];

/** DL3008. */
const pinned = commandRule(
  hadolint("DL3008", "warning", {
    title: "Pin versions in apt-get install",
    why: "Without a version each build takes what the mirror has on that day: two builds of one Dockerfile differ, and a cached layer keeps old packages without a word.",
    remedy: "Write the version with each package, or part of it with a star.",
    example: { before: "RUN apt-get install -y curl", after: "RUN apt-get install -y curl=7.88.*" },
  }),
  (command) => {
    const loose = installed(command, aptGet, install, [
      "t",
      "target-release",
      "o",
      "option",
      "c",
      "config-file",
    ]).find(({ value }) => !value.includes("=") && !value.includes("/") && !value.endsWith(".deb"));
    return loose && { ...loose, message: `Pin the version of ${loose.value} in apt-get install` };
  },
);

/** DL3009. */
const lists: DockerfileRule = {
  about: hadolint("DL3009", "info", {
    title: "Delete the lists of apt-get after installing",
    why: "What apt-get update downloads stays in the layer: some 20 MB that no container needs, and that a later layer cannot take away.",
    remedy: "Remove /var/lib/apt/lists/* in the same RUN, or keep the lists in a cache mount.",
    example: {
      before: "RUN apt-get update && apt-get install -y curl",
      after: "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
    },
  }),
  check: ({ dockerfile, runs }) => {
    const last = dockerfile.stages.length - 1;
    const parents = new Set(dockerfile.stages.map(({ parent }) => parent));
    return runs.flatMap((run) => {
      // What a stage that is only copied from leaves behind is in no image.
      const shipped = run.stage.index === last || parents.has(run.stage.index);
      const update = run.commands.find((command) => verbOf(command, apts, ["update"]) !== undefined);
      if (!shipped || update === undefined || run.commands.some(removesLists) || listsMounted(run)) return [];
      return { start: update.start, end: update.end, fix: appendCommand(run, "rm -rf /var/lib/apt/lists/*") };
    });
  },
};

function removesLists(command: ShellCommand): boolean {
  return (
    command.name === "rm" &&
    (hasFlag(command, "r", "R", "recursive") || hasWord(command, "-rf")) &&
    command.words.some(({ value }) => /^\/var\/lib\/apt(?:\/lists)?(?:\/\*|\/)?$/.test(value))
  );
}

function listsMounted(run: Run): boolean {
  return mounted(run, "/var/lib/apt/lists");
}

/** DL3014. */
const assumeYes = commandRule(
  hadolint("DL3014", "warning", {
    title: "Use -y with apt-get install",
    why: "apt-get asks before it installs more than was named; nobody answers in a build, which then ends with an error.",
    remedy: "Add -y.",
    example: { before: "RUN apt-get install curl", after: "RUN apt-get install -y curl" },
  }),
  (command, run) => {
    const verb = verbOf(command, aptGet, install);
    if (verb === undefined || hasFlag(command, "y", "yes", "q", "assume-yes")) return undefined;
    return { ...command, fix: insertAfter(run, verb, "-y") };
  },
);

/** DL3015. */
const recommends = commandRule(
  hadolint("DL3015", "info", {
    title: "Use --no-install-recommends with apt-get install",
    why: "apt-get also installs what packages merely recommend: more to download, more to attack, more findings.",
    remedy: "Add --no-install-recommends, and name what of the recommended is needed.",
    example: {
      before: "RUN apt-get install -y curl",
      after: "RUN apt-get install --no-install-recommends -y curl",
    },
  }),
  (command, run) => {
    const verb = verbOf(command, aptGet, install);
    const off = command.words.some(({ value }) =>
      /^(?:-o)?APT::Install-Recommends=(?:false|0|no)$/i.test(value),
    );
    if (verb === undefined || off || hasFlag(command, "no-install-recommends")) return undefined;
    return { ...command, fix: insertAfter(run, verb, "--no-install-recommends") };
  },
);

const ofGet = new Set(
  "autoclean autoremove clean dist-upgrade install purge remove update upgrade".split(" "),
);
const ofCache = new Set("depends policy rdepends search show showpkg".split(" "));

/** DL3027. */
const endUser = commandRule(
  hadolint("DL3027", "warning", {
    title: "Use apt-get or apt-cache in the place of apt",
    why: "apt is made for people at a terminal: it promises no stable command line and no stable output, and says so itself.",
    remedy: "Write apt-get for installing and removing, apt-cache for questions.",
    example: { before: "RUN apt install -y curl", after: "RUN apt-get install -y curl" },
  }),
  (command, run) => {
    if (command.name !== "apt") return undefined;
    const verb = command.words.find(({ value }) => !value.startsWith("-"))?.value ?? "";
    const better = ofGet.has(verb) ? "apt-get" : ofCache.has(verb) ? "apt-cache" : undefined;
    const { start, end } = command.nameSpan;
    // In the JSON form the name stands in quotes.
    const last = run.instruction.json?.some((word) => word.end === end) === true ? end - 1 : end;
    const edits = [{ start: last - "apt".length, end: last, text: better ?? "" }];
    return {
      start,
      end: command.end,
      fix: better === undefined ? undefined : { description: `use ${better}`, edits },
    };
  },
);

/** Ours: apt-get update in a layer of its own. */
const staleLists: DockerfileRule = {
  about: own(508, "medium", {
    title: "Run apt-get update in the same RUN as apt-get install",
    why: "A RUN that only updates is cached: when the list of packages changes later on, the install below it works with the old lists, fails for versions that are gone, or installs outdated ones.",
    remedy: "Join both: RUN apt-get update && apt-get install …",
    example: {
      before: "RUN apt-get update\nRUN apt-get install -y curl",
      after: "RUN apt-get update && apt-get install -y curl",
    },
    links: ["https://docs.docker.com/build/building/best-practices/#apt-get"],
  }),
  check: ({ runs }) =>
    runs.flatMap((run, at) => {
      const update = run.commands.find((command) => verbOf(command, apts, ["update"]) !== undefined);
      const installs = (other: Run) =>
        other.commands.some((command) => verbOf(command, apts, install) !== undefined);
      // Other work in the same RUN may well be what the lists were for.
      if (update === undefined || run.commands.length > 1) return [];
      const later = runs.slice(at + 1).filter((other) => other.stage === run.stage);
      const next = later.find((other) => other.commands.some(({ name }) => apts.includes(name)));
      const alone =
        next !== undefined && installs(next) && !next.commands.some((one) => hasWord(one, "update"));
      return alone ? { start: update.start, end: update.end } : [];
    }),
};

/** Rules on apt. */
export const aptRules: readonly DockerfileRule[] = [
  pinned,
  lists,
  assumeYes,
  recommends,
  endUser,
  staleLists,
];
