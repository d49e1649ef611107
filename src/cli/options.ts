import { resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { isDay } from "../core/day.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Policy } from "../core/policy.ts";
import { severities } from "../core/severity.ts";
import type { OpenOptions } from "../images/source.ts";
import type { Io } from "./command.ts";

/** Options of every command that opens an image. */
export const imageOptions = {
  dockerfile: { type: "string" },
  platform: { type: "string" },
  db: { type: "string" },
  offline: { type: "boolean" },
  "no-cache": { type: "boolean" },
  "no-progress": { type: "boolean" },
  "insecure-registry": { type: "string", multiple: true },
  "registry-mirror": { type: "string", multiple: true },
  today: { type: "string" },
} as const;

/** The help of {@link imageOptions}. */
export const imageUsage = `  --dockerfile FILE      join the image's history to the lines of this Dockerfile
  --platform OS/ARCH     which image of an index; default: Linux on this machine's processor
  --db FILE              advisory database; default: $SEAWORTHY_DB, else the user's own
  --offline              open no connection
  --no-cache             read every layer, keep nothing
  --no-progress          no progress on a terminal
  --insecure-registry HOST[:PORT]
                         allow plain HTTP and unverified TLS for this registry
  --registry-mirror DOMAIN=URL
                         ask this URL before the domain's own registry; may be given again
  --today YYYY-MM-DD     judge ends of life as of this day; default: $SOURCE_DATE_EPOCH, else today
`;

/** Reads a command's arguments strictly. @throws SeaworthyError `usage`. */
export function readArguments<T extends NonNullable<ParseArgsConfig["options"]>>(
  command: string,
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (thrown) {
    throw usageError(command, messageOf(thrown));
  }
}

/** A wrong command line. */
export function usageError(command: string, state: string): SeaworthyError {
  return new SeaworthyError("usage", `read arguments of "${command}": ${state}`, {
    hint: `seaworthy ${command} --help`,
  });
}

/** The values of {@link imageOptions}. */
export interface ImageValues {
  readonly dockerfile?: string | undefined;
  readonly platform?: string | undefined;
  readonly db?: string | undefined;
  readonly offline?: boolean | undefined;
  readonly "no-cache"?: boolean | undefined;
  readonly "no-progress"?: boolean | undefined;
  readonly "insecure-registry"?: readonly string[] | undefined;
  readonly "registry-mirror"?: readonly string[] | undefined;
  readonly today?: string | undefined;
}

/** How the sources of images are asked. @throws SeaworthyError `usage`. */
export function openOptions(command: string, values: ImageValues, io: Io): OpenOptions {
  const { platform, offline } = values;
  return {
    env: io.env,
    platform,
    offline: offline === true,
    insecureRegistries: values["insecure-registry"] ?? [],
    mirrors: mirrors(command, values["registry-mirror"] ?? []),
  };
}

function mirrors(command: string, pairs: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const pair of pairs) {
    const [, domain, url] = /^([^=\s]+)=(https?:\/\/\S+)$/.exec(pair) ?? [];
    if (domain === undefined || url === undefined)
      throw usageError(command, `--registry-mirror is DOMAIN=URL, not "${pair}"`);
    found.set(domain, [...(found.get(domain) ?? []), url]);
  }
  return Object.fromEntries(found);
}

/** The day by which ends of life are judged. @throws SeaworthyError `usage`. */
export function judgedDay(command: string, { today }: ImageValues, io: Io): string {
  if (today === undefined) return io.today;
  if (!isDay(today)) throw usageError(command, `--today is a day as YYYY-MM-DD, not "${today}"`);
  return today;
}

/** Reads `--fail-on`. @throws SeaworthyError `usage`. */
export function failOn<T>(command: string, text: string | undefined, otherwise: T): Policy["failOn"] | T {
  if (text === undefined) return otherwise;
  if (text === "never") return "never";
  if (text === "any") return "unknown";
  const severity = severities.find((one) => one === text && one !== "unknown");
  if (severity === undefined)
    throw usageError(
      command,
      `--fail-on is critical, high, medium, low, negligible, any or never, not "${text}"`,
    );
  return severity;
}

/** One format that was asked for, and the file that it goes to; undefined: the standard output. */
export interface Output<F extends string> {
  readonly format: F;
  readonly file: string | undefined;
}

/** Reads `--format NAME` and `--format NAME=FILE`, any number of them. @throws SeaworthyError `usage`. */
export function outputs<F extends string>(
  command: string,
  texts: readonly string[],
  known: readonly F[],
  io: Io,
  output?: string,
): readonly Output<F>[] {
  const asked = (texts.length === 0 ? known.slice(0, 1) : texts).map((text) => {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const format = known.find((one) => one === name);
    if (format === undefined || equals === text.length - 1)
      throw usageError(command, `--format is ${listed(known)}, or NAME=FILE, not "${text}"`);
    return { format, file: equals < 0 ? undefined : resolve(io.cwd, text.slice(equals + 1)) };
  });
  const loose = asked.filter(({ file }) => file === undefined);
  if (loose.length > 1)
    throw usageError(command, "only one format can go to the standard output: write NAME=FILE");
  const files = asked.flatMap(({ file }) => file ?? []);
  if (new Set(files).size < files.length) throw usageError(command, "two formats go to the same file");
  if (output === undefined || output === "-") return asked;
  if (loose.length === 0) throw usageError(command, "--output needs a format without a file of its own");
  return asked.map((one) => ({ ...one, file: one.file ?? resolve(io.cwd, output) }));
}

/** Reads `--format` of a command that writes one thing. @throws SeaworthyError `usage`. */
export function oneFormat<F extends string>(
  command: string,
  text: string | undefined,
  known: readonly F[],
): F {
  const format = known.find((one) => one === (text ?? known[0]));
  if (format === undefined) throw usageError(command, `--format is ${listed(known)}, not "${text}"`);
  return format;
}

function listed(names: readonly string[]): string {
  return names.length < 3 ? names.join(" or ") : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
}
