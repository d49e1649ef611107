import { sha256Digest } from "../formats/digest.ts";
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

/** A layer of cosign's own layout. */
export interface CosignLayer {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An attestation under cosign's tag `.att` (https://github.com/sigstore/cosign/blob/main/specs/ATTESTATION_SPEC.md). */
export function envelopeLayer(envelope: Uint8Array, predicateType: string): CosignLayer {
  const mediaType = "application/vnd.dsse.envelope.v1+json";
  return { bytes: envelope, mediaType, annotations: { [signatureKey]: "", predicateType } };
}

/** A signature under cosign's tag `.sig` (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md). */
export function signatureLayer(payload: Uint8Array, signature: Buffer): CosignLayer {
  const mediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
  return { bytes: payload, mediaType, annotations: { [signatureKey]: signature.toString("base64") } };
}

/** What is under cosign's tag, with one more layer. `before` is what is there now. */
export function cosignAttachment(
  before: Uint8Array | undefined,
  { bytes, mediaType, annotations }: CosignLayer,
): Attachment {
  const layer: ArtifactLayer = { ...descriptor(bytes, mediaType), annotations };
  const earlier = before === undefined ? [] : parseArtifact(before, "manifest under cosign's tag").layers;
  const layers = [...earlier.filter((one) => !isSame(one, layer)), layer];
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
  return { mediaType: manifestType, manifest: encode(manifest), blobs: [config, bytes] };
}

// Two signers of one image sign the same payload: what sets their layers apart is the annotation.
function isSame(one: ArtifactLayer, other: ArtifactLayer): boolean {
  return one.digest === other.digest && one.annotations[signatureKey] === other.annotations[signatureKey];
}

function descriptor(bytes: Uint8Array, mediaType: string): Subject {
  const digest = sha256Digest(bytes);
  return { mediaType, digest, size: bytes.length };
}

function encode(value: object): Buffer<ArrayBuffer> {
  return Buffer.from(JSON.stringify(value));
}
