import { formatNames, scanFormats, setFormats } from "../reports/formats.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { imageUsage, judgedDay, outputs, readArguments, usageError } from "./options.ts";
import { baselineUsage } from "./scan-baseline.ts";
import { currencyUsage, refuseCurrencyValues } from "./scan-currency.ts";
import { sampleImage } from "./scan-image.ts";
import { type JudgedBy, type JudgeValues, judgeImage, judgeOptions, readJudgement } from "./scan-judge.ts";
import type { SetRequest } from "./scan-k8s.ts";
import { suppressUsage } from "./scan-suppress.ts";
import { trustUsage } from "./trust-options.ts";
import { formatOptions, formatUsage, readTemplate, writeFormats } from "./write-formats.ts";

const options = {
  ...judgeOptions,
  ...formatOptions,
  all: { type: "boolean" },
  "no-scan": { type: "boolean" },
  values: { type: "string", multiple: true },
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
${suppressUsage}${baselineUsage}      the image's signatures and attestations are verified where one of these says whom to trust:
${trustUsage}      --values FILE      with k8s: values for charts, as helm's; may be given again
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
  const by = await readJudgement("scan", values, { signatures: true }, io);
  const today = judgedDay("scan", values, io);
  const reference = given ?? (await sampleImage(io));
  const image = { reference, name: reference, signedAs: [reference], today };
  const report = await judgeImage("scan", image, by, values, io);
  await writeFormats(report, scanFormats, wanted, { all: values.all === true, template }, io);
  return exitCodes[report.verdict.decision];
}

async function runK8s(places: readonly string[], values: ScanValues, io: Io): Promise<number> {
  if (values.dockerfile !== undefined)
    throw usageError("scan", "--dockerfile speaks of one image, scan k8s of many");
  refuseCurrencyValues("scan", values, "speaks of one image, scan k8s of many");
  const { scanK8s } = await import("./scan-k8s.ts");
  const wanted = outputs("scan", values.format ?? [], formatNames(setFormats), io, values.output);
  if (values.baseline !== undefined)
    throw usageError("scan", "--baseline speaks of one image, scan k8s of many");
  if (values.bundle !== undefined) throw usageError("scan", "--bundle speaks of one image, scan k8s of many");
  const by = await readJudgement("scan", values, { signatures: true }, io);
  const request = {
    places,
    values,
    chartValues: values.values ?? [],
    by,
    settle: setSettle(by),
    outputs: wanted,
    template: await readTemplate("scan", values.template, wanted, io),
    all: values.all === true,
    listOnly: values["no-scan"] === true,
  };
  return scanK8s(request, io);
}

// Signatures of an image are those beside its name in the registry: the cluster pulls it from there.
function setSettle({ settle, trust }: JudgedBy): SetRequest["settle"] {
  if (trust === undefined)
    return settle === undefined ? undefined : (facts, places) => settle(facts, places, []);
  return async (found, places) => {
    const { facts, attested } = await trust(found, [`registry:${found.image.reference}`]);
    return settle === undefined ? facts : settle(facts, places, attested);
  };
}

interface ScanValues extends JudgeValues {
  readonly format?: readonly string[] | undefined;
  readonly output?: string | undefined;
  readonly template?: string | undefined;
  readonly all?: boolean | undefined;
  readonly "no-scan"?: boolean | undefined;
  readonly values?: readonly string[] | undefined;
}
