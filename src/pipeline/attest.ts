import { createHash, type KeyObject } from "node:crypto";
import { SeaworthyError } from "../core/errors.ts";
import { isRecord, list, parseJson, record } from "../formats/shape.ts";
import { parseUniqueJson } from "../formats/unique-json.ts";
import { openAttached } from "../images/attached.ts";
import type { AttachedImage, Destination } from "../images/attached-image.ts";
import type { OpenOptions } from "../images/source.ts";
import {
  type Attachment,
  bundleAttachment,
  cosignAttachment,
  referrersIndex,
  type Subject,
} from "../trust/attachment.ts";
import { cosignTag } from "../trust/gather.ts";
import { checkPredicate } from "../trust/predicate.ts";
import { type SignedStatement, signStatement } from "../trust/sign.ts";
import { writeStatement } from "../trust/statement.ts";

/** What is to be said of an image, and by whom. */
export interface AttestRequest {
  readonly predicateType: string;
  /** JSON. */
  readonly predicate: Uint8Array;
  /** What the user called the predicate. */
  readonly predicateName: string;
  readonly key: KeyObject;
  readonly attach: boolean;
  /** By cosign's tag, too, where the registry knows referrers. */
  readonly cosignTag: boolean;
}

/** What was said, and where it was put. */
export interface Attested {
  readonly subject: string;
  readonly bundle: Buffer;
  /** `referrer sha256:…`, `tag sha256-….att`. */
  readonly places: readonly string[];
}

/** Says something of an image, signs it, and attaches it to the image in its registry. @throws SeaworthyError. */
export async function attestImage(
  text: string,
  options: OpenOptions,
  request: AttestRequest,
): Promise<Attested> {
  const { predicateType, predicate, predicateName, key } = request;
  const image = await openAttached(text, options);
  try {
    const what = `predicate "${predicateName}"`;
    checkPredicate(predicateType, parseUniqueJson(predicate, what), image.subjects, predicateName);
    const digest = image.subjects.at(-1);
    if (digest === undefined)
      throw new SeaworthyError("image-invalid", `attest "${text}": the image has no digest`);
    const json = new TextDecoder().decode(predicate);
    const signed = signStatement(writeStatement({ name: image.name, digest }, predicateType, json), key);
    const places = request.attach ? await attach(text, image, digest, signed, request) : [];
    return { subject: digest, bundle: signed.bundle, places };
  } finally {
    await image.close();
  }
}

async function attach(
  text: string,
  image: AttachedImage,
  digest: string,
  { bundle, envelope }: SignedStatement,
  { predicateType, cosignTag: always }: AttestRequest,
): Promise<readonly string[]> {
  const { destination } = image;
  if (destination === undefined)
    throw new SeaworthyError("usage", `attach to "${text}": that can be done in a registry only`, {
      hint: "write a bundle with --bundle FILE",
    });
  const referrer = bundleAttachment(bundle, predicateType, await subjectOf(image, digest));
  const { listed } = await push(destination, referrer);
  const places = [`referrer ${digestOf(referrer.manifest)}`];
  if (!listed) {
    // What others push at the same time may be lost: a tag has no other way.
    const tag = digest.replace(":", "-");
    await push(destination, referrersIndex(entriesOf(await image.tagged(tag)), referrer, predicateType), tag);
    places.push(`tag ${tag}`);
  }
  if (!listed || always) {
    const tag = cosignTag(digest, "att");
    await push(destination, cosignAttachment(await image.tagged(tag), envelope, predicateType), tag);
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

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
