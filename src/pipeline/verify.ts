import { openAttached } from "../images/attached.ts";
import type { OpenOptions } from "../images/source.ts";
import type { Authorities } from "../trust/authorities.ts";
import { gather } from "../trust/gather.ts";
import { type Verified, verifyFound } from "../trust/verify.ts";

/** Sigstore bundles of one file of the user's. */
export interface BundleFile {
  readonly name: string;
  readonly bundles: readonly Uint8Array[];
}

/** Finds and judges the signatures and attestations of an image, and those in the user's files. @throws SeaworthyError. */
export async function verifyImage(
  text: string,
  options: OpenOptions,
  authorities: Authorities,
  files: readonly BundleFile[],
): Promise<Verified> {
  const image = await openAttached(text, options);
  try {
    const found = await gather(image);
    const given = files.flatMap(({ name, bundles }) =>
      bundles.map((bytes) => ({
        kind: "bundle" as const,
        bytes,
        subjects: image.subjects,
        source: `bundle ${name}`,
      })),
    );
    return verifyFound({ ...found, materials: [...found.materials, ...given] }, authorities);
  } finally {
    await image.close();
  }
}
