/**
 * A text with its variables filled in as Compose does (https://docs.docker.com/reference/compose-file/interpolation/); undefined where
 * one has no value and no default. The shell's own variables count for nothing: the same files give the same images everywhere.
 */
export function interpolate(text: string, variables: ReadonlyMap<string, string>): string | undefined {
  return fill(text, variables, 0);
}

const deepest = 8;

function fill(text: string, variables: ReadonlyMap<string, string>, depth: number): string | undefined {
  let out = "";
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) return out + text.slice(at);
    out += text.slice(at, dollar);
    const rest = text.slice(dollar);
    if (rest.startsWith("$$")) {
      out += "$";
      at = dollar + 2;
      continue;
    }
    const [bare, name] = /^\$([A-Za-z_]\w*)/u.exec(rest) ?? [];
    const braced = bare === undefined ? bracedEnd(rest) : undefined;
    if (bare === undefined && (braced === undefined || depth > deepest)) return undefined;
    const value =
      braced === undefined
        ? variables.get(name ?? "")
        : expanded(rest.slice(2, braced), variables, depth + 1);
    if (value === undefined) return undefined;
    out += value;
    at = dollar + (braced === undefined ? (bare ?? "").length : braced + 1);
  }
  return out;
}

// The brace that closes the one at index 1: defaults may hold variables.
function bracedEnd(text: string): number | undefined {
  if (text[1] !== "{") return undefined;
  let open = 0;
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] === "{") open += 1;
    if (text[at] === "}") open -= 1;
    if (open === 0) return at;
  }
  return undefined;
}

function expanded(inner: string, variables: ReadonlyMap<string, string>, depth: number): string | undefined {
  const [, name = "", operator = "", word = ""] = /^([A-Za-z_]\w*)(:?[-?+])?([\s\S]*)$/u.exec(inner) ?? [];
  const value = variables.get(name);
  const there = value !== undefined && (value !== "" || !operator.startsWith(":"));
  switch (operator.at(-1)) {
    case "-":
      return there ? value : fill(word, variables, depth);
    case "+":
      return there ? fill(word, variables, depth) : "";
    default:
      return word === "" || operator !== "" ? (there ? value : undefined) : undefined;
  }
}

/** The variables of a `.env` file: `NAME=value`, quoted or not, `export` and comments passed over. */
export function parseDotEnv(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/u)) {
    const equals = line.indexOf("=");
    const name = line
      .slice(0, Math.max(equals, 0))
      .trim()
      .replace(/^export /u, "")
      .trim();
    if (/^[A-Za-z_]\w*$/u.test(name)) found.set(name, unquoted(line.slice(equals + 1).trim()));
  }
  return found;
}

function unquoted(raw: string): string {
  const [, quote, quoted = ""] = /^(["'])(.*?)\1/u.exec(raw) ?? [];
  if (quote !== undefined) return quoted;
  const comment = raw.indexOf(" #");
  return comment < 0 ? raw : raw.slice(0, comment).trimEnd();
}
