import { resolve } from "node:path";
import { attestImage } from "../pipeline/attest.ts";
import { predicateTypeOf } from "../trust/predicate.ts";
import { readPrivateKey } from "../trust/private-key.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { imageOptions, openOptions, readArguments, usageError } from "./options.ts";
import { fileLimits, readNamedFile } from "./trust-files.ts";
import { writeOutput } from "./write-output.ts";

const options = {
  platform: imageOptions.platform,
  offline: imageOptions.offline,
  "insecure-registry": imageOptions["insecure-registry"],
  "registry-mirror": imageOptions["registry-mirror"],
  type: { type: "string" },
  predicate: { type: "string" },
  key: { type: "string" },
  bundle: { type: "string" },
  attach: { type: "boolean" },
  "cosign-tag": { type: "boolean" },
} as const;

const usage = `seaworthy attest IMAGE --type TYPE --predicate FILE --key FILE (--bundle FILE | --attach)

Says something of an image, signed: an in-toto statement in a sigstore bundle. Uploads to no log.

IMAGE  a reference, whose registry is asked, or an OCI layout (oci:PATH)

      --type TYPE        sbom-cyclonedx, sbom-spdx, scan (a report of scan --format json), verdict, or the URI of a predicate type
      --predicate FILE   what is said: JSON, which must be of its type and, where it names an image, about this one
      --key FILE         the private key in PEM (PKCS#8, or cosign's); its password is in COSIGN_PASSWORD; env://NAME takes
                         the key from a variable
      --bundle FILE      write the bundle there; - is the standard output
      --attach           attach it to the image in its registry, as a referrer; where the registry does not know these, by
                         the tags that stand for them, and by cosign's tag .att
      --cosign-tag       by cosign's tag .att in any case: cosign 2 and what builds on it look there
      --platform OS/ARCH speak of the manifest of this platform, not of the index
      --offline          ask no registry but of this machine
      --insecure-registry HOST[:PORT]
                         allow plain HTTP and unverified TLS for this registry
      --registry-mirror DOMAIN=URL
                         ask this URL before the domain's own registry; may be given again

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
  const { bundle: out, attach = false } = values;
  const { type, predicate, key } = required(values);
  if (out === undefined && !attach)
    throw usageError("attest", "nothing would come of it: say --bundle or --attach");
  const request = {
    predicateType: predicateTypeOf(type),
    predicate: await readNamedFile(predicate, fileLimits.predicate, io),
    predicateName: predicate,
    key: readPrivateKey(await keyText(key, io), key, io.env["COSIGN_PASSWORD"]),
    attach,
    cosignTag: values["cosign-tag"] === true,
  };
  const attested = await attestImage(reference, openOptions("attest", values, io), request);
  const loose = out === "-";
  if (out !== undefined)
    await writeOutput(attested.bundle.toString(), loose ? undefined : resolve(io.cwd, out), io);
  const lines = [`${request.predicateType} of ${attested.subject}`, ...attested.places];
  if (!loose) await writeOutput(`${lines.join("\n")}\n`, undefined, io);
  return exitCodes.pass;
}

interface Values {
  readonly type?: string | undefined;
  readonly predicate?: string | undefined;
  readonly key?: string | undefined;
}

function required({ type, predicate, key }: Values): {
  readonly type: string;
  readonly predicate: string;
  readonly key: string;
} {
  if (type === undefined) throw usageError("attest", "--type is missing");
  if (predicate === undefined) throw usageError("attest", "--predicate is missing");
  if (key === undefined) throw usageError("attest", "--key is missing");
  return { type, predicate, key };
}

async function keyText(key: string, io: Io): Promise<string> {
  const [, variable] = /^env:\/\/(\w+)$/.exec(key) ?? [];
  if (variable === undefined) return (await readNamedFile(key, fileLimits.key, io)).toString();
  const text = io.env[variable];
  if (text === undefined || text === "") throw usageError("attest", `--key: ${variable} is not set`);
  return text;
}
