import { createHash } from "node:crypto";
import { signatureKey } from "./annotations.ts";
import { type ArtifactLayer, parseArtifact } from "./artifact.ts";

/** A manifest to push, with the blobs that it names. */
export interface Attachment {
  readonly mediaType: string;
  readonly manifest: Buffer<ArrayBuffer>;
  readonly blobs: readonly Uint8Array[];
}

/** The document on which something hangs. */
export interface Subject {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
const envelopeType = "application/vnd.dsse.envelope.v1+json";
const emptyConfig = Buffer.from("{}");

/**
 * A bundle as a referrer of its image (https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md). It says no time of
 * creation: the same bundle is the same manifest.
 */
export function bundleAttachment(bundle: Uint8Array, predicateType: string, subject: Subject): Attachment {
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType: bundleType,
    config: descriptor(emptyConfig, "application/vnd.oci.empty.v1+json"),
    layers: [descriptor(bundle, bundleType)],
    subject,
    annotations: bundleAnnotations(predicateType),
  };
  return { mediaType: manifestType, manifest: encode(manifest), blobs: [emptyConfig, bundle] };
}

function bundleAnnotations(predicateType: string): Readonly<Record<string, string>> {
  return {
    "dev.sigstore.bundle.content": "dsse-envelope",
    "dev.sigstore.bundle.predicateType": predicateType,
  };
}

/**
 * The list of referrers that a registry without the API wants kept under a tag, with one more
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema). `before` is an index.
 */
export function referrersIndex(
  before: readonly object[],
  { manifest }: Attachment,
  predicateType: string,
): Attachment {
  const entry = {
    ...descriptor(manifest, manifestType),
    artifactType: bundleType,
    annotations: bundleAnnotations(predicateType),
  };
  const others = before.filter((one) => !("digest" in one) || one.digest !== entry.digest);
  const index = { schemaVersion: 2, mediaType: indexType, manifests: [...others, entry] };
  return { mediaType: indexType, manifest: encode(index), blobs: [] };
}

/** An image of cosign's tag `.att` with one more layer. `before` is what is under the tag now. */
export function cosignAttachment(
  before: Uint8Array | undefined,
  envelope: Uint8Array,
  predicateType: string,
): Attachment {
  const layer: ArtifactLayer = {
    ...descriptor(envelope, envelopeType),
    annotations: { [signatureKey]: "", predicateType },
  };
  const earlier = before === undefined ? [] : parseArtifact(before, "attestations under cosign's tag").layers;
  const layers = [...earlier.filter(({ digest }) => digest !== layer.digest), layer];
  const config = encode({
    architecture: "",
    os: "",
    config: {},
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: descriptor(config, "application/vnd.oci.image.config.v1+json"),
    layers,
  };
  return { mediaType: manifestType, manifest: encode(manifest), blobs: [config, envelope] };
}

function descriptor(bytes: Uint8Array, mediaType: string): Subject {
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return { mediaType, digest, size: bytes.length };
}

function encode(value: object): Buffer<ArrayBuffer> {
  return Buffer.from(JSON.stringify(value));
}
