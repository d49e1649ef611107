import type { ImageConfig } from "../core/image.ts";
import type { Instruction, Stage } from "../formats/dockerfile.ts";
import type { ReadEntry } from "../formats/history-entry.ts";
import { instructionMatches } from "./dockerfile-match.ts";

/** Where a layer was written. */
export interface LayerOrigin {
  readonly line: number;
  readonly stage: string;
}

/** A Dockerfile laid beside a history. */
export interface DockerfileJoin {
  /** By layer index; a layer made by several instructions has none. */
  readonly origins: ReadonlyMap<number, LayerOrigin>;
  /** The first layer that the Dockerfile made. */
  readonly firstLayer: number;
  /** False when the layers below may be the Dockerfile's too: a base in a variable, ONBUILD triggers. */
  readonly baseBelow: boolean;
}

interface Step {
  readonly instruction: Instruction;
  readonly stage: string;
}

/**
 * Aligns the stages of a Dockerfile, the last first (`--target` may have built another), with the end of a history:
 * each RUN, COPY and ADD must be found, in order and with its text. Undefined when no stage fits: no line is better than a wrong one.
 */
export function joinDockerfile(
  stages: readonly Stage[],
  entries: readonly ReadEntry[],
  config: ImageConfig,
): DockerfileJoin | undefined {
  for (let at = stages.length - 1; at >= 0; at -= 1) {
    const chain = chainOf(stages, at);
    const bottom = chain[0];
    const steps = chain.flatMap(({ name, instructions }) =>
      instructions.map((instruction) => ({ instruction, stage: name })),
    );
    if (bottom === undefined || !commandFits(stages[at]?.instructions ?? [], config)) continue;
    const pairs = align(steps, entries);
    const join = pairs === undefined ? undefined : describe(pairs, bottom, entries);
    if (join !== undefined) return join;
  }
  return undefined;
}

// FROM an earlier stage goes on where that stage ended.
function chainOf(stages: readonly Stage[], last: number): readonly Stage[] {
  const chain: Stage[] = [];
  for (let at = last; at >= 0; ) {
    const stage = stages[at];
    if (stage === undefined) break;
    chain.unshift(stage);
    at = stages.slice(0, at).findLastIndex(({ name }) => name === stage.base.toLowerCase());
  }
  return chain;
}

// CMD and ENTRYPOINT in JSON form reach the configuration as they are written: another command, another Dockerfile.
function commandFits(instructions: readonly Instruction[], config: ImageConfig): boolean {
  return (["CMD", "ENTRYPOINT"] as const).every((keyword) => {
    const last = instructions.findLast((instruction) => instruction.keyword === keyword);
    const found = keyword === "CMD" ? config.cmd : config.entrypoint;
    return (
      last?.json === undefined ||
      (last.json.length === found.length && last.json.every((word, at) => word === found[at]))
    );
  });
}

interface Pair {
  readonly step: Step;
  /** Index into the history. */
  readonly entry: number;
}

const making = new Set(["RUN", "COPY", "ADD", "WORKDIR"]);

// Only what makes files is aligned: builders differ in which of the others they write down.
function align(steps: readonly Step[], entries: readonly ReadEntry[]): readonly Pair[] | undefined {
  const pairs: Pair[] = [];
  const wanted = steps.filter(({ instruction }) => making.has(instruction.keyword));
  let at = lastMaking(entries, entries.length);
  for (const step of wanted.toReversed()) {
    const entry = entries[at];
    if (entry !== undefined && instructionMatches(step.instruction, entry)) {
      pairs.unshift({ step, entry: at });
      at = lastMaking(entries, at);
    } else if (step.instruction.keyword !== "WORKDIR") {
      return undefined;
    }
  }
  return pairs;
}

// A squashed image ends with an entry that has no command at all.
function lastMaking(entries: readonly ReadEntry[], before: number): number {
  return entries
    .slice(0, before)
    .findLastIndex(
      ({ keyword, text }) => (keyword === undefined && text !== "") || making.has(keyword ?? ""),
    );
}

function describe(
  pairs: readonly Pair[],
  bottom: Stage,
  entries: readonly ReadEntry[],
): DockerfileJoin | undefined {
  const firstEntry = pairs[0]?.entry ?? entries.length;
  const firstLayer = entries.slice(0, firstEntry).filter((entry) => !entry.emptyLayer).length;
  const fromScratch = bottom.base.toLowerCase() === "scratch" && !bottom.variableBase;
  // Nothing below the Dockerfile's layers is right only from scratch; else the base was squashed into them, and no line made them.
  if (pairs.length === 0 || fromScratch !== (firstLayer === 0)) return undefined;
  const onbuild = entries.slice(0, firstEntry).some(({ keyword }) => keyword === "ONBUILD");
  return {
    origins: originsOf(pairs, entries),
    firstLayer,
    baseBelow: !onbuild && (!bottom.variableBase || fromScratch),
  };
}

// A layer holds what was done since the layer below it. Where that was one instruction, it has that line.
function originsOf(pairs: readonly Pair[], entries: readonly ReadEntry[]): ReadonlyMap<number, LayerOrigin> {
  const origins = new Map<number, LayerOrigin>();
  let layer = 0;
  let since = 0;
  for (const [at, entry] of entries.entries()) {
    if (entry.emptyLayer) continue;
    const made = pairs.filter((pair) => pair.entry >= since && pair.entry <= at);
    const files = made.filter(({ step }) => step.instruction.keyword !== "WORKDIR");
    const only = files.length > 0 ? files : made;
    const step = only[0]?.step;
    if (step !== undefined && only.length === 1)
      origins.set(layer, { line: step.instruction.line, stage: step.stage });
    layer += 1;
    since = at + 1;
  }
  return origins;
}
