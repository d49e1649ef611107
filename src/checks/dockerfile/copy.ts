import type { Instruction } from "../../formats/dockerfile-instruction.ts";
import type { Stage } from "../../formats/dockerfile-tree.ts";
import type { Span } from "../../formats/mapped-text.ts";
import type { ShellCommand } from "../../formats/shell.ts";
import { pathsOf } from "./paths.ts";
import {
  type DockerfileRule,
  hadolint,
  instructionRule,
  instructionsOf,
  keywordLike,
  lineSpan,
  own,
} from "./rule.ts";
import type { Run } from "./run.ts";

/** The value of `--from`. */
function fromFlag(instruction: Instruction): (Span & { readonly value: string }) | undefined {
  const flag = instruction.flags.find(({ name }) => name === "from");
  return flag === undefined ? undefined : { value: flag.value ?? "", start: flag.start, end: flag.end };
}

const archive =
  /\.(?:tar|tar\.(?:bz2|gz|lz|lzma|xz|Z|zst|lzo)|gz|bz2|lz|lzma|lzo|xz|Z|tb2|tbz|tbz2|tgz|tlz|tpz|txz|tZ|taz|taZ|tzst|zst)$/;
const url = /^(?:https?|ftp|git|ssh):\/\/|^git@|^\$/;

const unpackers = new Set("unzip gunzip bunzip2 unlzma unxz zgz uncompress zcat gzcat".split(" "));

/** DL3010. */
const unpack: DockerfileRule = {
  about: hadolint("DL3010", "info", {
    title: "Use ADD to unpack archives of the build context",
    why: "COPY puts the archive into one layer and its content into the next: it is shipped twice, and removing it takes nothing away.",
    remedy: "Write ADD ARCHIVE DIRECTORY/, which unpacks tar archives, or mount the archive into the RUN.",
    example: {
      before: "COPY app.tar.gz /tmp/\nRUN tar -xf /tmp/app.tar.gz -C /opt",
      after: "ADD app.tar.gz /opt/",
    },
  }),
  check: (subject) => {
    const unpacked = unpackedBy(subject.runs);
    return instructionsOf(subject, "COPY").flatMap(({ instruction, stage }) => {
      if (fromFlag(instruction) !== undefined || stage === undefined) return [];
      const { sources, target } = pathsOf(instruction, subject.dockerfile.escape);
      const named =
        target !== undefined && archive.test(target.value)
          ? [target]
          : sources.filter(({ value }) => archive.test(value));
      const later = named.some(
        ({ value }) => (unpacked.get(stage)?.get(baseName(value)) ?? 0) > instruction.start,
      );
      return later ? [lineSpan(instruction)] : [];
    });
  },
};

/** Of each stage the names of files that are unpacked in it, with the place of the last RUN that does. */
function unpackedBy(runs: readonly Run[]): ReadonlyMap<Stage, ReadonlyMap<string, number>> {
  const found = new Map<Stage, Map<string, number>>();
  for (const { stage, outer, commands } of runs) {
    const names = found.get(stage) ?? new Map<string, number>();
    found.set(stage, names);
    for (const { words } of commands.filter(extracts))
      for (const { value } of words) names.set(baseName(value), outer.start);
  }
  return found;
}

function extracts({ name, words }: ShellCommand): boolean {
  if (unpackers.has(name)) return true;
  const flags = words.filter(
    ({ value }, at) =>
      /^--(?:extract|get)$/.test(value) ||
      /^-[a-zA-Z]*x/.test(value) ||
      (at === 0 && /^[a-zA-Z]*x[a-zA-Z]*$/.test(value)),
  );
  return name === "tar" && flags.length > 0;
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** DL3020. */
const addFiles = instructionRule(
  hadolint("DL3020", "error", {
    title: "Use COPY for files and directories",
    why: "ADD also downloads and unpacks: a file that is called like an archive, or a variable that becomes a URL, is suddenly something else.",
    remedy: "Write COPY, which only copies.",
    example: { before: "ADD app /opt/app", after: "COPY app /opt/app" },
    links: ["https://docs.docker.com/build/building/best-practices/#add-or-copy"],
  }),
  ["ADD"],
  ({ instruction }, { dockerfile }) => {
    const { sources } = pathsOf(instruction, dockerfile.escape);
    const files = sources.filter(
      ({ value }) => !url.test(value) && !archive.test(value) && !value.startsWith("<<"),
    );
    if (files.length === 0) return undefined;
    // Flags that COPY does not have speak for something that only ADD does.
    const plain =
      files.length === sources.length && instruction.flags.every(({ name }) => copyFlags.has(name));
    const edits = [{ ...instruction.keywordSpan, text: keywordLike(instruction, dockerfile, "COPY") }];
    return { ...lineSpan(instruction), fix: plain ? { description: "use COPY", edits } : undefined };
  },
);

const copyFlags = new Set(["chown", "chmod", "link", "exclude"]);

/** DL3021. */
const directoryTarget = instructionRule(
  hadolint("DL3021", "error", {
    title: "End the target of several sources with a slash",
    why: "COPY with several sources needs a directory as its target, and takes only what ends in a slash for one: the build stops.",
    remedy: "Put / behind the target.",
    example: { before: "COPY a b /opt/app", after: "COPY a b /opt/app/" },
  }),
  ["COPY"],
  ({ instruction }, { dockerfile: { escape } }) => {
    const { sources, target } = pathsOf(instruction, escape);
    if (
      sources.length < 2 ||
      target === undefined ||
      /[/\\]$|^\.\.?$/.test(target.value) ||
      target.value.includes("$")
    )
      return undefined;
    const inside =
      target.end - (instruction.json !== undefined || /["']$/.test(instruction.args.text) ? 1 : 0);
    return { ...target, fix: { description: "add /", edits: [{ start: inside, end: inside, text: "/" }] } };
  },
);

function stageNamed(stages: readonly Stage[], name: string): Stage | undefined {
  return stages.findLast((stage) => stage.name === name.toLowerCase());
}

/** DL3022. */
const knownStage = instructionRule(
  hadolint("DL3022", "warning", {
    title: "Copy from stages of this Dockerfile",
    why: "What --from names, and is no stage above, is taken for an image and downloaded: a slip of the pen in a stage's name copies from a stranger's image.",
    remedy: "Name the image in a FROM … AS NAME of its own, with tag or digest, and copy from NAME.",
    example: {
      before: "FROM golang:1.23 AS build\nFROM debian:12.7\nCOPY --from=biuld /app /app",
      after: "FROM golang:1.23 AS build\nFROM debian:12.7\nCOPY --from=build /app /app",
    },
  }),
  ["COPY"],
  ({ instruction, stage }, { dockerfile }) => {
    const from = fromFlag(instruction);
    if (from === undefined || stage === undefined || from.value.includes("$")) return undefined;
    const above = dockerfile.stages.slice(0, stage.index + 1);
    const known = /^\d+$/.test(from.value)
      ? Number(from.value) < stage.index
      : stageNamed(above, from.value) !== undefined;
    // A reference with tag or digest means an image, and says which; a stage that comes later is a matter of another rule.
    if (known || /[:@]/.test(from.value) || later(from.value, stage, dockerfile.stages)) return undefined;
    return { start: from.start, end: from.end, message: `No stage above is called "${from.value}"` };
  },
);

function later(value: string, stage: Stage, stages: readonly Stage[]): boolean {
  return (
    /^\d+$/.test(value) ||
    stages.some(({ name, index }) => index > stage.index && name === value.toLowerCase())
  );
}

/** DL3023. */
const ownStage = instructionRule(
  hadolint("DL3023", "error", {
    title: "Do not copy from the stage itself",
    why: "A stage cannot be copied from before it is built: the build stops.",
    remedy: "Leave --from out and use RUN cp, or name another stage.",
  }),
  ["COPY"],
  ({ instruction, stage }) => {
    const from = fromFlag(instruction);
    if (from === undefined || stage === undefined || stage.name !== from.value.toLowerCase())
      return undefined;
    return { start: from.start, end: from.end };
  },
);

/** Ours: `--from` of a stage that comes later or is not there. */
const laterStage: DockerfileRule = {
  about: own(507, "high", {
    title: "Copy only from stages above",
    why: "A stage can only be copied from where it stands above. The name of a later one is taken for an image and downloaded; a number that is none ends the build.",
    remedy: "Move the stage up, or correct the name or number.",
    example: {
      before: "FROM debian:12.7\nCOPY --from=build /app /app\nFROM golang:1.23 AS build",
      after: "FROM golang:1.23 AS build\nFROM debian:12.7\nCOPY --from=build /app /app",
    },
    links: ["https://docs.docker.com/build/building/multi-stage/"],
  }),
  check: (subject) => {
    const { stages } = subject.dockerfile;
    return instructionsOf(subject, "COPY", "RUN").flatMap(({ instruction, stage }) => {
      if (stage === undefined) return [];
      return sourcesOf(instruction).flatMap(({ value, start, end }) => {
        const number = /^\d+$/.test(value);
        const wrong = number
          ? Number(value) >= stage.index
          : later(value, stage, stages) && stageNamed(stages.slice(0, stage.index), value) === undefined;
        if (!wrong) return [];
        const state = number ? `There is no stage ${value} above` : `The stage "${value}" comes later`;
        return { start, end, message: state };
      });
    });
  },
};

/** Where COPY and the mounts of RUN take files from. */
export function sourcesOf(instruction: Instruction): readonly (Span & { readonly value: string })[] {
  const from = instruction.keyword === "COPY" ? fromFlag(instruction) : undefined;
  if (from !== undefined) return [from];
  return instruction.flags.flatMap(({ name, value = "", start, end }) => {
    const source = name === "mount" ? /(?:^|,)from=([^,]*)/.exec(value)?.[1] : undefined;
    return source === undefined ? [] : [{ value: source, start, end }];
  });
}

/** DL3045. */
const relativeTarget: DockerfileRule = {
  about: hadolint("DL3045", "warning", {
    title: "Set WORKDIR before copying to a relative path",
    why: "Without WORKDIR the path starts where the base image happens to say, which may be another place in its next release.",
    remedy: "Write WORKDIR before it, or an absolute path.",
    example: { before: "COPY app app", after: "WORKDIR /opt\nCOPY app app" },
  }),
  check: ({ dockerfile }) => {
    const set = new Set<number>();
    return dockerfile.stages.flatMap((stage) => {
      if (stage.parent !== undefined && set.has(stage.parent)) set.add(stage.index);
      return stage.instructions.flatMap((instruction) => {
        if (instruction.keyword === "WORKDIR") set.add(stage.index);
        const target =
          instruction.keyword === "COPY" ? pathsOf(instruction, dockerfile.escape).target : undefined;
        if (target === undefined || set.has(stage.index) || /^(?:\/|\$|[A-Za-z]:)/.test(target.value))
          return [];
        return { ...target };
      });
    });
  },
};

/** DL3067. */
const wholeFileSystem = instructionRule(
  hadolint("DL3067", "warning", {
    title: "Do not copy the whole file system of a stage",
    why: "Everything of the other stage gets in: its compilers, package caches and secrets, on top of what the base image has in the same places.",
    remedy: "Copy the files that are needed, or go on with FROM STAGE.",
    example: { before: "COPY --from=build / /", after: "COPY --from=build /opt/app /opt/app" },
  }),
  ["COPY"],
  ({ instruction, stage }, { dockerfile: { escape } }) => {
    const { sources, target } = pathsOf(instruction, escape);
    if (
      fromFlag(instruction) === undefined ||
      target?.value !== "/" ||
      !sources.some(({ value }) => value === "/")
    )
      return undefined;
    // Onto an empty image it is the way to squash layers.
    return stage?.base === "scratch" ? undefined : { ...lineSpan(instruction) };
  },
);

/** Rules on COPY and ADD. */
export const copyRules: readonly DockerfileRule[] = [
  unpack,
  addFiles,
  directoryTarget,
  knownStage,
  ownStage,
  laterStage,
  relativeTarget,
  wholeFileSystem,
];
