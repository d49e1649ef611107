import { judgedReport, scanFacts } from "../pipeline/scan.ts";
import type { LoadedPolicy } from "../policy/load.ts";
import { settingsOver } from "../policy/settle.ts";
import { formatNames, scanFormats, setFormats } from "../reports/formats.ts";
import { checkSettings } from "./check-options.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import {
  failOn,
  imageOptions,
  imageUsage,
  judgedDay,
  outputs,
  readArguments,
  usageError,
} from "./options.ts";
import { projectPolicy } from "./policy-file.ts";
import { baselineOptions, baselineUsage, besideBaseline } from "./scan-baseline.ts";
import {
  askAbroad,
  type CurrencyValues,
  checkCurrencyValues,
  currencyOptions,
  currencyUsage,
  refuseCurrencyValues,
} from "./scan-currency.ts";
import { prepare, sampleImage } from "./scan-image.ts";
import { type SuppressValues, settler, suppressOptions, suppressUsage } from "./scan-suppress.ts";
import { formatOptions, formatUsage, readTemplate, writeFormats } from "./write-formats.ts";

const options = {
  ...imageOptions,
  ...formatOptions,
  all: { type: "boolean" },
  policy: { type: "string" },
  "fail-on": { type: "string" },
  "only-fixed": { type: "boolean" },
  check: { type: "string", multiple: true },
  "require-owned-executables": { type: "boolean" },
  ...suppressOptions,
  ...baselineOptions,
  "no-scan": { type: "boolean" },
  values: { type: "string", multiple: true },
  ...currencyOptions,
} as const;

const usage = `seaworthy scan [IMAGE] [OPTIONS]
seaworthy scan k8s [DIR|FILE|-]... [OPTIONS]

Takes an image apart layer by layer, says what is in it and what is wrong with it, and gives a verdict.

IMAGE  docker-archive:FILE[:TAG]  oci:DIR_OR_TAR[:TAG]  oci-archive:FILE  dir:ROOT  docker:REF  podman:REF
       containerd:REF  registry:REF, or a file, directory or reference without scheme.
       Without IMAGE a sample image is made from old npm packages and scanned.
k8s    finds the images that manifests, charts, kustomizations and Compose files name (default: below the current
       directory), scans each once and gives one verdict. An image of that name is registry:k8s.

${formatUsage(formatNames(scanFormats))}      --all              show long lists whole
      --policy FILE|PRESET
                         what refuses an image; default: seaworthy.yaml or .seaworthy/policy.yaml, else the preset
                         recommended (others: starter, strict, distroless); the options below go before it
      --fail-on SEVERITY critical, high (default), medium, low, negligible, any or never
      --only-fixed       fail only on findings that a version mends
      --check ID=SEVERITY|off
                         how bad a check's findings are, or that it makes none; may be given again
      --check ID.OPTION=VALUE
                         what a check goes by (10MB, 30d, 95%, a,b; docs/checks)
      --require-owned-executables
                         executables that no package claims make the verdict unknown
${suppressUsage}${baselineUsage}      --values FILE      with k8s: values for charts, as helm's; may be given again
      --no-scan          with k8s: list the images and judge only how they are named
${currencyUsage}${imageUsage}
Exit codes: 0 pass, 1 fail, 2 error, 3 unknown. docs/cli.md tells all.
`;

/** `seaworthy scan`. */
export const command: Command = {
  name: "scan",
  summary: "take an image apart and give a verdict",
  usage,
  run,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("scan", args, options);
  const [given, ...more] = positionals;
  if (given === "k8s") return runK8s(more, values, io);
  if (values["no-scan"] === true) throw usageError("scan", "--no-scan is an option of scan k8s");
  if (values.values !== undefined) throw usageError("scan", "--values is an option of scan k8s");
  if (more.length > 0) throw usageError("scan", `"${more[0]}" is one argument too many`);
  if (given === "") throw usageError("scan", "the image reference is empty");
  const wanted = outputs("scan", values.format ?? [], formatNames(scanFormats), io, values.output);
  const template = await readTemplate("scan", values.template, wanted, io);
  const { policy, expressions } = await policyOf(values, io);
  const settle = await settler(values, [], policy, io);
  const today = judgedDay("scan", values, io);
  checkCurrencyValues("scan", values);
  const reference = given ?? (await sampleImage(io));
  const { indexed, database, dockerfile } = await prepare("scan", reference, values, io);
  try {
    const answers = await askAbroad("scan", indexed, dockerfile, values, io);
    const found = scanFacts(indexed, { database, policy, today, answers });
    const settled = settle === undefined ? found : await settle(found, []);
    const facts = await besideBaseline(settled, values.baseline, { database, policy, today }, values, io);
    const report = judgedReport(facts, { policy, expressions });
    await writeFormats(report, scanFormats, wanted, { all: values.all === true, template }, io);
    return exitCodes[report.verdict.decision];
  } finally {
    database.close();
  }
}

async function runK8s(places: readonly string[], values: ScanValues, io: Io): Promise<number> {
  if (values.dockerfile !== undefined)
    throw usageError("scan", "--dockerfile speaks of one image, scan k8s of many");
  refuseCurrencyValues("scan", values, "speaks of one image, scan k8s of many");
  const { scanK8s } = await import("./scan-k8s.ts");
  const wanted = outputs("scan", values.format ?? [], formatNames(setFormats), io, values.output);
  if (values.baseline !== undefined)
    throw usageError("scan", "--baseline speaks of one image, scan k8s of many");
  const by = await policyOf(values, io);
  const request = {
    places,
    values,
    chartValues: values.values ?? [],
    by,
    settle: await settler(values, [], by.policy, io),
    outputs: wanted,
    template: await readTemplate("scan", values.template, wanted, io),
    all: values.all === true,
    listOnly: values["no-scan"] === true,
  };
  return scanK8s(request, io);
}

interface ScanValues extends CurrencyValues, SuppressValues {
  readonly baseline?: string | undefined;
  readonly format?: readonly string[] | undefined;
  readonly output?: string | undefined;
  readonly template?: string | undefined;
  readonly all?: boolean | undefined;
  readonly policy?: string | undefined;
  readonly "fail-on"?: string | undefined;
  readonly "only-fixed"?: boolean | undefined;
  readonly check?: readonly string[] | undefined;
  readonly "require-owned-executables"?: boolean | undefined;
  readonly "no-scan"?: boolean | undefined;
  readonly values?: readonly string[] | undefined;
}

// What the command line says goes before the policy's file.
async function policyOf(values: ScanValues, io: Io): Promise<LoadedPolicy> {
  const asked = failOn("scan", values["fail-on"], undefined);
  const settings = checkSettings("scan", values.check ?? []);
  const loaded = await projectPolicy(values.policy, io);
  const { policy } = loaded;
  return {
    ...loaded,
    policy: {
      ...policy,
      failOn: asked ?? policy.failOn,
      onlyFixed: values["only-fixed"] ?? policy.onlyFixed,
      unownedExecutables:
        values["require-owned-executables"] === true ? "unknown" : policy.unownedExecutables,
      checks: settingsOver(policy.checks, settings),
    },
  };
}
