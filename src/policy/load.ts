import { dirname, join } from "node:path/posix";
import type { CheckText } from "../core/check.ts";
import { SeaworthyError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import type { Policy } from "../core/policy.ts";
import { defaultPolicy } from "./evaluate.ts";
import { layerOf, type PolicyLayer } from "./layer.ts";
import { policyShape } from "./policy-shape.ts";
import { isPreset, presets } from "./presets.ts";
import { placeInside, readDocument } from "./read.ts";
import { expected, type Problem, type Reader } from "./shape.ts";
import type { Expressions } from "./when.ts";

/** What a policy's reader takes from outside. */
export interface PolicySources {
  /** Text of a file; undefined: there is none. Paths are as the policy that names them leads to them. */
  readonly read: (path: string) => string | undefined;
  /** Every check that a policy may name. */
  readonly checks: readonly CheckText[];
}

/** A policy to decide by. */
export interface LoadedPolicy {
  readonly policy: Policy;
  readonly expressions: Expressions;
  /** Presets and files that it is made of, the lowest first. */
  readonly sources: readonly string[];
}

/** A policy, or all that is wrong with it, by place. */
export type PolicyReading = { readonly loaded: LoadedPolicy } | { readonly problems: readonly Problem[] };

/** Reads a preset, or a file with all that it extends; below all of them is {@link defaultPolicy}. @throws SeaworthyError `policy-invalid`. */
export async function loadPolicy(name: string, sources: PolicySources): Promise<LoadedPolicy> {
  const reading = await readPolicy(name, sources);
  if ("loaded" in reading) return reading.loaded;
  throw invalid(`read policy "${name}"`, reading.problems, `seaworthy policy check ${name}`);
}

/** The error that tells the first problems of a document. */
export function invalid(action: string, problems: readonly Problem[], hint?: string): SeaworthyError {
  const shown = problems.slice(0, mostShown).map(problemText);
  const more = problems.length > mostShown ? `; and ${problems.length - mostShown} more` : "";
  return new SeaworthyError("policy-invalid", `${action}: ${shown.join("; ")}${more}`, { hint });
}

const mostShown = 10;

/** `file:line:column: expected …`. */
export function problemText({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** As {@link loadPolicy}, with the problems one by one. @throws SeaworthyError `policy-invalid` when there is no such file. */
export async function readPolicy(name: string, sources: PolicySources): Promise<PolicyReading> {
  const text = isPreset(name) ? presets[name] : sources.read(name);
  if (text === undefined)
    throw new SeaworthyError(
      "policy-invalid",
      `read policy "${name}": there is no such file and no such preset`,
      {
        hint: `presets are ${Object.keys(presets).join(", ")}`,
      },
    );
  const reading: Reading = { sources, problems: [], layers: [], names: [] };
  await addSource(name, text, [], reading);
  const problems = reading.problems.toSorted(byPlace);
  if (problems.length > 0) return { problems };
  const policy = reading.layers.reduce<Policy>((below, layer) => layer.over(below), defaultPolicy);
  const needed = policy.rules.some(({ target }) => target.where.when !== undefined);
  const expressions: Expressions = needed
    ? (await import("./expressions.ts")).expressionsOf(policy)
    : new Map();
  return { loaded: { policy, expressions, sources: reading.names } };
}

interface Reading {
  readonly sources: PolicySources;
  readonly problems: Problem[];
  /** Lowest first. */
  readonly layers: PolicyLayer[];
  readonly names: string[];
}

const deepest = 20;
const mostSources = 100;

async function addSource(
  name: string,
  text: string,
  above: readonly string[],
  reading: Reading,
): Promise<void> {
  const { reader, document } = readDocument(text, name, policyShape);
  if (document !== undefined) {
    const chain = [...above, name];
    const { value = [], at = 0 } = document.extends ?? {};
    const before = reader.problems.length + reading.problems.length;
    for (const one of "value" in value ? [value] : value) await addExtended(one, reader, chain, reading, at);
    const whole = reader.problems.length + reading.problems.length === before;
    const inherited = new Set(reading.layers.flatMap(({ rules }) => rules.map(({ id }) => id)));
    const layer = layerOf(document, reader, reading.sources.checks, whole ? inherited : undefined);
    await checkExpressions(layer, reader);
    reading.layers.push(layer);
    reading.names.push(name);
  }
  reading.problems.push(...reader.problems);
}

async function addExtended(
  { value, at }: { readonly value: string; readonly at: number },
  reader: Reader,
  chain: readonly string[],
  reading: Reading,
  listAt: number,
): Promise<void> {
  if (isPreset(value)) return addSource(value, presets[value], chain, reading);
  if (!/[./]/u.test(value)) {
    const best = nearest(value, Object.keys(presets)) ?? "";
    return expected(reader, at, `a preset or a file, found "${value}" (the nearest preset is ${best})`);
  }
  const path = value.startsWith("/") ? value : join(dirname(chain.at(-1) ?? ""), value);
  if (chain.includes(path)) return expected(reader, at, `no ring: ${[...chain, path].join(" extends ")}`);
  if (chain.length >= deepest || reading.names.length >= mostSources)
    return expected(
      reader,
      listAt,
      `at most ${deepest} policies on top of one another and ${mostSources} in all`,
    );
  const text = reading.sources.read(path);
  if (text === undefined) return expected(reader, at, `a file that is there, found none at "${path}"`);
  return addSource(path, text, chain, reading);
}

async function checkExpressions({ whens }: PolicyLayer, reader: Reader): Promise<void> {
  if (whens.length === 0) return;
  const { compile } = await import("./expressions.ts");
  for (const { about, when } of whens) {
    const compiled = compile(when.value, about);
    if ("run" in compiled) continue;
    for (const { at, expected: words } of compiled.wrong) {
      const { line, col } = placeInside(when.node, at, reader);
      reader.problems.push({ file: reader.file, line, column: col, message: `expected ${words}` });
    }
  }
}

function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
