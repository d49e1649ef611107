import type { Instruction } from "../../formats/dockerfile-instruction.ts";
import type { Stage } from "../../formats/dockerfile-tree.ts";
import type { ShellCommand } from "../../formats/shell.ts";
import { pipInstall, verbOf } from "./command.ts";
import { sourcesOf } from "./copy.ts";
import { pathsOf } from "./paths.ts";
import { type DockerfileRule, type Hit, lineSpan, own } from "./rule.ts";
import { distributions } from "./run.ts";

/** Ours: a stage without a name that nothing goes on from. */
const unusedStage: DockerfileRule = {
  about: own(510, "low", {
    title: "Remove stages that nothing uses",
    why: "BuildKit does not build it; who reads it thinks that it is part of the image.",
    remedy: "Remove it, or name it (FROM … AS NAME) if it is built by --target.",
  }),
  check: ({ dockerfile: { stages } }) => {
    const used = new Set<number>([stages.length - 1]);
    for (const stage of stages) {
      if (stage.parent !== undefined) used.add(stage.parent);
      for (const outer of stage.instructions)
        for (const { value } of [outer, outer.trigger].flatMap((one) =>
          one === undefined ? [] : sourcesOf(one),
        ))
          if (/^\d+$/.test(value)) used.add(Number(value));
    }
    return stages
      .filter(({ index, name }) => name === undefined && !used.has(index))
      .map(({ from }) => lineSpan(from));
  },
};

/** Ours: an ARG before the first FROM that nobody reads. */
const unusedArgument: DockerfileRule = {
  about: own(511, "low", {
    title: "Remove arguments that nothing uses",
    why: "An ARG before the first FROM is seen by FROM lines only, and by stages that declare it again: this one changes nothing, whatever --build-arg says.",
    remedy: "Remove it, or declare it again (ARG NAME) in the stage that needs it.",
    example: {
      before: "ARG VERSION=1\nFROM debian:12.7\nRUN get $VERSION",
      after: "FROM debian:12.7\nARG VERSION=1\nRUN get $VERSION",
    },
  }),
  check: ({ dockerfile }) => {
    const declared = new Set(
      dockerfile.stages.flatMap(({ instructions }) => instructions.flatMap(argumentNames)),
    );
    const froms = [...dockerfile.globals, ...dockerfile.stages.map(({ from }) => from)];
    const used = new Set(froms.flatMap(({ start, end }) => variables(dockerfile.file.slice(start, end))));
    return dockerfile.globals
      .filter(({ keyword }) => keyword === "ARG")
      .flatMap(({ pairs }) => pairs)
      .filter(({ name }) => !declared.has(name) && !used.has(name) && !builtIn.test(name))
      .map(({ name, start, end }) => ({ start, end, message: `Nothing uses the argument ${name}` }));
  },
};

const builtIn = /^(?:BUILDKIT_|SOURCE_DATE_EPOCH$|(?:HTTPS?|FTP|NO|ALL)_PROXY$)/i;

function argumentNames(instruction: Instruction): readonly string[] {
  return [instruction, instruction.trigger].flatMap((one) =>
    one?.keyword === "ARG" ? one.pairs.map(({ name }) => name) : [],
  );
}

function variables(text: string): readonly string[] {
  return [...text.matchAll(/\$\{?(\w+)/g)].map((match) => match[1] ?? "");
}

const expanding = new Set("ADD COPY ENV EXPOSE LABEL STOPSIGNAL USER VOLUME WORKDIR".split(" "));

/** Ours: a global ARG is used where it is not declared. */
const undeclaredArgument: DockerfileRule = {
  about: own(512, "medium", {
    aliases: ["UndefinedVar"],
    title: "Declare global arguments in the stage that uses them",
    why: "An ARG before the first FROM has no value inside of a stage: the variable is empty there.",
    remedy: "Write ARG NAME (without a value) in the stage.",
    example: {
      before: "ARG VERSION=1\nFROM debian:12.7\nLABEL version=$VERSION",
      after: "ARG VERSION=1\nFROM debian:12.7\nARG VERSION\nLABEL version=$VERSION",
    },
    links: ["https://docs.docker.com/reference/dockerfile/#scope"],
  }),
  check: ({ dockerfile: { globals, stages } }) => {
    const wanted = new Set(globals.flatMap(argumentNames));
    const above: Scope[] = [];
    return stages.flatMap((stage) => {
      const parent = stage.parent === undefined ? undefined : above[stage.parent];
      const scope = { base: parent?.base ?? stage.base, known: new Set(parent?.known) };
      above.push(scope);
      return undeclared(stage, wanted, scope);
    });
  },
};

/** What is known at a place of a stage. */
interface Scope {
  /** The image of elsewhere that the stage comes down to. */
  readonly base: string;
  /** Global arguments that have a value there. */
  readonly known: Set<string>;
}

function undeclared(stage: Stage, wanted: ReadonlySet<string>, { base, known }: Scope): readonly Hit[] {
  return stage.instructions.flatMap((instruction) => {
    const text = instruction.args.text.replaceAll(/\\\$|'[^']*'/g, "");
    const used = expanding.has(instruction.keyword)
      ? variables(text.replaceAll(/\$\{\w+:?[-+?][^}]*\}/g, ""))
      : [];
    const name = used.find((one) => wanted.has(one) && !known.has(one) && !maySet(base, one));
    if (instruction.keyword !== "LABEL")
      for (const pair of instruction.pairs) if (wanted.has(pair.name)) known.add(pair.name);
    return name === undefined
      ? []
      : { ...lineSpan(instruction), message: `${name} has no value in this stage` };
  });
}

// What the base image sets in its ENV is not known: that of node sets NODE_VERSION, that of postgres PG_VERSION.
function maySet(base: string, name: string): boolean {
  return !distributions.test(base) && /(?:VERSION|HOME|PATH|ROOT|DIR|PREFIX|LANG|USER)$/.test(name);
}

/** Ours: everything is copied before the dependencies are installed. */
const cacheOrder: DockerfileRule = {
  about: own(513, "negligible", {
    title: "Copy the list of dependencies before the rest",
    why: "Any change of any file makes COPY . a new layer, and the dependencies below it are installed again: minutes in every build.",
    remedy:
      "Copy the lists (package.json and its lock, requirements.txt, go.mod and go.sum …), install, then copy the rest.",
    example: {
      before: "COPY . .\nRUN npm ci",
      after: "COPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .",
    },
    links: ["https://docs.docker.com/build/cache/optimize/#order-your-layers"],
  }),
  check: ({ dockerfile, runs }) =>
    dockerfile.stages.flatMap((stage) => {
      const copies = stage.instructions.filter(
        ({ keyword, flags }) => keyword === "COPY" && flags.every(({ name }) => name !== "from"),
      );
      const first = copies[0];
      // Lists that were copied before speak for somebody who thought of it.
      if (first === undefined || !copiesAll(first, dockerfile.escape)) return [];
      const installs = runs.filter((run) => run.stage === stage && run.commands.some(installsDependencies));
      const early = installs.some(({ outer }) => outer.start < first.start);
      const plain = installs.every(({ instruction }) => instruction.flags.length === 0);
      return installs.length > 0 && !early && plain ? [lineSpan(first)] : [];
    }),
};

function copiesAll(instruction: Instruction, escape: string): boolean {
  const { sources } = pathsOf(instruction, escape);
  return sources.length === 1 && (sources[0]?.value === "." || sources[0]?.value === "./");
}

function installsDependencies(command: ShellCommand): boolean {
  const { name, words } = command;
  const values = words.map(({ value }) => value);
  const bare = values.filter((value) => !value.startsWith("-"));
  if (pipInstall(command) !== undefined)
    return values.some((value) => value === "-r" || value.startsWith("--requirement"));
  if (name === "npm") return bare.length === 1 && /^(?:ci|install|i)$/.test(bare[0] ?? "");
  if (name === "yarn" || name === "pnpm") return bare.length === 1 && bare[0] === "install";
  if (name === "bundle" || name === "composer") return verbOf(command, [name], ["install"]) !== undefined;
  return name === "go" && bare[0] === "mod" && bare[1] === "download";
}

/** Rules on stages, arguments and the order of lines. */
export const stageRules: readonly DockerfileRule[] = [
  unusedStage,
  unusedArgument,
  undeclaredArgument,
  cacheOrder,
];
