import type { PolicyReading } from "../policy/load.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { readArguments, usageError } from "./options.ts";
import { policyFileOf, policySources } from "./policy-file.ts";

const usage = `seaworthy policy check [FILE|PRESET]
seaworthy policy show [FILE|PRESET]
seaworthy policy explain [FILE|PRESET] [--report REPORT]
seaworthy policy test [FILE|PRESET] [--cases FILE]
seaworthy policy diff OLD NEW REPORT...
seaworthy policy schema

FILE is seaworthy.yaml or .seaworthy/policy.yaml when nothing is named, else the preset recommended.
PRESET is starter, recommended, strict or distroless. docs/policy.md tells what a policy may say.

  check    say all that is wrong with a policy, each with file, line, column and what was expected
  show     the policy with all that it extends, as one file
  explain  each rule in words; with --report what each says of that image, and why
  test     judge the cases of seaworthy.test.yaml beside the policy, and compare
  diff     which of the reports (scan --format json) another policy would decide otherwise, and by which rules
  schema   the JSON Schema of a policy, for editors

Exit codes: 0 well, 1 a case fails or a decision changes, 2 error or invalid policy.
`;

/** `seaworthy policy`. */
export const command: Command = {
  name: "policy",
  summary: "check, show, explain, test and compare policies",
  usage,
  run,
};

const options = { report: { type: "string" }, cases: { type: "string" } } as const;

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("policy", args, options);
  const [action, ...rest] = positionals;
  if (values.report !== undefined && action !== "explain")
    throw usageError("policy", "--report is an option of policy explain");
  if (values.cases !== undefined && action !== "test")
    throw usageError("policy", "--cases is an option of policy test");
  if (action !== "diff" && rest.length > 1)
    throw usageError("policy", `"${rest[1]}" is one argument too many`);
  const name = rest[0] ?? policyFileOf(io) ?? "recommended";
  switch (action) {
    case "check":
      return check(name, io);
    case "show":
      return show(name, io);
    case "explain": {
      const { explain } = await import("./policy-explain.ts");
      return explain(name, values.report, io);
    }
    case "test": {
      const { testPolicy } = await import("./policy-test.ts");
      return testPolicy(name, values.cases, io);
    }
    case "diff": {
      const { diff } = await import("./policy-diff.ts");
      return diff(rest, io);
    }
    case "schema":
      return schema(io);
    default:
      throw usageError(
        "policy",
        `name one of check, show, explain, test, diff, schema, not "${action ?? ""}"`,
      );
  }
}

async function check(name: string, io: Io): Promise<number> {
  const { readPolicy, problemText } = await import("../policy/load.ts");
  const { clean } = await import("../reports/terminal.ts");
  const reading: PolicyReading = await readPolicy(name, await policySources(io));
  if ("problems" in reading) {
    for (const problem of reading.problems) io.stdout.write(`${clean(problemText(problem))}\n`);
    return exitCodes.error;
  }
  const { policy, sources } = reading.loaded;
  const rules = policy.rules.length === 1 ? "1 rule" : `${policy.rules.length} rules`;
  io.stdout.write(`${clean(name)}: valid, ${rules}, made of ${clean(sources.join(", "))}\n`);
  return exitCodes.pass;
}

async function show(name: string, io: Io): Promise<number> {
  const { loadPolicy } = await import("../policy/load.ts");
  const { policyText } = await import("../policy/document.ts");
  const { policy } = await loadPolicy(name, await policySources(io));
  io.stdout.write(policyText(policy));
  return exitCodes.pass;
}

async function schema(io: Io): Promise<number> {
  const { policySchema } = await import("../policy/policy-shape.ts");
  io.stdout.write(`${JSON.stringify(policySchema, null, 2)}\n`);
  return exitCodes.pass;
}
