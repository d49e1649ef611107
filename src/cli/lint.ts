import { SeaworthyError } from "../core/errors.ts";
import type { LintNote } from "../core/lint.ts";
import { type FileLint, lintFile, type ScriptJudge, unreadable } from "../pipeline/lint.ts";
import { fixFile } from "../pipeline/lint-fix.ts";
import { lintReport } from "../pipeline/lint-report.ts";
import { configNotes } from "../pipeline/lint-suppress.ts";
import type { LintConfig } from "../policy/lint-config.ts";
import { formatNames, lintFormats } from "../reports/formats.ts";
import { clean } from "../reports/terminal.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { findLintConfig } from "./lint-config-file.ts";
import { type LintInput, lintInputs } from "./lint-inputs.ts";
import { readScanned } from "./lint-scanned.ts";
import { failOn, outputs, readArguments, usageError } from "./options.ts";
import { rewriteFile } from "./rewrite-file.ts";
import { shellCheckJudge } from "./shellcheck.ts";
import { unifiedDiff } from "./unified-diff.ts";
import { formatOptions, formatUsage, readTemplate, writeFormats } from "./write-formats.ts";
import { writeOutput } from "./write-output.ts";

const options = {
  ...formatOptions,
  config: { type: "string", short: "c" },
  "fail-on": { type: "string" },
  fix: { type: "boolean" },
  "dry-run": { type: "boolean" },
  report: { type: "string" },
  "no-shellcheck": { type: "boolean" },
} as const;

const usage = `seaworthy lint [FILE...] [OPTIONS]

Says what is wrong with Dockerfiles, where, why, and which edit mends it. Rules: docs/checks/README.md.

FILE  a Dockerfile, a directory (all Dockerfiles in it), or - for the standard input.
      Without FILE ./Dockerfile or ./Containerfile.

${formatUsage(formatNames(lintFormats))}  -c, --config FILE      in the place of .hadolint.yaml, which is looked for as Hadolint does
      --fail-on SEVERITY critical, high, medium, low (default), negligible, any or never
      --fix              edit the files; of the standard input, print the result
      --dry-run          with --fix: print what would change, and change nothing
      --report FILE      a report of scan --format json: tell which lines brought its findings
      --no-shellcheck    do not run ShellCheck, which is else run where it is on PATH

Exit codes: 0 pass, 1 fail, 2 error, 3 unknown. docs/cli.md tells all.
`;

/** `seaworthy lint`. */
export const command: Command = {
  name: "lint",
  summary: "say what is wrong with a Dockerfile, and mend it",
  usage,
  run,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("lint", args, options);
  if (values["dry-run"] === true && values.fix !== true)
    throw usageError("lint", "--dry-run goes with --fix");
  const wanted = outputs("lint", values.format ?? [], formatNames(lintFormats), io, values.output);
  const template = await readTemplate("lint", values.template, wanted, io);
  const config = await findLintConfig(values.config, io);
  const bar = failOn("lint", values["fail-on"], config.noFail ? "never" : (config.failOn ?? "low"));
  const scanned = values.report === undefined ? undefined : await readScanned(values.report, io);
  const inputs = await lintInputs(positionals, io);
  if (values.fix === true) {
    const printed = await fixInputs(inputs, config, values["dry-run"] === true, io);
    if (printed) return exitCodes.pass;
  }
  const now = values.fix === true ? await lintInputs(positionals, io) : inputs;
  const judge = values["no-shellcheck"] === true ? undefined : shellCheckJudge(io.env);
  const files = await lintAll(now, config, judge);
  const notes = [
    ...configNotes(config),
    ...(judge === undefined && values["no-shellcheck"] !== true ? [noShellCheck] : []),
  ];
  const report = lintReport(files, bar, { notes, scanned });
  const sources = new Map(
    now.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text] as const])),
  );
  await writeFormats(report, lintFormats, wanted, { all: true, template, sources }, io);
  return exitCodes[report.verdict.decision];
}

const noShellCheck: LintNote = {
  file: null,
  line: null,
  message: "shellcheck is not on PATH: scripts are judged by the rules for Dockerfiles only",
};

async function lintAll(
  inputs: readonly LintInput[],
  config: LintConfig,
  judge: ScriptJudge | undefined,
): Promise<readonly FileLint[]> {
  const files: FileLint[] = [];
  for (const { name, text } of inputs)
    files.push(
      text === undefined
        ? unreadable(name, "the file is not UTF-8 text")
        : await lintFile(name, text, config, judge),
    );
  return files;
}

// True where the result is what was asked for: the text of the standard input, or a difference.
async function fixInputs(
  inputs: readonly LintInput[],
  config: LintConfig,
  dry: boolean,
  io: Io,
): Promise<boolean> {
  let printed = dry;
  for (const { name, path, text } of inputs) {
    if (text === undefined) {
      // A report in the place of the text would be taken for it.
      if (path === undefined) throw new SeaworthyError("malformed", `mend "${name}": it is not UTF-8 text`);
      continue;
    }
    const fixed = await fixFile(name, text, config);
    if (dry) await printText(unifiedDiff(name, text, fixed.text), io);
    else if (path === undefined) {
      await printText(fixed.text, io);
      printed = true;
    } else if (fixed.text !== text) await rewriteFile(path, fixed.text);
    if (!dry)
      io.stderr.write(
        `${clean(name)}: ${fixed.mended.length} finding${fixed.mended.length === 1 ? "" : "s"} mended\n`,
      );
  }
  return printed;
}

/** Prints text of files: as it is, but where a terminal would obey what stands in it. */
async function printText(text: string, io: Io): Promise<void> {
  const shown = io.stdout.isTTY === true ? text.replaceAll(/[^\n\t]+/g, clean) : text;
  await writeOutput(shown, undefined, io);
}
