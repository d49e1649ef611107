import type { CheckOption, CheckOptions, CheckText } from "./check.ts";
import { nearest } from "./nearest.ts";
import type { CheckSetting, Policy } from "./policy.ts";
import { type Severity, severities } from "./severity.ts";

/** How somebody writes what is to change of a check. */
export interface RawCheckSetting {
  readonly severity?: string | undefined;
  readonly off?: boolean | undefined;
  /** Text (`10MB`, `30d`, `95%`, `a,b`), number or list, by the option's name. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** What is wrong with what somebody wrote of a check. */
export interface SettingProblem {
  /** As written. */
  readonly check: string;
  /** As written; undefined where the check or its severity is wrong. */
  readonly option: string | undefined;
  /** What is wrong and what is meant, without the check's id. */
  readonly message: string;
}

/** Settings of checks as far as they can be understood; they count only without problems. */
export interface CheckSettings {
  readonly settings: Policy["checks"];
  /** In the order in which they were written. */
  readonly problems: readonly SettingProblem[];
}

/** Reads what is written of checks, by id; `texts` are the checks that there are. Pure. */
export function checkSettingsOf(
  raw: Readonly<Record<string, RawCheckSetting>>,
  texts: readonly CheckText[],
): CheckSettings {
  const problems: SettingProblem[] = [];
  const settings = Object.entries(raw).flatMap(([id, setting]): readonly [string, CheckSetting][] => {
    const text = texts.find((one) => one.id === id);
    if (text === undefined) {
      problems.push({ check: id, option: undefined, message: unknownCheck(id, texts) });
      return [];
    }
    const read = settingOf(text, setting);
    problems.push(...read.problems);
    return [[id, read.setting]];
  });
  return { settings: Object.fromEntries(settings), problems };
}

function unknownCheck(id: string, texts: readonly CheckText[]): string {
  const written = id.toUpperCase();
  const alike = texts.filter(({ aliases }) => aliases.some((alias) => alias.toUpperCase() === written));
  const names = alike.map((text) => text.id).join(", ");
  const ids = texts.map((text) => text.id);
  return `there is no check "${id}": the nearest is ${names || nearest(written, ids)}`;
}

function settingOf(
  text: CheckText,
  { severity, off, options = {} }: RawCheckSetting,
): { readonly setting: CheckSetting; readonly problems: readonly SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const rated = severityOf(severity);
  if (severity !== undefined && rated === undefined)
    problems.push({ check: text.id, option: undefined, message: notASeverity(severity) });
  const values = Object.entries(options).flatMap(([name, raw]) => {
    const value = optionValue(text, name, raw);
    if (typeof value !== "string") return [[name, value] as const];
    problems.push({ check: text.id, option: name, message: value });
    return [];
  });
  const read: CheckOptions = Object.fromEntries(values);
  return {
    setting: {
      ...(rated === undefined ? {} : { severity: rated }),
      ...(off === undefined ? {} : { off }),
      ...(values.length === 0 ? {} : { options: read }),
    },
    problems,
  };
}

function severityOf(word: string | undefined): Severity | undefined {
  return severities.find((one) => one === word && one !== "unknown");
}

function notASeverity(word: string): string {
  return `the severity is critical, high, medium, low or negligible, or the check is off: not "${word}"`;
}

/** A value as the option has it; a text says what is wrong. */
function optionValue(text: CheckText, name: string, raw: unknown): number | readonly string[] | string {
  const { options = [] } = text;
  if (options.length === 0) return `the check has no options, and no "${name}"`;
  const option = options.find((one) => one.name === name);
  if (option === undefined) {
    const names = options.map((one) => one.name);
    return `the check has no option "${name}": the nearest is ${nearest(name, names)}`;
  }
  const value = option.kind === "names" ? namesIn(raw) : numberIn(option.kind, raw);
  return value ?? `${name} is ${forms[option.kind]}, not ${shown(raw)}`;
}

const forms: Readonly<Record<CheckOption["kind"], string>> = {
  number: "a whole number (20)",
  bytes: "a number of bytes (20000000, 20MB, 20MiB)",
  days: "a number of days (30, 30d)",
  ratio: "a part of one (0.95, 95%)",
  names: "a list (a,b)",
};

function shown(raw: unknown): string {
  return typeof raw === "string" ? `"${raw}"` : (JSON.stringify(raw) ?? "nothing");
}

function namesIn(raw: unknown): readonly string[] | undefined {
  if (raw === "") return [];
  const list: readonly unknown[] = Array.isArray(raw)
    ? raw
    : typeof raw === "string"
      ? raw.split(",")
      : [raw];
  const names = list.map(nameIn);
  return names.includes("") ? undefined : [...new Set(names)];
}

// In YAML a port or a user's number is a number.
function nameIn(raw: unknown): string {
  return typeof raw === "string" ? raw.trim() : Number.isSafeInteger(raw) ? String(raw) : "";
}

const units: ReadonlyMap<string, number> = new Map([
  ["b", 1],
  ["kb", 1e3],
  ["mb", 1e6],
  ["gb", 1e9],
  ["kib", 2 ** 10],
  ["mib", 2 ** 20],
  ["gib", 2 ** 30],
]);

function numberIn(kind: Exclude<CheckOption["kind"], "names">, raw: unknown): number | undefined {
  if (typeof raw !== "number" && typeof raw !== "string") return undefined;
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?) ?([a-z]*|%)$/i.exec(String(raw)) ?? [];
  if (digits === undefined) return undefined;
  const value = valueOf(kind, Number(digits), unit.toLowerCase());
  if (kind === "ratio") return value <= 1 ? value : undefined;
  return Number.isSafeInteger(value) ? value : undefined;
}

// NaN for a unit that the kind does not have.
function valueOf(kind: Exclude<CheckOption["kind"], "names">, number: number, unit: string): number {
  if (unit === "") return number;
  switch (kind) {
    case "bytes":
      return Math.round(number * (units.get(unit) ?? Number.NaN));
    case "days":
      return unit === "d" ? number : Number.NaN;
    case "ratio":
      return unit === "%" ? number / 100 : Number.NaN;
    case "number":
      return Number.NaN;
  }
}
