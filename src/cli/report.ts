import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text as readStream } from "node:stream/consumers";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { formatNames, scanFormats } from "../reports/formats.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { outputs, readArguments, usageError } from "./options.ts";
import { formatOptions, formatUsage, readTemplate, writeFormats } from "./write-formats.ts";

const formats = formatNames(scanFormats);

const options = { ...formatOptions, all: { type: "boolean" } } as const;

const usage = `seaworthy report convert REPORT|- [OPTIONS]
seaworthy report show REPORT|- [OPTIONS]

Writes a saved report of scan --format json in other formats: the same bytes that the scan itself would have written.

${formatUsage(formatNames(scanFormats))}      --all              show long lists of the table whole

Exit codes: 0 written, 2 error. docs/reports.md tells of the formats.
`;

/** `seaworthy report`. */
export const command: Command = {
  name: "report",
  summary: "write a saved report in another format",
  usage,
  run,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("report", args, options);
  const [action, file, ...more] = positionals;
  if (action !== "convert" && action !== "show")
    throw usageError("report", `"${action ?? ""}" is not convert or show`);
  if (file === undefined || file === "" || more.length > 0)
    throw usageError("report", `${action} takes one saved report, or - for the standard input`);
  const asked = values.format ?? [];
  if (action === "convert" && asked.length === 0) throw usageError("report", "convert needs --format");
  const wanted = outputs("report", asked, formats, io, values.output);
  const template = await readTemplate("report", values.template, wanted, io);
  // Its schema library takes time to load, which a help text need not.
  const { readReport } = await import("../reports/read-json.ts");
  const report = readReport(await readSaved(file, io), file);
  await writeFormats(report, scanFormats, wanted, { all: values.all === true, template }, io);
  return exitCodes.pass;
}

async function readSaved(file: string, io: Io): Promise<string> {
  if (file === "-") return readStream(io.stdin);
  try {
    return await readFile(resolve(io.cwd, file), "utf8");
  } catch (thrown) {
    throw new SeaworthyError("usage", `read report "${file}": ${messageOf(thrown)}`, { cause: thrown });
  }
}
