import { resolve } from "node:path";
import type { SlimPlan } from "../core/slim.ts";
import { planSlim } from "../pipeline/slim.ts";
import { slimJson, slimTable } from "../reports/slim.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { imageOptions, imageUsage, judgedDay, outputs, readArguments, usageError } from "./options.ts";
import { prepareFiles } from "./scan-image.ts";
import { terminalOf } from "./terminal.ts";
import { writeOutput } from "./write-output.ts";

const formats = ["table", "json"] as const;

const options = {
  ...imageOptions,
  format: { type: "string", short: "f", multiple: true },
  output: { type: "string", short: "o" },
  all: { type: "boolean" },
  base: { type: "string" },
  "dockerfile-out": { type: "string" },
} as const;

const usage = `seaworthy slim IMAGE [OPTIONS]

Finds what the image's command reaches (libraries, interpreters, modules, jars), says which packages and files could leave and which
findings they would take along, and writes a Dockerfile that copies the rest. What is only perhaps asked for stays.

IMAGE  as for seaworthy scan

  -f, --format FORMAT    table (default) or json; FORMAT=FILE writes a file; may be given again
  -o, --output FILE      write the format without a file there
      --all              show long lists whole
      --dockerfile-out FILE
                         write the planned Dockerfile
      --base REF         what it builds on: scratch (default), or a base that the plan names
${imageUsage}
Exit codes: 0 a plan, 2 error, 3 no plan: what the image needs could not be told. docs/cli.md tells all.
`;

/** `seaworthy slim`. */
export const command: Command = {
  name: "slim",
  summary: "say what could leave an image, and write a Dockerfile without it",
  usage,
  run,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("slim", args, options);
  const [reference, ...more] = positionals;
  if (reference === undefined || reference === "") throw usageError("slim", "the image is missing");
  if (more.length > 0) throw usageError("slim", `"${more[0]}" is one argument too many`);
  const base = values.base ?? "scratch";
  if (!/^[\w./:@-]+$/.test(base)) throw usageError("slim", `--base is an image reference, not "${base}"`);
  const wanted = outputs("slim", values.format ?? [], formats, io, values.output);
  const today = judgedDay("slim", values, io);
  const { indexed, files, database } = await prepareFiles("slim", reference, values, io);
  try {
    const plan = planSlim({ indexed, files }, { database, today, base });
    for (const { format, file } of wanted)
      await writeOutput(render(plan, format, file, values.all === true, io), file, io);
    const out = values["dockerfile-out"];
    if (out !== undefined && plan.dockerfile !== undefined)
      await writeOutput(plan.dockerfile, out === "-" ? undefined : resolve(io.cwd, out), io);
    return plan.refusals.length > 0 ? exitCodes.unknown : exitCodes.pass;
  } finally {
    database.close();
  }
}

function render(
  plan: SlimPlan,
  format: (typeof formats)[number],
  file: string | undefined,
  all: boolean,
  io: Io,
): string {
  if (format === "json") return slimJson(plan);
  const terminal = terminalOf(io.stdout, io.env);
  return slimTable(
    plan,
    file === undefined ? { ...terminal, all } : { ...terminal, colour: false, all: true },
  );
}
