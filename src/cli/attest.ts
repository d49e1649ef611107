import { predicateTypeOf } from "../trust/predicate.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { openOptions, readArguments, usageError } from "./options.ts";
import { signingKey, signOptions, signUsage, tellSigned } from "./sign-options.ts";
import { fileLimits, readNamedFile } from "./trust-files.ts";

const options = { ...signOptions, type: { type: "string" }, predicate: { type: "string" } } as const;

const usage = `seaworthy attest IMAGE --type TYPE --predicate FILE --key FILE (--bundle FILE | --attach)

Says something of an image, signed: an in-toto statement in a sigstore bundle. Uploads to no log.

IMAGE  a reference, whose registry is asked, or an OCI layout (oci:PATH)

      --type TYPE        sbom-cyclonedx, sbom-spdx, scan (a report of scan --format json), verdict, or the URI of a predicate type
      --predicate FILE   what is said: JSON, which must be of its type and, where it names an image, about this one
${signUsage}
Exit codes: 0 done, 2 error. docs/cli.md tells all.
`;

/** `seaworthy attest`. */
export const command: Command = {
  name: "attest",
  summary: "sign an SBOM, a report or a verdict, and attach it to its image",
  usage,
  run,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("attest", args, options);
  const [reference, ...more] = positionals;
  if (reference === undefined || reference === "") throw usageError("attest", "the image is missing");
  if (more.length > 0) throw usageError("attest", `"${more[0]}" is one argument too many`);
  const { type, predicate } = values;
  if (type === undefined) throw usageError("attest", "--type is missing");
  if (predicate === undefined) throw usageError("attest", "--predicate is missing");
  const predicateType = predicateTypeOf(type);
  const { attestImage } = await import("../pipeline/attest.ts");
  const attested = await attestImage(reference, openOptions("attest", values, io), {
    predicateType,
    predicate: await readNamedFile(predicate, fileLimits.predicate, io),
    predicateName: predicate,
    key: await signingKey("attest", values, io),
    attach: values.attach === true,
    cosignTag: values["cosign-tag"] === true,
  });
  await tellSigned(predicateType, attested, values, io);
  return exitCodes.pass;
}
