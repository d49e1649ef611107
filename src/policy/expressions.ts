import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { RE2JS } from "re2js";
import { messageOf } from "../core/errors.ts";
import type { Policy, Rule } from "../core/policy.ts";
import { atLeast, type Severity, severities } from "../core/severity.ts";
import { mostSteps, nodesOf, refusedIn, stepsOf, type Wrong } from "./expression-guards.ts";
import { type About, typeNames, types, variables } from "./expression-types.ts";
import { valueClasses } from "./expression-values.ts";
import type { Expression, Expressions } from "./when.ts";

/** Compiles the expressions of a policy whose loader found nothing wrong with them. One that is wrong all the same is left out. */
export function expressionsOf({ rules }: Pick<Policy, "rules">): Expressions {
  return new Map(
    rules.flatMap((rule) => {
      const compiled = compiledOf(rule);
      return compiled === undefined ? [] : [[rule.id, compiled] as const];
    }),
  );
}

function compiledOf({ target }: Rule): Expression | undefined {
  if (target.where.when === undefined) return undefined;
  const compiled = compile(target.where.when, target.about);
  return "run" in compiled ? compiled.run : undefined;
}

/** An expression to run, or what is wrong with it. */
export function compile(
  text: string,
  about: About,
): { readonly run: Expression } | { readonly wrong: readonly Wrong[] } {
  if (text.length > longest) return wrongAt(0, `an expression of at most ${longest} characters`);
  try {
    const parsed = environments[about].parse(text);
    const steps = stepsOf(parsed.ast);
    const refused = [...refusedIn(parsed.ast), ...(steps > mostSteps ? [tooCostly(steps)] : [])];
    const result = typed(text, parsed.ast, environments[about]);
    if (refused.length === 0) return result;
    return { wrong: [...refused, ...("wrong" in result ? result.wrong : [])] };
  } catch (thrown) {
    return { wrong: [wrongOf(thrown)] };
  }
}

const longest = 4000;

function tooCostly(steps: number): Wrong {
  const why =
    "a list is gone through inside of another, where a rule about findings or packages sees each by itself";
  return { at: 0, expected: `an expression of at most ${mostSteps} steps, found about ${steps}: ${why}` };
}

function wrongAt(at: number, expected: string): { readonly wrong: readonly Wrong[] } {
  return { wrong: [{ at, expected }] };
}

// The library's own `matches` is a regular expression that goes back, and its `has` asks for no type's fields: both are renamed,
// the first for good, the second for the types' sake, by names of the same length, so that places stay.
function typed(
  text: string,
  ast: ASTNode,
  environment: Environment,
): { readonly run: Expression } | { readonly wrong: readonly Wrong[] } {
  const safe = renamed(text, ast, "matches", re2Method);
  const asked = environment.check(renamed(safe, ast, "has", "dyn"));
  if (!asked.valid) return { wrong: [wrongOf(asked.error)] };
  const parsed = environment.parse(safe);
  const checked = parsed.check();
  if (!checked.valid) return { wrong: [wrongOf(checked.error)] };
  if (checked.type !== "bool")
    return wrongAt(0, `an expression that is true or false, found ${checked.type}`);
  if (nodesOf(environment.parse(safe).ast).some((node) => node.op === "rcall" && node.args[0] === "matches"))
    return wrongAt(0, "matches() without a comment inside");
  return { run: (values) => answerOf(() => parsed(values)) };
}

function renamed(text: string, ast: ASTNode, name: string, other: string): string {
  let result = text;
  for (const node of nodesOf(ast)) {
    const at = nameAt(text, node, name);
    if (at >= 0) result = result.slice(0, at) + other + result.slice(at + name.length);
  }
  return result;
}

function nameAt(text: string, node: ASTNode, name: string): number {
  if (node.op === "call" && node.args[0] === name) return text.startsWith(name, node.start) ? node.start : -1;
  const argument = node.op === "rcall" && node.args[0] === name ? node.args[2][0] : undefined;
  return argument === undefined ? -1 : text.lastIndexOf(name, argument.start);
}

const re2Method = "re2fits";

function answerOf(run: () => unknown): ReturnType<Expression> {
  try {
    const answer = run();
    return typeof answer === "boolean" ? answer : { failed: "it gave neither true nor false" };
  } catch (thrown) {
    return { failed: summaryOf(thrown) };
  }
}

function wrongOf(thrown: unknown): Wrong {
  const at = rangeOf(thrown);
  return { at, expected: `an expression of CEL over these types: ${summaryOf(thrown)}` };
}

function rangeOf(thrown: unknown): number {
  if (typeof thrown !== "object" || thrown === null || !("range" in thrown)) return 0;
  const { range } = thrown;
  if (typeof range !== "object" || range === null || !("start" in range)) return 0;
  return typeof range.start === "number" ? range.start : 0;
}

// The message shows the expression's line below; the summary does not.
function summaryOf(thrown: unknown): string {
  const summary =
    typeof thrown === "object" && thrown !== null && "summary" in thrown ? thrown.summary : undefined;
  return (typeof summary === "string" ? summary : messageOf(thrown))
    .replace(/\s+/gu, " ")
    .replaceAll(re2Method, "matches");
}

const patterns = new Map<string, RE2JS>();

function fits(text: unknown, pattern: unknown): boolean {
  const source = String(pattern);
  const compiled = patterns.get(source) ?? RE2JS.compile(source);
  patterns.set(source, compiled);
  return compiled.matcher(String(text)).find();
}

function reaches(severity: unknown, threshold: unknown): boolean {
  return atLeast(severityNamed(severity), severityNamed(threshold));
}

function severityNamed(value: unknown): Severity {
  const found = severities.find((one) => one === value);
  if (found === undefined) throw new Error(`"${String(value)}" is no severity`);
  return found;
}

const limits = {
  maxAstNodes: 500,
  maxDepth: 40,
  maxListElements: 500,
  maxMapEntries: 100,
  maxCallArguments: 8,
};

function environmentOf(about: About): Environment {
  const environment = new Environment({ limits, homogeneousAggregateLiterals: true })
    .registerFunction(`string.${re2Method}(string): bool`, fits)
    .registerFunction("atLeast(string, string): bool", reaches);
  for (const name of typeNames)
    environment.registerType(name, { ctor: valueClasses[name], fields: types[name] });
  for (const [name, type] of Object.entries(variables[about])) environment.registerVariable(name, type);
  return environment;
}

const environments: Readonly<Record<About, Environment>> = {
  finding: environmentOf("finding"),
  check: environmentOf("check"),
  package: environmentOf("package"),
  image: environmentOf("image"),
};
