import { parseUniqueJson } from "../formats/unique-json.ts";
import type { BundleFile } from "../pipeline/verify.ts";
import type { Authorities, CertificateAuthority } from "../trust/authorities.ts";
import type { Io } from "./command.ts";
import { usageError } from "./options.ts";
import { fileLimits, readNamedFile } from "./trust-files.ts";

/** Options of whom the user trusts, and of signatures that are in files. */
export const trustOptions = {
  key: { type: "string", multiple: true },
  "trusted-root": { type: "string", multiple: true },
  "certificate-identity": { type: "string", multiple: true },
  "certificate-identity-glob": { type: "string", multiple: true },
  "certificate-oidc-issuer": { type: "string" },
  bundle: { type: "string", multiple: true },
} as const;

/** The help of {@link trustOptions}. */
export const trustUsage = `      --key FILE         a public key in PEM; may be given again: any of them will do
      --trusted-root FILE
                         who vouches for certificates, logs and times (trusted_root.json); may be given again
      --certificate-identity NAME
                         the signer's e-mail address or URI, to the letter; may be given again
      --certificate-identity-glob PATTERN
                         the same with * (no /) and ** (anything); it must fit the whole
      --certificate-oidc-issuer URL
                         who vouched for the signer
      --bundle FILE      a sigstore bundle, or one a line; may be given again
`;

/** The values of {@link trustOptions}. */
export interface TrustValues {
  readonly key?: readonly string[] | undefined;
  readonly "trusted-root"?: readonly string[] | undefined;
  readonly "certificate-identity"?: readonly string[] | undefined;
  readonly "certificate-identity-glob"?: readonly string[] | undefined;
  readonly "certificate-oidc-issuer"?: string | undefined;
  readonly bundle?: readonly string[] | undefined;
}

/** Does a command line ask for signatures? */
export function asksTrust(values: TrustValues): boolean {
  return Object.keys(trustOptions).some((name) => Object.hasOwn(values, name));
}

/** Whom the user trusts. @throws SeaworthyError `usage`, and what is wrong with the files. */
export async function readAuthorities(command: string, values: TrustValues, io: Io): Promise<Authorities> {
  const { readPublicKeys } = await import("../trust/public-key.ts");
  const keys = await Promise.all(
    (values.key ?? []).map(async (path) =>
      readPublicKeys((await readNamedFile(path, fileLimits.key, io)).toString(), path),
    ),
  );
  const certificates = await certificateAuthorities(command, values, io);
  if (keys.length === 0 && certificates.length === 0)
    throw usageError(
      command,
      "nobody is trusted: give --key, or --trusted-root with an identity and an issuer",
    );
  return { keys: keys.flat(), certificates };
}

async function certificateAuthorities(
  command: string,
  values: TrustValues,
  io: Io,
): Promise<readonly CertificateAuthority[]> {
  const roots = values["trusted-root"] ?? [];
  if (values["certificate-identity"]?.includes("") === true)
    throw usageError(command, "--certificate-identity is empty");
  const { exactIdentity, globIdentity } = await import("../trust/identity.ts");
  const identities = [
    ...(values["certificate-identity"] ?? []).map(exactIdentity),
    ...(values["certificate-identity-glob"] ?? []).map(globIdentity),
  ];
  const issuer = values["certificate-oidc-issuer"];
  const given = [roots.length > 0, identities.length > 0, issuer !== undefined && issuer !== ""];
  if (!given.includes(true)) return [];
  if (given.includes(false) || issuer === undefined)
    throw usageError(
      command,
      "--trusted-root, --certificate-identity and --certificate-oidc-issuer go together: a certificate says who signed, " +
        "and everybody can get one",
    );
  const [{ readTrustedRoot }, { splitDocuments }] = await Promise.all([
    import("../trust/trusted-root.ts"),
    import("../trust/json-lines.ts"),
  ]);
  const read = await Promise.all(
    roots.map(async (path) => {
      const text = (await readNamedFile(path, fileLimits.root, io)).toString();
      return splitDocuments(text, `trusted root "${path}"`).map((json) =>
        readTrustedRoot(parseUniqueJson(Buffer.from(json), `trusted root "${path}"`), path),
      );
    }),
  );
  return read.flat().map((root) => ({ root, identities, issuer }));
}

/** The bundles in the files that the user named. @throws SeaworthyError `usage`, `malformed`. */
export async function readBundles(paths: readonly string[], io: Io): Promise<readonly BundleFile[]> {
  const { splitDocuments } = await import("../trust/json-lines.ts");
  return Promise.all(
    paths.map(async (name) => {
      const text = (await readNamedFile(name, fileLimits.predicate, io)).toString();
      return { name, bundles: splitDocuments(text, `bundle "${name}"`).map((json) => Buffer.from(json)) };
    }),
  );
}
