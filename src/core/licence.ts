/**
 * Can a licence be taken with nothing but what is accepted? Reads SPDX expressions (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/),
 * in any case, as older rpm packages write them; what is none is one licence by that name. `X WITH Y` is asked for whole, and as `X`.
 */
export function canBeTaken(licence: string, accepted: (id: string) => boolean): boolean {
  const tokens = licence.match(/[()]|[^\s()]+/gu) ?? [];
  const reader: Reader = { tokens, at: 0, accepted };
  const answer = tokens.length > mostTokens ? undefined : either(reader, 0);
  return answer === undefined || reader.at < tokens.length ? accepted(licence.trim()) : answer;
}

const mostTokens = 1000;
const deepest = 50;

interface Reader {
  readonly tokens: readonly string[];
  at: number;
  readonly accepted: (id: string) => boolean;
}

// undefined: it is no expression.
function either(reader: Reader, depth: number): boolean | undefined {
  let answer = both(reader, depth);
  while (answer !== undefined && word(reader) === "OR") {
    reader.at += 1;
    const next = both(reader, depth);
    answer = next === undefined ? undefined : answer || next;
  }
  return answer;
}

function both(reader: Reader, depth: number): boolean | undefined {
  let answer = one(reader, depth);
  while (answer !== undefined && word(reader) === "AND") {
    reader.at += 1;
    const next = one(reader, depth);
    answer = next === undefined ? undefined : answer && next;
  }
  return answer;
}

function one(reader: Reader, depth: number): boolean | undefined {
  const token = reader.tokens[reader.at];
  if (token === undefined || depth > deepest || ["AND", "OR", "WITH", ")"].includes(token.toUpperCase()))
    return undefined;
  reader.at += 1;
  if (token === "(") {
    const answer = either(reader, depth + 1);
    if (reader.tokens[reader.at] !== ")") return undefined;
    reader.at += 1;
    return answer;
  }
  if (word(reader) !== "WITH") return reader.accepted(token);
  const exception = reader.tokens[reader.at + 1];
  if (exception === undefined) return undefined;
  reader.at += 2;
  return reader.accepted(`${token} WITH ${exception}`) || reader.accepted(token);
}

function word({ tokens, at }: Reader): string | undefined {
  return tokens[at]?.toUpperCase();
}
