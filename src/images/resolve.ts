import { createHash } from "node:crypto";
import { codeOf, SeaworthyError } from "../core/errors.ts";
import type { ImageConfig, LayerBlob, LayerContent, OpenImage } from "../core/image.ts";
import { parseImageConfig } from "./config.ts";
import { type Descriptor, isIndexType, type ManifestDocument, parseManifest } from "./manifest.ts";
import { platformFit, platformText, type WantedPlatform } from "./platform.ts";

/** Content by digest, wherever it is kept. */
export interface ContentStore {
  /** The stored bytes of a small document; its digest is checked by the caller. @throws SeaworthyError when it is not there. */
  document(descriptor: Descriptor): Promise<Uint8Array>;
  /** Where the bytes of a layer are; `unreadable` with code `missing` when they are not there. */
  layer(descriptor: Descriptor): LayerContent | Promise<LayerContent>;
}

/** The parts of an OpenImage that the manifest tells. */
export type ResolvedImage = Pick<OpenImage, "digest" | "platform" | "config" | "annotations" | "layers">;

/**
 * From the descriptors of one image (one, or one for each platform; each a manifest or an index) to the manifest of the
 * wanted platform, its config and its layers. Every document is checked against its digest.
 * @throws SeaworthyError `platform-not-found`, `image-invalid`, `digest-mismatch`, `malformed`, `unsupported`.
 */
export async function resolveImage(
  store: ContentStore,
  roots: readonly Descriptor[],
  wanted: WantedPlatform,
): Promise<ResolvedImage> {
  const candidates = await manifests(store, roots);
  const { descriptor, image } = await choose(store, candidates, wanted);
  const config = await readConfig(store, image);
  if (wanted.asked && platformFit(config.platform, wanted) === 0 && config.platform.architecture !== "")
    throw notFound(wanted, [platformText(config.platform)]);
  const { layers } = image;
  if (layers.length !== config.diffIds.length)
    throw new SeaworthyError(
      "image-invalid",
      `read manifest "${descriptor.digest}": ${layers.length} layers, but the config names ${config.diffIds.length}`,
    );
  return {
    digest: descriptor.digest,
    platform: config.platform.architecture === "" ? (descriptor.platform ?? wanted) : config.platform,
    config,
    annotations: { ...descriptor.annotations, ...image.annotations },
    layers: await Promise.all(layers.map((layer, index) => layerBlob(store, layer, config.diffIds[index]))),
  };
}

async function verifiedText(store: ContentStore, descriptor: Descriptor, what: string): Promise<string> {
  const bytes = await store.document(descriptor);
  verifyDigest(bytes, descriptor.digest, what);
  return new TextDecoder().decode(bytes);
}

/** @throws SeaworthyError `digest-mismatch` when the bytes are others than the digest says. */
export function verifyDigest(bytes: Uint8Array, digest: string, what: string): void {
  const [algorithm = "sha256"] = digest.split(":");
  const found = `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
  if (found !== digest)
    throw new SeaworthyError(
      "digest-mismatch",
      `read ${what} "${digest}": its bytes have the digest "${found}"`,
      {
        hint: "the image was damaged or tampered with: fetch it again",
      },
    );
}

type ImageDocument = Extract<ManifestDocument, { kind: "image" }>;

const mostDocuments = 64;
const deepest = 4;

// Index entries down to the manifests, in the order of the documents; those of attestations are left out.
async function manifests(store: ContentStore, roots: readonly Descriptor[]): Promise<readonly Descriptor[]> {
  const found: Descriptor[] = [];
  let level = roots;
  let documents = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: Descriptor[] = [];
    for (const entry of level.filter((item) => !isAttestation(item))) {
      if (!isIndexType(entry.mediaType) && isManifestType(entry.mediaType)) {
        found.push(entry);
        continue;
      }
      documents += 1;
      if (documents > mostDocuments || depth > deepest)
        throw new SeaworthyError(
          "limit-exceeded",
          `read index: more than ${mostDocuments} documents or ${deepest} levels`,
        );
      const document = await readManifest(store, entry);
      if (document.kind === "image") found.push(entry);
      else next.push(...document.entries.map((child) => inherit(child, entry)));
    }
    level = next;
  }
  return found;
}

// A manifest's kind is looked up only where its media type does not tell.
function isManifestType(mediaType: string): boolean {
  return mediaType.includes("manifest.v1") || mediaType.includes("manifest.v2");
}

function inherit(child: Descriptor, parent: Descriptor): Descriptor {
  return {
    ...child,
    platform: child.platform ?? parent.platform,
    annotations: { ...parent.annotations, ...child.annotations },
  };
}

// BuildKit hangs provenance and SBOMs into the index as manifests of no platform.
function isAttestation({ annotations, platform }: Descriptor): boolean {
  return (
    annotations["vnd.docker.reference.type"] !== undefined ||
    (platform?.os === "unknown" && platform.architecture === "unknown")
  );
}

interface Chosen {
  readonly descriptor: Descriptor;
  readonly image: ImageDocument;
}

async function choose(
  store: ContentStore,
  candidates: readonly Descriptor[],
  wanted: WantedPlatform,
): Promise<Chosen> {
  const distinct = [...new Map(candidates.map((entry) => [entry.digest, entry])).values()];
  const [first] = distinct;
  if (first === undefined) throw new SeaworthyError("image-invalid", "read index: it lists no image");
  if (distinct.length === 1 && (!wanted.asked || first.platform === undefined)) return open(store, first);
  const best = fittest(distinct, wanted) ?? fittest(await withPlatforms(store, distinct), wanted);
  if (best === undefined) throw notFound(wanted, (await withPlatforms(store, distinct)).map(platformOf));
  return open(store, best);
}

function fittest(candidates: readonly Descriptor[], wanted: WantedPlatform): Descriptor | undefined {
  const rated = candidates.map((entry) => ({
    entry,
    fit: entry.platform === undefined ? 0 : platformFit(entry.platform, wanted),
  }));
  const best = Math.max(...rated.map(({ fit }) => fit));
  return best === 0 ? undefined : rated.find(({ fit }) => fit === best)?.entry;
}

// An index entry need not name its platform; its image's config does.
async function withPlatforms(
  store: ContentStore,
  candidates: readonly Descriptor[],
): Promise<readonly Descriptor[]> {
  if (candidates.length > mostDocuments) return candidates;
  return Promise.all(
    candidates.map(async (entry) => {
      if (entry.platform !== undefined) return entry;
      try {
        const { image } = await open(store, entry);
        return { ...entry, platform: (await readConfig(store, image)).platform };
      } catch (thrown) {
        // An artifact beside the image has no platform and is not what was asked for.
        if (codeOf(thrown) === "image-invalid") return entry;
        throw thrown;
      }
    }),
  );
}

function platformOf({ platform }: Descriptor): string {
  return platform === undefined ? "unknown" : platformText(platform);
}

async function open(store: ContentStore, descriptor: Descriptor): Promise<Chosen> {
  const image = await readManifest(store, descriptor);
  if (image.kind === "index")
    throw new SeaworthyError("image-invalid", `read manifest "${descriptor.digest}": it is an index`);
  return { descriptor, image };
}

async function readManifest(store: ContentStore, descriptor: Descriptor): Promise<ManifestDocument> {
  const what = `manifest "${descriptor.digest}"`;
  return parseManifest(await verifiedText(store, descriptor, "manifest"), descriptor.mediaType, what);
}

async function readConfig(store: ContentStore, image: ImageDocument): Promise<ImageConfig> {
  const json = await verifiedText(store, image.config, "image config");
  return parseImageConfig(json, `image config "${image.config.digest}"`);
}

function notFound(wanted: WantedPlatform, available: readonly string[]): SeaworthyError {
  const listed = [...new Set(available)].sort().join(", ");
  return new SeaworthyError(
    "platform-not-found",
    `choose platform "${platformText(wanted)}": the image is for ${listed}`,
    { hint: "name one of these with --platform" },
  );
}

const layerType =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+gzip|\+zstd)?|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar(?:\.gzip|\.zstd)?)$/;

async function layerBlob(
  store: ContentStore,
  descriptor: Descriptor,
  diffId: string | undefined,
): Promise<LayerBlob> {
  const { mediaType, digest, size } = descriptor;
  // Seaworthy computes sha256; bytes under another digest are told by their diff id alone.
  const known = digest.startsWith("sha256:") ? digest : undefined;
  return { digest: known, diffId, mediaType, size, content: await layerContent(store, descriptor) };
}

async function layerContent(store: ContentStore, descriptor: Descriptor): Promise<LayerContent> {
  const { mediaType, digest, urls } = descriptor;
  if (mediaType.endsWith("+encrypted"))
    return { kind: "unreadable", code: "encrypted", reason: `layer "${digest}" is encrypted` };
  if (!layerType.test(mediaType))
    return {
      kind: "unreadable",
      code: "unknown-type",
      reason: `layer "${digest}" is of type "${mediaType}"`,
    };
  const content = await store.layer(descriptor);
  const elsewhere = urls.length > 0 || /\.foreign\.|\.nondistributable\./.test(mediaType);
  if (!elsewhere || content.kind !== "unreadable" || content.code !== "missing") return content;
  const hosts = urls.map((url) => (URL.canParse(url) ? new URL(url).host : "no URL"));
  const where = hosts.length === 0 ? "another place" : [...new Set(hosts)].join(", ");
  return {
    kind: "unreadable",
    code: "foreign",
    reason: `layer "${digest}" is foreign: it is kept at ${where}`,
  };
}
