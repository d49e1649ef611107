import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Formats } from "../reports/formats.ts";
import type { Io } from "./command.ts";
import { type Output, usageError } from "./options.ts";
import { tableOptions } from "./terminal.ts";
import { readVersion } from "./version.ts";
import { writeOutput } from "./write-output.ts";

/** The options that say what is written, and where. */
export const formatOptions = {
  format: { type: "string", short: "f", multiple: true },
  output: { type: "string", short: "o" },
  template: { type: "string" },
} as const;

/** The help of {@link formatOptions}. */
export function formatUsage(names: readonly string[]): string {
  const indent = " ".repeat(25);
  const lines = [`${names[0] ?? ""} (default)`];
  for (const name of names.slice(1)) {
    const line = `${lines.at(-1) ?? ""}, ${name}`;
    if (line.length > 85) lines.push(`${lines.pop() ?? ""},`, name);
    else lines[lines.length - 1] = line;
  }
  return `  -f, --format FORMAT    ${lines.join(`\n${indent}`)};
${indent}FORMAT=FILE writes a file; may be given again
  -o, --output FILE      write the format without a file there
      --template FILE    a Mustache template, for the format template
`;
}

/** A template that was read, with the name that it was given by. */
export type ReadTemplate = { readonly name: string; readonly text: string } | undefined;

/** Reads `--template`, which goes with `--format template` and nothing else. @throws SeaworthyError `usage`. */
export async function readTemplate(
  command: string,
  file: string | undefined,
  wanted: readonly Output<string>[],
  io: Io,
): Promise<ReadTemplate> {
  const asked = wanted.some(({ format }) => format === "template");
  if (asked !== (file !== undefined))
    throw usageError(
      command,
      asked ? "--format template needs --template FILE" : "--template goes with --format template",
    );
  if (file === undefined) return undefined;
  try {
    return { name: file, text: await readFile(resolve(io.cwd, file), "utf8") };
  } catch (thrown) {
    throw new SeaworthyError("usage", `read template "${file}": ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** What of a command line formats have to know. */
export interface FormatSettings {
  readonly all: boolean;
  readonly template: ReadTemplate;
  /** Texts of the files that a linter's report speaks of. */
  readonly sources?: ReadonlyMap<string, string>;
}

/** Writes a report in every format that was asked for. @throws SeaworthyError `disk-failed`, `malformed` for a template. */
export async function writeFormats<R, F extends string>(
  report: R,
  formats: Pick<Formats<R>, F>,
  wanted: readonly Output<F>[],
  { all, template, sources = new Map() }: FormatSettings,
  io: Io,
): Promise<void> {
  for (const { format, file } of wanted) {
    const render = await formats[format]();
    const options = { table: tableOptions(io, file, all), version: readVersion(), template, sources };
    await writeOutput(render(report, options), file, io);
  }
}
