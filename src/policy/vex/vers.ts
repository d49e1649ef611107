import type { TextScheme } from "../../core/version.ts";

interface Constraint {
  readonly comparator: "=" | "!=" | "<" | "<=" | ">" | ">=";
  readonly version: string;
}

const longest = 4096;

/**
 * Is a version in a range by VERS, `vers:deb/>=1.0|<1.4` (https://github.com/package-url/vers-spec)? The scheme is the package's own,
 * whatever the range names. Undefined where the range, or a version in it, cannot be read.
 */
export function inRange(version: string, range: string, scheme: TextScheme): boolean | undefined {
  if (range.length > longest) return undefined;
  const [, list] = /^vers:[a-z][a-z0-9.-]*\/(.+)$/s.exec(range.replace(/\s+/g, "")) ?? [];
  if (list === undefined) return undefined;
  if (list === "*") return true;
  const constraints = list
    .split("|")
    .filter((text) => text !== "")
    .map(constraintOf);
  const orders = constraints.map((constraint) => scheme.compareText(version, constraint.version));
  if (constraints.length === 0 || orders.includes(undefined)) return undefined;
  return within(
    constraints,
    orders.map((order) => order ?? 0),
  );
}

function constraintOf(text: string): Constraint {
  const [, comparator = "=", version = ""] = /^(!=|<=|>=|<|>|=)?(.*)$/s.exec(text) ?? [];
  const known = (["=", "!=", "<", "<=", ">", ">="] as const).find((each) => each === comparator);
  return { comparator: known ?? "=", version: decoded(version) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// The constraints stand in the order of their versions: each > or >= begins a stretch, the next < or <= ends it.
function within(constraints: readonly Constraint[], orders: readonly number[]): boolean {
  const rows = constraints.map((constraint, index) => ({ ...constraint, order: orders[index] ?? 0 }));
  if (rows.some(({ comparator, order }) => comparator === "!=" && order === 0)) return false;
  if (rows.some(({ comparator, order }) => comparator.includes("=") && comparator !== "!=" && order === 0))
    return true;
  const bounds = rows.filter(({ comparator }) => comparator.startsWith("<") || comparator.startsWith(">"));
  if (bounds.length === 0) return rows.every(({ comparator }) => comparator === "!=");
  let open = bounds[0]?.comparator.startsWith("<") ?? false;
  for (const { comparator, order } of bounds) {
    if (comparator.startsWith("<")) {
      if (open && order < 0) return true;
      open = false;
    } else open = order > 0;
  }
  return open;
}
