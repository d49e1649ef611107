import { privateKeyMarks } from "../../formats/private-key.ts";
import { type Alphabet, alphabets, type TokenKind, type TokenPart, tokenKinds } from "./secret-kinds.ts";

/** What a text is searched for in one pass. */
export interface Mark {
  readonly literal: string;
  readonly kind: TokenKind | "private-key";
  /** Characters one of which must follow; undefined: not known. A longer mark is rarer, and searched faster. */
  readonly next: string | undefined;
}

/** What tokens and private keys begin with, or hold. */
export const marks: readonly Mark[] = [
  ...privateKeyMarks.map((literal): Mark => ({ literal, kind: "private-key", next: undefined })),
  ...tokenKinds.flatMap((kind) => {
    const next = nextOf(kind);
    return kind.literals.map((literal): Mark => ({ literal, kind, next }));
  }),
];

function nextOf({ forms }: TokenKind): string | undefined {
  const firsts = forms.map(([first]) => (first === undefined ? undefined : charactersOf(first)));
  return firsts.includes(undefined) ? undefined : firsts.join("");
}

function charactersOf(part: TokenPart): string | undefined {
  if (typeof part === "string") return part.charAt(0);
  return part.least > 0 ? spelled(part.of) : undefined;
}

function spelled(alphabet: Alphabet): string {
  const ranges = alphabets[alphabet].replaceAll("\\", "");
  return ranges.replaceAll(/(\w)-(\w)/g, (_, first: string, last: string) => {
    const from = first.charCodeAt(0);
    const codes = Array.from({ length: last.charCodeAt(0) - from + 1 }, (__, at) => from + at);
    return String.fromCharCode(...codes);
  });
}
