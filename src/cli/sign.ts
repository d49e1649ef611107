import { type Command, exitCodes, type Io } from "./command.ts";
import { openOptions, readArguments, usageError } from "./options.ts";
import { signingKey, signOptions, signUsage, tellSigned } from "./sign-options.ts";

const usage = `seaworthy sign IMAGE --key FILE (--bundle FILE | --attach)

Signs an image, as cosign 3 does: an in-toto statement in a sigstore bundle. Uploads to no log.

IMAGE  a reference, whose registry is asked, or an OCI layout (oci:PATH)

${signUsage}
Exit codes: 0 done, 2 error. docs/cli.md tells all.
`;

/** `seaworthy sign`. */
export const command: Command = {
  name: "sign",
  summary: "sign an image with a key",
  usage,
  run,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments("sign", args, signOptions);
  const [reference, ...more] = positionals;
  if (reference === undefined || reference === "") throw usageError("sign", "the image is missing");
  if (more.length > 0) throw usageError("sign", `"${more[0]}" is one argument too many`);
  const { signImage } = await import("../pipeline/attest.ts");
  const signed = await signImage(reference, openOptions("sign", values, io), {
    key: await signingKey("sign", values, io),
    attach: values.attach === true,
    cosignTag: values["cosign-tag"] === true,
  });
  await tellSigned("signature", signed, values, io);
  return exitCodes.pass;
}
