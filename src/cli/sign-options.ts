import type { KeyObject } from "node:crypto";
import { resolve } from "node:path";
import type { Attested } from "../pipeline/attest.ts";
import type { Io } from "./command.ts";
import { imageOptions, usageError } from "./options.ts";
import { fileLimits, readNamedFile } from "./trust-files.ts";
import { writeOutput } from "./write-output.ts";

/** Options of the commands that sign. */
export const signOptions = {
  platform: imageOptions.platform,
  offline: imageOptions.offline,
  "insecure-registry": imageOptions["insecure-registry"],
  "registry-mirror": imageOptions["registry-mirror"],
  key: { type: "string" },
  bundle: { type: "string" },
  attach: { type: "boolean" },
  "cosign-tag": { type: "boolean" },
} as const;

/** The help of {@link signOptions}. */
export const signUsage = `      --key FILE         the private key in PEM (PKCS#8, or cosign's); its password is in COSIGN_PASSWORD; env://NAME takes
                         the key from a variable
      --bundle FILE      write the bundle there; - is the standard output
      --attach           attach it to the image in its registry, as a referrer; where the registry does not know these, by
                         the tag that stands for their list, and by cosign's
      --cosign-tag       by cosign's tag in any case: cosign 2 and what builds on it look there
      --platform OS/ARCH speak of the manifest of this platform, not of the index
      --offline          ask no registry but of this machine
      --insecure-registry HOST[:PORT]
                         allow plain HTTP and unverified TLS for this registry
      --registry-mirror DOMAIN=URL
                         ask this URL before the domain's own registry; may be given again
`;

/** The values of {@link signOptions} that say where it goes. */
export interface SignValues {
  readonly key?: string | undefined;
  readonly bundle?: string | undefined;
  readonly attach?: boolean | undefined;
}

/** The private key. @throws SeaworthyError `usage`, and as `readPrivateKey`. */
export async function signingKey(
  command: string,
  { key, bundle, attach }: SignValues,
  io: Io,
): Promise<KeyObject> {
  if (key === undefined) throw usageError(command, "--key is missing");
  if (bundle === undefined && attach !== true)
    throw usageError(command, "nothing would come of it: say --bundle or --attach");
  const { readPrivateKey } = await import("../trust/private-key.ts");
  return readPrivateKey(await keyText(command, key, io), key, io.env["COSIGN_PASSWORD"]);
}

/** Writes the bundle where it was asked for, and says what was done. @throws SeaworthyError `disk-failed`. */
export async function tellSigned(
  what: string,
  { subject, bundle, places }: Attested,
  { bundle: out }: SignValues,
  io: Io,
): Promise<void> {
  const loose = out === "-";
  if (out !== undefined)
    await writeOutput(new TextDecoder().decode(bundle), loose ? undefined : resolve(io.cwd, out), io);
  if (!loose) await writeOutput(`${[`${what} of ${subject}`, ...places].join("\n")}\n`, undefined, io);
}

async function keyText(command: string, key: string, io: Io): Promise<string> {
  const [, variable] = /^env:\/\/(\w+)$/.exec(key) ?? [];
  if (variable === undefined) return (await readNamedFile(key, fileLimits.key, io)).toString();
  const text = io.env[variable];
  if (text === undefined || text === "") throw usageError(command, `--key: ${variable} is not set`);
  return text;
}
