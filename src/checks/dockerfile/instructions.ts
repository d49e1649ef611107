import type { Instruction } from "../../formats/dockerfile-instruction.ts";
import { type Dockerfile, lineage, type Stage } from "../../formats/dockerfile-tree.ts";
import { unquote } from "../../formats/dockerfile-words.ts";
import { spanOf } from "../../formats/mapped-text.ts";
import {
  type DockerfileRule,
  type Hit,
  hadolint,
  instructionRule,
  instructionsOf,
  keywordLike,
  lineSpan,
} from "./rule.ts";

/** DL1001. */
const noPragmas: DockerfileRule = {
  about: hadolint("DL1001", "style", {
    title: "Do not silence rules in comments",
    why: "Where a project keeps its exceptions in one configuration, those in comments go unseen.",
    remedy: "Move the exception to .hadolint.yaml.",
  }),
  optional: true,
  check: ({ dockerfile }) =>
    dockerfile.comments
      .filter(({ text }) => /^(?:hadolint|seaworthy)\s+(?:global\s+)?ignore\s*=/.test(text))
      .map(({ start, end }) => ({ start, end })),
};

/** DL3000. */
const absoluteWorkdir = instructionRule(
  hadolint("DL3000", "error", {
    aliases: ["WorkdirRelativePath"],
    title: "Give WORKDIR an absolute path",
    why: "A relative path starts where the one before ended, or where the base image says: the directory changes with them.",
    remedy: "Write the path from / on.",
    example: { before: "WORKDIR app", after: "WORKDIR /opt/app" },
  }),
  ["WORKDIR"],
  ({ instruction }) => {
    const path = unquote(instruction.args.text, "\\");
    const absolute = /^[/$]/.test(path) || /^["']?[A-Za-z]:/.test(instruction.args.text);
    return absolute || path === "" ? undefined : spanOf(instruction.args);
  },
);

/** DL3011. */
const ports = instructionRule(
  hadolint("DL3011", "error", {
    title: "Expose ports from 0 to 65535",
    why: "There are no others; the build or the start of the container fails.",
    remedy: "Correct the number.",
  }),
  ["EXPOSE"],
  ({ instruction }) =>
    instruction.words.find(
      ({ raw }) =>
        [...raw.replace(/\/.*$/, "").matchAll(/\d+/g)].some(([port]) => Number(port) > 65_535) &&
        !raw.includes("$"),
    ),
);

/** One that only takes effect once in a stage. */
function onceRule(about: DockerfileRule["about"], keyword: string): DockerfileRule {
  return {
    about,
    check: ({ dockerfile }) =>
      dockerfile.stages.flatMap(({ instructions }) =>
        instructions
          .filter((instruction) => instruction.keyword === keyword)
          .slice(1)
          .map(lineSpan),
      ),
  };
}

const lastWins = (keyword: string) => ({
  title: `Write ${keyword} once in a stage`,
  aliases: ["MultipleInstructionsDisallowed"],
  why: "Only the last one takes effect: the others mislead whoever reads them.",
  remedy: "Remove all but the last.",
});

/** DL3025. */
const jsonForm = instructionRule(
  hadolint("DL3025", "warning", {
    aliases: ["JSONArgsRecommended"],
    title: "Use the JSON form for CMD and ENTRYPOINT",
    why: "In the other form a shell starts the program: it swallows the signals by which containers are stopped, so that every stop takes ten seconds and kills; an image without a shell does not start at all.",
    remedy: 'Write ["PROGRAM", "ARGUMENT"].',
    example: { before: "CMD nginx -g daemon", after: 'CMD ["nginx", "-g", "daemon"]' },
  }),
  ["CMD", "ENTRYPOINT"],
  ({ instruction, stage }, { dockerfile }) => {
    const { args, json } = instruction;
    if (json !== undefined || args.text === "") return undefined;
    const text = `[${args.text
      .split(/\s+/)
      .map((word) => JSON.stringify(word))
      .join(", ")}]`;
    const span = spanOf(args);
    // Lines that go on may have comments between them.
    const oneLine = instruction.line === instruction.endLine;
    const plain =
      oneLine && !ownShell(dockerfile, stage) && !wouldTakeCmd(instruction, stage) && isPlain(args.text);
    return {
      ...lineSpan(instruction),
      fix: plain ? { description: "use the JSON form", edits: [{ ...span, text }] } : undefined,
    };
  },
);

const builtIns = new Set(
  ". : alias bg builtin case cd command eval exec exit export fg for function getopts hash if jobs let local popd pushd read readonly return select set shift shopt source time times trap type typeset ulimit umask unalias unset until wait while".split(
    " ",
  ),
);

// Words that a shell changes, and its own commands, stay a shell's.
function isPlain(text: string): boolean {
  const [first = ""] = text.split(/\s/);
  return /^[\w@%+=:,./ \t-]+$/.test(text) && !builtIns.has(first) && !/^\w+=/.test(text);
}

// The other form of ENTRYPOINT passes over CMD, of which the JSON form makes its arguments.
function wouldTakeCmd({ keyword }: Instruction, stage: Stage | undefined): boolean {
  return keyword === "ENTRYPOINT" && stage?.instructions.some((other) => other.keyword === "CMD") === true;
}

// What PowerShell or cmd would run is no program's name.
function ownShell({ instructions, escape }: Dockerfile, stage: Stage | undefined): boolean {
  const windows = escape !== "\\" || /windows|nanoserver|servercore/i.test(stage?.base ?? "");
  return windows || instructions.some(({ keyword }) => keyword === "SHELL");
}

/** DL3043. */
const triggers = instructionRule(
  hadolint("DL3043", "error", {
    title: "Do not defer ONBUILD, FROM or MAINTAINER",
    why: "ONBUILD cannot run them; every build on this image ends with an error.",
    remedy: "Remove it.",
  }),
  ["ONBUILD"],
  ({ instruction }) =>
    ["ONBUILD", "FROM", "MAINTAINER"].includes(instruction.trigger?.keyword ?? "")
      ? lineSpan(instruction)
      : undefined,
);

/** DL3044. */
const selfReference: DockerfileRule = {
  about: hadolint("DL3044", "error", {
    title: "Do not use a variable in the ENV that sets it",
    why: "All values of one ENV are put together before the first of them is set: the variable is empty, or has its old value.",
    remedy: "Set it in an ENV of its own above.",
    example: { before: "ENV A=/opt B=$A/bin", after: "ENV A=/opt\nENV B=$A/bin" },
  }),
  check: (subject) => {
    const known = new Set<string>();
    return instructionsOf(subject, "ENV", "ARG", "FROM").flatMap(({ instruction }) => {
      if (instruction.keyword === "FROM") known.clear();
      const found = instruction.keyword === "ENV" ? usesOwn(instruction, known) : undefined;
      for (const { name } of instruction.pairs) known.add(name);
      return found ?? [];
    });
  },
};

function usesOwn({ pairs }: Instruction, known: ReadonlySet<string>): Hit | undefined {
  const names = pairs.map(({ name }) => name).filter((name) => !known.has(name));
  for (const pair of pairs) {
    const raw = pair.raw?.replaceAll(/'[^']*'/g, "").replaceAll(/\\\$/g, "") ?? "";
    const used = [...raw.matchAll(/\$\{?(\w+)/g)].map((match) => match[1] ?? "");
    const own = used.find((name) => name !== pair.name && names.includes(name));
    if (own !== undefined)
      return {
        start: pair.start,
        end: pair.end,
        message: `${own} has no value yet where ${pair.name} is set`,
      };
  }
  return undefined;
}

/** DL3057. */
const healthcheck: DockerfileRule = {
  about: hadolint("DL3057", "style", {
    title: "Say how the container's health is checked",
    why: "Without HEALTHCHECK Docker and Swarm take a process that hangs for a healthy one. Kubernetes has probes of its own and does not read it.",
    remedy: "Add HEALTHCHECK CMD …",
    example: { before: 'CMD ["app"]', after: 'HEALTHCHECK CMD ["app", "ping"]\nCMD ["app"]' },
  }),
  optional: true,
  check: ({ dockerfile: { stages } }) => {
    const last = stages.at(-1);
    if (last === undefined) return [];
    const said = lineage(last, stages).some(({ instructions }) =>
      instructions.some(({ keyword }) => keyword === "HEALTHCHECK"),
    );
    return said ? [] : [lineSpan(last.from)];
  },
};

/** DL4000. */
const maintainer = instructionRule(
  hadolint("DL4000", "error", {
    aliases: ["MaintainerDeprecated"],
    title: "Use a label in the place of MAINTAINER",
    why: "MAINTAINER is deprecated, and labels can be asked for with the image's other facts.",
    remedy: "Write LABEL org.opencontainers.image.authors=…",
    example: {
      before: "MAINTAINER Jane <jane@example.com>",
      after: 'LABEL org.opencontainers.image.authors="Jane <jane@example.com>"',
    },
  }),
  ["MAINTAINER"],
  ({ instruction }, { dockerfile }) => {
    const { escape } = dockerfile;
    const name = Array.from(unquote(instruction.args.text, ""))
      .map((char) => (char === '"' || char === "$" || char === escape ? escape + char : char))
      .join("");
    const text = `${keywordLike(instruction, dockerfile, "LABEL")} org.opencontainers.image.authors="${name}"`;
    const fix = { description: "use a label", edits: [{ ...lineSpan(instruction), text }] };
    return { ...lineSpan(instruction), fix: instruction.line === instruction.endLine ? fix : undefined };
  },
);

/** Rules on single instructions. */
export const instructionRules: readonly DockerfileRule[] = [
  noPragmas,
  absoluteWorkdir,
  ports,
  onceRule(hadolint("DL3012", "error", lastWins("HEALTHCHECK")), "HEALTHCHECK"),
  jsonForm,
  triggers,
  selfReference,
  healthcheck,
  maintainer,
  onceRule(hadolint("DL4003", "warning", lastWins("CMD")), "CMD"),
  onceRule(hadolint("DL4004", "error", lastWins("ENTRYPOINT")), "ENTRYPOINT"),
];
