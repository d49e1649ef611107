import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { SeaworthyError } from "../core/errors.ts";
import { hadolintLevels, type LabelType, type RuleSettings } from "../core/lint.ts";
import { atLeast, type Severity } from "../core/severity.ts";

/** What a project asks of `lint`. */
export interface LintConfig {
  /** The file's name, as it is told; undefined: none. */
  readonly source: string | undefined;
  /** Rules, by any of their ids, whose findings do not count, and where that is asked. */
  readonly passedOver: readonly { readonly code: string; readonly by: string }[];
  readonly severities: ReadonlyMap<string, Severity>;
  readonly rules: RuleSettings;
  /** May comments in the file ask that findings do not count? */
  readonly comments: boolean;
  /** The severity that fails; undefined: not said. */
  readonly failOn: Severity | undefined;
  /** Nothing fails, whatever `failOn` says. */
  readonly noFail: boolean;
  /** Keys that are not read, in words. */
  readonly notes: readonly string[];
}

/** Nothing asked. */
export const defaultLintConfig: LintConfig = {
  source: undefined,
  passedOver: [],
  severities: new Map(),
  rules: { trustedRegistries: [], labels: new Map(), strictLabels: false },
  comments: true,
  failOn: undefined,
  noFail: false,
  notes: [],
};

/** What may be a threshold; Hadolint takes "ignore" and "none" for one that everything reaches. */
export const thresholds: Readonly<Record<string, Severity>> = {
  ...hadolintLevels,
  ignore: "negligible",
  none: "negligible",
};
/** What a label's value may be asked to be. */
export const labelTypes: readonly LabelType[] = ["text", "url", "rfc3339", "spdx", "hash", "semver", "email"];

/**
 * Reads a configuration as Hadolint has it (https://github.com/hadolint/hadolint#configure). To lists of `base` it adds, the rest it replaces.
 * @throws SeaworthyError `malformed` with line and what was expected.
 */
export function readLintConfig(text: string, source: string, base = defaultLintConfig): LintConfig {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const reader: Reader = { source, counter };
  const [error] = document.errors;
  if (error !== undefined) throw wrong(reader, error.pos[0], `valid YAML: ${error.message}`);
  if (document.contents === null) return { ...base, source };
  if (!isMap(document.contents))
    throw wrong(reader, document.contents.range?.[0], "keys with values at the top");
  let config: LintConfig = { ...base, source };
  for (const pair of document.contents.items) config = withKey(config, entryOf(pair, reader), reader);
  return config;
}

interface Reader {
  readonly source: string;
  readonly counter: LineCounter;
}

interface Entry {
  readonly key: string;
  readonly at: number | undefined;
  readonly value: unknown;
}

function entryOf({ key, value }: Pair, reader: Reader): Entry {
  if (!isScalar(key)) throw wrong(reader, undefined, "a word for a key");
  return { key: String(key.value), at: key.range?.[0], value };
}

function withKey(config: LintConfig, entry: Entry, reader: Reader): LintConfig {
  const { rules } = config;
  switch (entry.key) {
    case "ignored":
      return { ...config, passedOver: [...config.passedOver, ...ignored(entry, reader)] };
    case "override":
      return { ...config, severities: gravest([...config.severities, ...overrides(entry, reader)]) };
    case "trustedRegistries":
      return {
        ...config,
        rules: {
          ...rules,
          trustedRegistries: [
            ...rules.trustedRegistries,
            ...texts(entry, reader, "a list of registries", true),
          ],
        },
      };
    case "label-schema":
      return { ...config, rules: { ...rules, labels: new Map([...rules.labels, ...labels(entry, reader)]) } };
    case "strict-labels":
      return { ...config, rules: { ...rules, strictLabels: flag(entry, reader) } };
    case "disable-ignore-pragma":
      return { ...config, comments: !flag(entry, reader) };
    case "failure-threshold":
      return { ...config, failOn: oneOf(entry, reader, thresholds) };
    case "no-fail":
      return { ...config, noFail: flag(entry, reader) };
    // How it is shown is asked for on the command line.
    case "format":
    case "no-color":
    case "verbose":
      return config;
    default:
      return {
        ...config,
        notes: [...config.notes, `line ${lineOf(reader, entry.at)}: the key "${entry.key}" is not read`],
      };
  }
}

function ignored(entry: Entry, reader: Reader): LintConfig["passedOver"] {
  return texts(entry, reader, "a list of rules").map((code) => ({ code, by: reader.source }));
}

/** Of a rule that is named more than once the gravest severity. */
export function gravest(overrides: readonly (readonly [string, Severity])[]): ReadonlyMap<string, Severity> {
  const found = new Map<string, Severity>();
  for (const [code, severity] of overrides) {
    const before = found.get(code);
    if (before === undefined || atLeast(severity, before)) found.set(code, severity);
  }
  return found;
}

function overrides(entry: Entry, reader: Reader): readonly (readonly [string, Severity])[] {
  return entries(entry, reader, "lists of rules under error, warning, info and style").flatMap((inner) => {
    const severity = Object.entries(hadolintLevels).find(([level]) => level === inner.key)?.[1];
    if (severity === undefined)
      throw wrong(reader, inner.at, `error, warning, info or style, found "${inner.key}"`);
    return texts(inner, reader, "a list of rules").map((code) => [code, severity] as const);
  });
}

function labels(entry: Entry, reader: Reader): ReadonlyMap<string, LabelType> {
  return new Map(
    entries(entry, reader, "labels with their types").map((inner): [string, LabelType] => {
      const types = Object.fromEntries(labelTypes.map((type) => [type, type]));
      return [inner.key, oneOf(inner, reader, types)];
    }),
  );
}

function entries(entry: Entry, reader: Reader, wanted: string): readonly Entry[] {
  if (isMap(entry.value)) return entry.value.items.map((pair) => entryOf(pair, reader));
  throw unexpected(entry, reader, wanted);
}

function texts(entry: Entry, reader: Reader, wanted: string, orOne = false): readonly string[] {
  const { value } = entry;
  if (orOne && isScalar(value) && typeof value.value === "string") return [value.value];
  if (!isSeq(value)) throw unexpected(entry, reader, wanted);
  return value.items.map((item) => {
    if (isScalar(item) && typeof item.value === "string") return item.value;
    throw unexpected({ ...entry, value: item }, reader, `${wanted}, each a text`);
  });
}

function flag(entry: Entry, reader: Reader): boolean {
  if (isScalar(entry.value) && typeof entry.value.value === "boolean") return entry.value.value;
  throw unexpected(entry, reader, "true or false");
}

function oneOf<T>(entry: Entry, reader: Reader, values: Readonly<Record<string, T>>): T {
  const { value } = entry;
  const word = isScalar(value) ? String(value.value) : "";
  const found = Object.hasOwn(values, word) ? values[word] : undefined;
  if (found === undefined) throw unexpected(entry, reader, `one of ${Object.keys(values).join(", ")}`);
  return found;
}

function unexpected({ key, at, value }: Entry, reader: Reader, wanted: string): SeaworthyError {
  const where = isNode(value) ? (value.range?.[0] ?? at) : at;
  return wrong(reader, where, `${wanted} for "${key}", found ${nameOf(value)}`);
}

function nameOf(value: unknown): string {
  if (isMap(value)) return "keys with values";
  if (isSeq(value)) return "a list";
  return isScalar(value) && value.value !== null ? JSON.stringify(value.value).slice(0, 60) : "nothing";
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value);
}

function lineOf({ counter }: Reader, at: number | undefined): number {
  return at === undefined ? 1 : counter.linePos(at).line;
}

function wrong(reader: Reader, at: number | undefined, expected: string): SeaworthyError {
  return new SeaworthyError(
    "malformed",
    `read ${reader.source}: line ${lineOf(reader, at)}: expected ${expected}`,
  );
}
