import type { Heredoc } from "./dockerfile-heredoc.ts";
import type { Comment } from "./dockerfile-lines.ts";
import type { JsonWord, Pair, Word } from "./dockerfile-words.ts";
import type { MappedText, Span } from "./mapped-text.ts";

/** `--name=value` before the arguments. */
export interface Flag extends Span {
  readonly name: string;
  /** Undefined for a flag without `=`. */
  readonly value: string | undefined;
}

/** One instruction; all ranges are of the file. */
export interface Instruction extends Span {
  /** Upper case. */
  readonly keyword: string;
  readonly keywordSpan: Span;
  readonly flags: readonly Flag[];
  /** What follows keyword and flags, lines joined, comments dropped, variables unresolved. */
  readonly args: MappedText;
  /** The strings of the JSON form, where RUN, CMD, ENTRYPOINT, SHELL, COPY, ADD or VOLUME use it. */
  readonly json: readonly JsonWord[] | undefined;
  /** Arguments, split at white space. */
  readonly words: readonly Word[];
  /** What ENV, LABEL or ARG sets. */
  readonly pairs: readonly Pair[];
  readonly heredocs: readonly Heredoc[];
  /** What ONBUILD defers. */
  readonly trigger: Instruction | undefined;
  /** Comments right above it and between its lines. */
  readonly comments: readonly Comment[];
  /** 1-based, here-documents included. */
  readonly line: number;
  readonly endLine: number;
}
