import type { Facts } from "../core/report.ts";
import { platformText } from "../reports/json.ts";
import type { Io } from "./command.ts";
import { type ImageValues, openOptions } from "./options.ts";
import { asksTrust, readAuthorities, readBundles, type TrustValues } from "./trust-options.ts";
import type { VexText } from "./vex-sources.ts";

/** Verifies the signatures of a scanned image, which is found by one of these references. */
export type TrustCheck = (
  facts: Facts,
  references: readonly string[],
) => Promise<{ readonly facts: Facts; readonly attested: readonly VexText[] }>;

/** Reads whom the user trusts, once; undefined: nobody asks. @throws SeaworthyError `usage`, and what is wrong with the files. */
export async function trustCheck(
  command: string,
  values: TrustValues & ImageValues,
  io: Io,
): Promise<TrustCheck | undefined> {
  if (!asksTrust(values)) return undefined;
  const authorities = await readAuthorities(command, values, io);
  const files = await readBundles(values.bundle ?? [], io);
  const options = openOptions(command, values, io);
  // sigstore's packages are loaded when something is verified.
  const [{ verifyImage }, { verifyDigest, withTrust }] = await Promise.all([
    import("../pipeline/verify.ts"),
    import("../pipeline/trust.ts"),
  ]);
  return async (facts, references) => {
    const { digest, platform } = facts.image;
    const text = platformText(platform);
    const asked = options.platform ?? (text.includes("/") ? text : undefined);
    const verified = await verifyDigest(digest, references, (reference) =>
      verifyImage(reference, { ...options, platform: asked }, authorities, files),
    );
    return withTrust(facts, verified);
  };
}
