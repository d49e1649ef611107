import { parseArgs } from "node:util";
import { type CiId, ciIds } from "./ci-system.ts";
import type { Io } from "./command.ts";
import { usageError } from "./options.ts";

/** Options of `ci` itself; all others are those of `scan`. */
const own = {
  "output-dir": { type: "string" },
  system: { type: "string" },
  "cache-dir": { type: "string" },
  "lint-fail-on": { type: "string" },
  "no-lint": { type: "boolean" },
  "no-alert": { type: "boolean" },
  "no-db-update": { type: "boolean" },
} as const;

// Options of scan that `ci` has to know as well.
const read = {
  dockerfile: { type: "string" },
  db: { type: "string" },
  offline: { type: "boolean" },
  today: { type: "string" },
} as const;

/** What a command line of `ci` asks for. */
export interface CiArguments {
  /** As it was written, without a slash at its end. */
  readonly outputDir: string;
  readonly system: CiId | undefined;
  readonly cacheDir: string | undefined;
  readonly lintFailOn: string | undefined;
  readonly lint: boolean;
  readonly alert: boolean;
  readonly updateDatabase: boolean;
  readonly dockerfile: string | undefined;
  readonly today: string | undefined;
  /** `ci k8s …`: many images. */
  readonly set: boolean;
  /** The command line of `scan`. */
  readonly scan: readonly string[];
}

/** Parts the options of `ci` from those of `scan`, which reads its own strictly. @throws SeaworthyError `usage`. */
export function ciArguments(args: readonly string[], env: Io["env"]): CiArguments {
  const options = { ...own, ...read };
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string>();
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== "option" || !Object.hasOwn(options, token.name)) continue;
    const mine = Object.hasOwn(own, token.name);
    if (mine) for (const index of valueOf(token)) taken.add(index);
    values.set(token.name, mine ? checked(token) : (token.value ?? ""));
  }
  // Without an image scan takes a sample: in a pipeline that is a variable that was forgotten.
  if (!tokens.some(({ kind }) => kind === "positional")) throw usageError("ci", "no image is named");
  return {
    outputDir: outputDirectory(values.get("output-dir") ?? "seaworthy-report"),
    system: systemNamed(values.get("system") ?? (env["SEAWORTHY_CI"] || undefined)),
    cacheDir: values.get("cache-dir"),
    lintFailOn: values.get("lint-fail-on"),
    lint: !values.has("no-lint"),
    alert: !values.has("no-alert"),
    updateDatabase: !["no-db-update", "offline", "db"].some((name) => values.has(name)),
    dockerfile: values.get("dockerfile"),
    today: values.get("today"),
    set: args[0] === "k8s",
    scan: args.filter((_, index) => !taken.has(index)),
  };
}

interface OptionToken {
  readonly index: number;
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function valueOf({ index, value, inlineValue }: OptionToken): readonly number[] {
  return value !== undefined && inlineValue === false ? [index, index + 1] : [index];
}

function checked({ name, rawName, value, inlineValue }: OptionToken): string {
  const wantsValue = Object.entries(own).some(([known, { type }]) => known === name && type === "string");
  if (!wantsValue) {
    if (value !== undefined) throw usageError("ci", `${rawName} takes no value`);
    return "";
  }
  if (value === undefined || value === "" || (value.startsWith("-") && inlineValue === false))
    throw usageError("ci", `${rawName} needs a value`);
  return value;
}

// The paths of reports become outputs, lines of which systems read.
function outputDirectory(path: string): string {
  if (/[\p{Cc}\u2028\u2029]/u.test(path))
    throw usageError("ci", "--output-dir has a control character in its name");
  return path.replace(/(?<=[^/])\/+$/, "");
}

function systemNamed(name: string | undefined): CiId | undefined {
  if (name === undefined) return undefined;
  const id = ciIds.find((one) => one === name);
  if (id === undefined) throw usageError("ci", `--system is one of ${ciIds.join(", ")}, not "${name}"`);
  return id;
}
