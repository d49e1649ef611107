import type { Instruction } from "../../formats/dockerfile-instruction.ts";
import { unquote } from "../../formats/dockerfile-words.ts";
import type { Span } from "../../formats/mapped-text.ts";

/** A source or the target of COPY or ADD, without quotes. */
interface Path extends Span {
  readonly value: string;
}

/** Sources and target of COPY or ADD. `escape`: the file's. */
export function pathsOf(
  { json, words }: Instruction,
  escape: string,
): { readonly sources: readonly Path[]; readonly target: Path | undefined } {
  const paths = json ?? words.map(({ raw, start, end }) => ({ value: unquote(raw, escape), start, end }));
  return { sources: paths.slice(0, -1), target: paths.at(-1) };
}
