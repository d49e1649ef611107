import type { CheckText } from "../../core/check.ts";
import { hadolintLevels, type RuleSettings } from "../../core/lint.ts";
import type { Severity } from "../../core/severity.ts";
import type { Instruction } from "../../formats/dockerfile-instruction.ts";
import type { Dockerfile, Stage } from "../../formats/dockerfile-tree.ts";
import type { Span } from "../../formats/mapped-text.ts";
import type { ShellCommand } from "../../formats/shell.ts";
import type { Run } from "./run.ts";

/** A Dockerfile with its scripts parsed. */
export interface LintSubject {
  readonly dockerfile: Dockerfile;
  readonly runs: readonly Run[];
  readonly settings: RuleSettings;
}

/** What to put in the place of a range of the file. */
export interface Edit extends Span {
  readonly text: string;
}

/** A place that a rule objects to. */
export interface Hit extends Span {
  /** Where it says more than the rule's title. */
  readonly message?: string | undefined;
  readonly fix?: { readonly description: string; readonly edits: readonly Edit[] } | undefined;
}

/** A rule: pure, the same file gives the same hits. */
export interface DockerfileRule {
  readonly about: CheckText;
  /** Is it only applied where the configuration gives it a severity? */
  readonly optional?: boolean;
  check(subject: LintSubject): readonly Hit[];
}

type Words = Omit<CheckText, "id" | "aliases" | "severity" | "links"> & {
  readonly links?: readonly string[];
  /** Its names in other tools, as BuildKit's own checks. */
  readonly aliases?: readonly string[];
};

/** The text of a rule that Hadolint has, too: its number without the thousands (DL3008 is SW-DF-008, DL4006 SW-DF-406). */
export function hadolint(code: string, level: keyof typeof hadolintLevels, words: Words): CheckText {
  const number = code.slice(2);
  const digits = number.startsWith("3") ? number.slice(1) : `${number[0]}${number.slice(2)}`;
  return {
    id: `SW-DF-${digits}`,
    severity: hadolintLevels[level],
    ...words,
    aliases: [code, ...(words.aliases ?? [])],
    links: [`https://github.com/hadolint/hadolint/wiki/${code}`, ...(words.links ?? [])],
  };
}

/** The text of a rule of our own; they are numbered from 501. */
export function own(number: number, severity: Severity, words: Words): CheckText {
  return {
    id: `SW-DF-${number}`,
    severity,
    ...words,
    aliases: words.aliases ?? [],
    links: words.links ?? [],
  };
}

/** An instruction, with its stage; triggers of ONBUILD are instructions, too. */
export interface Placed {
  readonly instruction: Instruction;
  readonly stage: Stage | undefined;
}

/** Every instruction of the named kinds, triggers included. */
export function instructionsOf(
  { dockerfile }: LintSubject,
  ...keywords: readonly string[]
): readonly Placed[] {
  const placed = [
    ...dockerfile.globals.map((instruction) => ({ instruction, stage: undefined })),
    ...dockerfile.stages.flatMap((stage) =>
      [stage.from, ...stage.instructions].map((instruction) => ({ instruction, stage })),
    ),
  ];
  return placed.flatMap(({ instruction, stage }) =>
    [instruction, instruction.trigger].flatMap((one) =>
      one !== undefined && keywords.includes(one.keyword) ? [{ instruction: one, stage }] : [],
    ),
  );
}

/** A rule over single instructions. */
export function instructionRule(
  about: CheckText,
  keywords: readonly string[],
  find: (placed: Placed, subject: LintSubject) => Hit | undefined,
): DockerfileRule {
  return {
    about,
    check: (subject) => instructionsOf(subject, ...keywords).flatMap((placed) => find(placed, subject) ?? []),
  };
}

/** A rule over the single commands of RUN instructions. */
export function commandRule(
  about: CheckText,
  find: (command: ShellCommand, run: Run) => Hit | undefined,
): DockerfileRule {
  return {
    about,
    check: ({ runs }) => runs.flatMap((run) => run.commands.flatMap((command) => find(command, run) ?? [])),
  };
}

/** A keyword for an edit, in the case that the instruction's own is written in. */
export function keywordLike({ keywordSpan }: Instruction, { file }: Dockerfile, keyword: string): string {
  const written = file.slice(keywordSpan.start, keywordSpan.end);
  return written === written.toLowerCase() ? keyword.toLowerCase() : keyword;
}

/** Where an instruction stands, here-documents included. */
export function lineSpan(instruction: Instruction): Span {
  return { start: instruction.start, end: instruction.end };
}
