import { SeaworthyError } from "../core/errors.ts";
import { sha256Digest } from "../formats/digest.ts";
import { isRecord, list, parseJson, record } from "../formats/shape.ts";
import type { AttachedImage, Destination } from "../images/attached-image.ts";
import {
  type Attachment,
  bundleAttachment,
  type CosignLayer,
  cosignAttachment,
  referrersIndex,
  type Subject,
} from "../trust/attachment.ts";
import { cosignTag } from "../trust/gather.ts";

/** Something signed, in the forms in which it can hang on an image. */
export interface Signed {
  /** The digest of the image that it is about. */
  readonly digest: string;
  readonly bundle: Uint8Array;
  readonly predicateType: string;
  /** What goes under cosign's tag. */
  readonly cosign: CosignLayer & { readonly suffix: "sig" | "att" };
}

/**
 * Attaches to an image in its registry: as a referrer, and where the registry does not know these, by the tag that stands for
 * their list and by cosign's; by cosign's in any case with `always`. Answers the places. @throws SeaworthyError.
 */
export async function attachSigned(
  image: AttachedImage,
  { digest, bundle, predicateType, cosign }: Signed,
  always: boolean,
): Promise<readonly string[]> {
  const { destination } = image;
  if (destination === undefined)
    throw new SeaworthyError("usage", `attach to "${digest}": that can be done in a registry only`, {
      hint: "write a bundle with --bundle FILE",
    });
  const referrer = bundleAttachment(bundle, predicateType, await subjectOf(image, digest));
  const { listed } = await push(destination, referrer);
  const places = [`referrer ${sha256Digest(referrer.manifest)}`];
  if (!listed) {
    // What others push at the same time may be lost: a tag has no other way.
    const tag = digest.replace(":", "-");
    const before = entriesOf(await destination.tagged(tag));
    await push(destination, referrersIndex(before, referrer, predicateType), tag);
    places.push(`tag ${tag}`);
  }
  if (!listed || always) {
    const tag = cosignTag(digest, cosign.suffix);
    await push(destination, cosignAttachment(await destination.tagged(tag), cosign), tag);
    places.push(`tag ${tag}`);
  }
  return places;
}

async function push(
  destination: Destination,
  { blobs, manifest, mediaType }: Attachment,
  tag?: string,
): Promise<{ readonly listed: boolean }> {
  for (const blob of blobs) await destination.putBlob(blob);
  return destination.putManifest(manifest, mediaType, tag);
}

async function subjectOf(image: AttachedImage, digest: string): Promise<Subject> {
  const bytes = image.manifests.get(digest) ?? (await image.manifest(digest));
  const document = record(parseJson(new TextDecoder().decode(bytes), "manifest"), "manifest");
  const kind = document["manifests"] === undefined ? "manifest" : "index";
  const stated = document["mediaType"];
  const mediaType = typeof stated === "string" ? stated : `application/vnd.oci.image.${kind}.v1+json`;
  return { mediaType, digest, size: bytes.length };
}

function entriesOf(index: Uint8Array | undefined): readonly object[] {
  if (index === undefined) return [];
  const what = "list of referrers";
  const whole = record(parseJson(new TextDecoder().decode(index), what), what);
  return list(whole["manifests"], `${what}.manifests`).filter(isRecord);
}
