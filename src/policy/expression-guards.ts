import type { ASTNode } from "@marcbachmann/cel-js";
import { RE2JS } from "re2js";
import { severities } from "../core/severity.ts";

/** What is wrong with an expression, and at which character of it. */
export interface Wrong {
  readonly at: number;
  /** What was expected, and what is there. */
  readonly expected: string;
}

/** Every node of an expression, from its root down. */
export function nodesOf(root: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = [];
  const rest = [root];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    found.push(node);
    rest.push(...childrenOf(node));
  }
  return found;
}

/** The nodes right below one. */
function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case "value":
    case "id":
      return [];
    case ".":
    case ".?":
      return [node.args[0]];
    case "call":
      return node.args[1];
    case "rcall":
      return [node.args[1], ...node.args[2]];
    case "map":
      return node.args.flat();
    case "!_":
    case "-_":
      return [node.args];
    case "list":
    case "?:":
      return node.args;
    default:
      return node.args;
  }
}

/** What the language has and a policy must not: what can take for ever, what needs a clock or a table of time zones. */
export function refusedIn(root: ASTNode): readonly Wrong[] {
  return nodesOf(root).flatMap((node): readonly Wrong[] => {
    const wrong = refusal(node);
    return wrong === undefined ? [] : [{ at: node.start, expected: wrong }];
  });
}

function refusal(node: ASTNode): string | undefined {
  if (node.op === "call") return node.args[0] === "atLeast" ? badSeverity(node.args[1]) : undefined;
  if (node.op !== "rcall") return undefined;
  const [name, , args] = node.args;
  if (name === "matches") return badPattern(args);
  // Bound to itself again and again a text doubles each time.
  if (name === "bind") return "an expression without cel.bind, which is not offered";
  if (/^get[A-Z]/u.test(name) && args.length > 0) return `${name}() without a time zone: times are in UTC`;
  return undefined;
}

const longestPattern = 500;

function badPattern([pattern]: readonly ASTNode[]): string | undefined {
  if (pattern?.op !== "value" || typeof pattern.args !== "string")
    return "a pattern in quotes for matches(): one that is made at run time is not offered";
  if (pattern.args.length > longestPattern)
    return `a pattern of at most ${longestPattern} characters for matches()`;
  try {
    RE2JS.compile(pattern.args);
    return undefined;
  } catch {
    return `a pattern of RE2 for matches() (no look-around, no back-references), found ${JSON.stringify(pattern.args)}`;
  }
}

function badSeverity([, severity]: readonly ASTNode[]): string | undefined {
  if (severity?.op !== "value") return undefined;
  if (severities.some((one) => one === severity.args)) return undefined;
  return `one of ${severities.join(", ")} for atLeast(), found ${JSON.stringify(severity.args)}`;
}

/** What an expression may cost at most: Kubernetes' limit for one call (apiserver `PerCallLimit`), in about the same steps. */
export const mostSteps = 1_000_000;

// How long lists are taken to be. A real one may be longer; then it is longer once, and never to the power of two.
const lengths: ReadonlyMap<string, number> = new Map([
  ["packages", 2000],
  ["findings", 2000],
  ["checks", 500],
  ["gaps", 100],
]);
const otherLength = 20;

/** The steps that an expression takes at most, with lists of usual length: each `all`, `exists`, `map`, `filter` counts its list's. */
export function stepsOf(node: ASTNode): number {
  if (node.op === "rcall" && isLoop(node.args[0]))
    return stepsOf(node.args[1]) + lengthOf(node.args[1]) * sum(node.args[2]);
  if (node.op === "rcall" && node.args[0] === "matches") return 20 + stepsOf(node.args[1]);
  return 1 + sum(childrenOf(node));
}

/** Names of the methods that look at each item of a list. */
function isLoop(name: string): boolean {
  return ["all", "exists", "exists_one", "map", "filter"].includes(name);
}

function sum(nodes: readonly ASTNode[]): number {
  return nodes.reduce((all, node) => all + stepsOf(node), 0);
}

function lengthOf(node: ASTNode): number {
  if (node.op === "id") return lengths.get(node.args) ?? otherLength;
  if (node.op === "list") return node.args.length;
  if (node.op === "rcall" && isLoop(node.args[0])) return lengthOf(node.args[1]);
  if (node.op === "+") return lengthOf(node.args[0]) + lengthOf(node.args[1]);
  if (node.op === "?:") return Math.max(lengthOf(node.args[1]), lengthOf(node.args[2]));
  return otherLength;
}
