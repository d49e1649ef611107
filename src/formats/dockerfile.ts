import { SeaworthyError } from "../core/errors.ts";
import type { Instruction as ReadInstruction } from "./dockerfile-instruction.ts";
import { readDockerfile } from "./dockerfile-tree.ts";

/** A here-document of an instruction, without its terminator. */
export interface Heredoc {
  readonly name: string;
  readonly body: string;
}

/** One instruction with its continuation lines joined and its comments dropped. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** `--name=value` before the arguments, as written. */
  readonly flags: readonly string[];
  /** What follows keyword and flags, variables unresolved. */
  readonly text: string;
  /** The JSON form's strings, where that form is used. */
  readonly json: readonly string[] | undefined;
  readonly heredocs: readonly Heredoc[];
  /** 1-based line on which it begins. */
  readonly line: number;
}

/** A stage: FROM and what follows it. */
export interface Stage {
  /** Its AS name in lower case, else its index as text. */
  readonly name: string;
  /** What it is built from, defaults of ARGs before the first FROM put in. */
  readonly base: string;
  /** True when `base` was written with a variable, which a build may have set otherwise. */
  readonly variableBase: boolean;
  readonly instructions: readonly Instruction[];
}

/**
 * The stages of a Dockerfile as an image's history is laid beside them. The image was built: what BuildKit would refuse, an older or
 * another builder took, and the rest still fits.
 * @throws SeaworthyError `malformed` without a FROM, `limit-exceeded` beyond 1 MiB or 10,000 instructions.
 */
export function parseDockerfile(text: string): readonly Stage[] {
  const { globals, stages } = readDockerfile(text);
  const early = globals.find(({ keyword }) => keyword !== "ARG");
  if (stages.length === 0) throw malformed("there is no FROM");
  if (early !== undefined) throw malformed(`line ${early.line} has ${early.keyword} before the first FROM`);
  return stages.map(({ index, name, base, variableBase, instructions }) => ({
    name: name ?? String(index),
    base,
    variableBase,
    instructions: instructions.map((instruction) => plain(instruction, text)),
  }));
}

function plain({ keyword, flags, args, json, heredocs, line }: ReadInstruction, file: string): Instruction {
  return {
    keyword,
    flags: flags.map(({ start, end }) => file.slice(start, end)),
    text: args.text,
    json: json?.map(({ value }) => value),
    heredocs: heredocs.map(({ name, body }) => ({ name, body: body.text.replace(/\n$/, "") })),
    line,
  };
}

function malformed(state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read Dockerfile: ${state}`);
}
