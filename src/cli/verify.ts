import { type TrustDemand, type TrustState, trustState } from "../core/trust.ts";
import { type TrustReport, trustJson, trustTable } from "../reports/trust.ts";
import { predicateTypeOf } from "../trust/predicate.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { imageOptions, openOptions, outputs, readArguments, usageError } from "./options.ts";
import { tableOptions } from "./terminal.ts";
import { readAuthorities, readBundles, trustOptions, trustUsage } from "./trust-options.ts";
import { writeOutput } from "./write-output.ts";

const formats = ["table", "json"] as const;

const options = {
  platform: imageOptions.platform,
  offline: imageOptions.offline,
  "insecure-registry": imageOptions["insecure-registry"],
  "registry-mirror": imageOptions["registry-mirror"],
  format: { type: "string", short: "f", multiple: true },
  output: { type: "string", short: "o" },
  ...trustOptions,
  type: { type: "string", multiple: true },
} as const;

const usage = `seaworthy verify IMAGE --key FILE [OPTIONS]
seaworthy verify IMAGE --trusted-root FILE --certificate-identity NAME --certificate-oidc-issuer URL [OPTIONS]

Verifies the signatures and attestations of an image: cosign's tags, OCI referrers and sigstore bundles, beside the image in its
registry or OCI layout, or in files. Asks nobody but the registry.

IMAGE  a reference, whose registry is asked, or an OCI layout (oci:PATH)

${trustUsage}      --type TYPE        what must be there: signature (default), sbom-cyclonedx, sbom-spdx, scan, verdict, or the URI of a
                         predicate type; may be given again: each must
      --platform OS/ARCH what is signed may be the manifest of this platform instead of the index
  -f, --format FORMAT    table (default) or json; FORMAT=FILE writes a file; may be given again
  -o, --output FILE      write the format without a file there
      --offline          ask no registry but of this machine: an OCI layout, or REF@DIGEST and --bundle
      --insecure-registry HOST[:PORT]
                         allow plain HTTP and unverified TLS for this registry
      --registry-mirror DOMAIN=URL
                         ask this URL before the domain's own registry; may be given again

Exit codes: 0 verified, 1 invalid: there are some, and none is good, 2 error, 3 absent. docs/cli.md tells all.
`;

/** `seaworthy verify`. */
export const command: Command = {
  name: "verify",
  summary: "verify an image's signatures and attestations",
  usage,
  run,
};

const exits: Readonly<Record<TrustState, number>> = {
  verified: exitCodes.pass,
  invalid: exitCodes.fail,
  absent: exitCodes.unknown,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("verify", args, options);
  const [reference, ...more] = positionals;
  if (reference === undefined || reference === "") throw usageError("verify", "the image is missing");
  if (more.length > 0) throw usageError("verify", `"${more[0]}" is one argument too many`);
  const wanted = outputs("verify", values.format ?? [], formats, io, values.output);
  const demands = (values.type ?? ["signature"]).map(demandOf);
  const authorities = await readAuthorities("verify", values, io);
  const files = await readBundles(values.bundle ?? [], io);
  // sigstore's packages and zod are loaded when something is verified: the list of commands does without them.
  const { verifyImage } = await import("../pipeline/verify.ts");
  const { facts } = await verifyImage(reference, openOptions("verify", values, io), authorities, files);
  const report = { reference, facts, demands };
  for (const { format, file } of wanted) await writeOutput(render(report, format, file, io), file, io);
  return exits[trustState(facts, demands)];
}

function render(
  report: TrustReport,
  format: (typeof formats)[number],
  file: string | undefined,
  io: Io,
): string {
  return format === "json" ? trustJson(report) : trustTable(report, tableOptions(io, file, true));
}

function demandOf(text: string): TrustDemand {
  if (text === "signature") return { kind: "signature" };
  return { kind: "attestation", predicateType: predicateTypeOf(text) };
}
