import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import type { Report } from "../core/report.ts";
import { applyVex, type VexSubject } from "../policy/vex/apply.ts";
import { openvexReport } from "../reports/openvex.ts";
import {
  type VexCheck,
  vexCheckJson,
  vexCheckText,
  vexStatementsJson,
  vexStatementsText,
} from "../reports/vex-statements.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { oneFormat, readArguments, usageError } from "./options.ts";
import { terminalOf } from "./terminal.ts";
import { loadVex } from "./vex-sources.ts";
import { writeOutput } from "./write-output.ts";

const options = {
  report: { type: "string" },
  format: { type: "string", short: "f" },
  output: { type: "string", short: "o" },
  author: { type: "string" },
  role: { type: "string" },
} as const;

const usage = `seaworthy vex check SOURCE... --report REPORT.json [OPTIONS]
seaworthy vex show FILE...
seaworthy vex write --report REPORT.json --author WHO [OPTIONS]

check   says what each VEX statement does to a saved report (scan --format json): matched, near (and what keeps it from matching),
        unmatched (and why)
show    says how documents are read
write   writes the report as an OpenVEX document

SOURCE  a file, a directory of *.json, or repo:PATH, a VEX repository as directory, tar or zip

      --report FILE      the report
  -f, --format FORMAT    of check and show: table (default) or json
  -o, --output FILE      write there
      --author WHO       of write: who answers for the document
      --role TEXT        of write: what the author is

Exit codes of check: 0 every statement that speaks of a flaw of the image matches or speaks of something else, 1 one nearly matches or
none does, 2 error. Of show and write: 0, 2 error. docs/vex.md tells how products are compared.
`;

/** `seaworthy vex`. */
export const command: Command = {
  name: "vex",
  summary: "say what VEX documents do to a report, or write one",
  usage,
  run,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("vex", args, options);
  const [action, ...sources] = positionals;
  switch (action) {
    case "check":
      return check(sources, values, io);
    case "show":
      return show(sources, values, io);
    case "write":
      return write(sources, values, io);
    default:
      throw usageError(
        "vex",
        action === undefined ? "say check, show or write" : `"${action}" is neither check nor show nor write`,
      );
  }
}

interface Values {
  readonly report?: string | undefined;
  readonly format?: string | undefined;
  readonly output?: string | undefined;
  readonly author?: string | undefined;
  readonly role?: string | undefined;
}

async function check(sources: readonly string[], values: Values, io: Io): Promise<number> {
  if (sources.length === 0) throw usageError("vex", "name the VEX documents to check");
  const format = oneFormat("vex", values.format, ["table", "json"] as const);
  const subject = subjectOf(await savedReport(values, io));
  const { statements, notes } = await loadVex(sources, [], subject, io);
  const { states, suppressed, elsewhere, notes: more } = applyVex(subject, statements);
  const found: VexCheck = {
    states,
    elsewhere,
    suppressed: suppressed.length,
    findings: subject.findings.length,
    notes: [...notes, ...more],
  };
  await print(
    format === "json" ? vexCheckJson(found) : vexCheckText(found, terminalOf(io.stdout, io.env)),
    values,
    io,
  );
  const sound =
    states.some(({ state }) => state === "matched") && !states.some(({ state }) => state === "near");
  return sound ? exitCodes.pass : exitCodes.fail;
}

// What exceptions and other statements suppress was found all the same.
function subjectOf(report: Report): VexSubject {
  const { image, packages } = report;
  const findings: readonly Finding[] = [
    ...report.findings,
    ...report.suppressed.map((one): Finding => {
      const { suppression: _, ...finding } = one;
      return finding;
    }),
  ];
  const digests = image.digest === null ? [] : [image.digest];
  return { image: { references: [image.reference], digests, platform: image.platform }, packages, findings };
}

async function show(sources: readonly string[], values: Values, io: Io): Promise<number> {
  if (sources.length === 0) throw usageError("vex", "name the VEX documents to show");
  const format = oneFormat("vex", values.format, ["table", "json"] as const);
  const nowhere = {
    image: { references: [], digests: [], platform: { os: "", architecture: "" } },
    packages: [],
    findings: [],
  };
  const repository = sources.find((source) => source.startsWith("repo:"));
  if (repository !== undefined)
    throw usageError("vex", `show reads documents, not a repository: "${repository}"`);
  const { statements, notes } = await loadVex(sources, [], nowhere, io);
  const text =
    format === "json"
      ? vexStatementsJson(statements, notes)
      : vexStatementsText(statements, notes, terminalOf(io.stdout, io.env));
  await print(text, values, io);
  return exitCodes.pass;
}

async function write(more: readonly string[], values: Values, io: Io): Promise<number> {
  const { author, role } = values;
  if (more.length > 0) throw usageError("vex", `"${more[0]}" is one argument too many`);
  if (author === undefined || author.trim() === "")
    throw usageError("vex", "--author is missing: who answers for it?");
  const report = await savedReport(values, io);
  await print(openvexReport(report, { author, role }), values, io);
  return exitCodes.pass;
}

async function savedReport({ report }: Values, io: Io): Promise<Report> {
  if (report === undefined)
    throw usageError("vex", "--report is missing: a file that scan --format json wrote");
  const { readReport } = await import("../reports/read-json.ts");
  const text = await readFile(resolve(io.cwd, report), "utf8").catch((thrown: unknown) => {
    throw new SeaworthyError("usage", `read report "${report}": ${messageOf(thrown)}`, { cause: thrown });
  });
  return readReport(text, report);
}

function print(text: string, { output }: Values, io: Io): Promise<void> {
  return writeOutput(text, output === undefined || output === "-" ? undefined : resolve(io.cwd, output), io);
}
