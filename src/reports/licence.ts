import parse from "spdx-expression-parse";

/** A licence as packages state it, told apart as SBOMs need it (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/). */
export type Licence =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "expression"; readonly expression: string }
  /** Words that are no SPDX expression. */
  | { readonly kind: "name"; readonly name: string };

const longest = 1000;

/** Reads what a package states. */
export function licenceOf(text: string): Licence {
  const name = text.trim();
  const read = name.length > longest ? undefined : expression(name);
  if (read === undefined) return { kind: "name", name };
  const sole = "license" in read && read.plus === undefined && read.exception === undefined;
  return sole && !name.includes("Ref-")
    ? { kind: "id", id: read.license }
    : { kind: "expression", expression: name };
}

function expression(text: string): parse.Info | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
