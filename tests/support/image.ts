import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type TarItem, writeTar } from "../../src/formats/tar-write.ts";

/** A layer to make. Everything but its content has a sound default; each of the others is a lie to tell. */
export interface LayerPlan {
  readonly items?: readonly TarItem[];
  /** The uncompressed tar, where `items` cannot say it. */
  readonly tar?: Uint8Array;
  readonly compression?: "none" | "gzip" | "zstd";
  /** Changes the stored bytes after their digest was taken. */
  readonly damage?: (stored: Uint8Array) => Uint8Array;
  readonly mediaType?: string;
  readonly diffId?: string;
  readonly createdBy?: string;
  /** Leaves the blob out of the layout. */
  readonly absent?: boolean;
}

/** An image to make. */
export interface ImagePlan {
  readonly layers: readonly LayerPlan[];
  /** More of the config: `User`, `Env` … */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly architecture?: string;
  /** When it says it was made. */
  readonly created?: string;
  /** In place of one entry for each layer. */
  readonly history?: readonly unknown[];
}

/** A text file. */
export function file(
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
): Extract<TarItem, { kind: "file" }> {
  const data = typeof content === "string" ? Buffer.from(content) : content;
  return { kind: "file", path, data, mode };
}

/** A whiteout of `path`. */
export function gone(path: string): TarItem {
  const at = path.lastIndexOf("/") + 1;
  return file(`${path.slice(0, at)}.wh.${path.slice(at)}`, "");
}

/** The mark that hides all that lower layers have in a directory. */
export function opaque(directory: string): TarItem {
  return file(`${directory}/.wh..wh..opq`, "");
}

/** Writes an OCI image layout with one image, tagged `t`, and answers `dir`. */
export function writeLayout(dir: string, plan: ImagePlan): string {
  mkdirSync(join(dir, "blobs/sha256"), { recursive: true });
  const layers = plan.layers.map(makeLayer);
  for (const [index, layer] of layers.entries())
    if (plan.layers[index]?.absent !== true) putBlob(dir, layer.digest, layer.stored);
  const config = put(dir, "application/vnd.oci.image.config.v1+json", configJson(plan, layers));
  const manifest = put(
    dir,
    "application/vnd.oci.image.manifest.v1+json",
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config,
      layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
      annotations: plan.annotations,
    }),
  );
  const named = { ...manifest, annotations: { "org.opencontainers.image.ref.name": "t" } };
  writeFileSync(join(dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(dir, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  return dir;
}

/** Writes what `docker save` of old wrote (manifest.json, ID/layer.tar) as one tar at `path`, and answers `path`. */
export function writeDockerArchive(
  path: string,
  plan: ImagePlan,
  tags: readonly string[] = ["app:1"],
): string {
  const layers = plan.layers.map(makeLayer);
  const config = Buffer.from(configJson(plan, layers));
  const name = `${sha256(config)}.json`;
  const manifest = [{ Config: name, RepoTags: tags, Layers: layers.map(({ diffId }) => layerPath(diffId)) }];
  const items = [
    ...layers.map(({ diffId, tar }) => file(layerPath(diffId), tar)),
    file(name, config),
    file("manifest.json", JSON.stringify(manifest)),
  ];
  writeFileSync(path, writeTar(items));
  return path;
}

function layerPath(diffId: string): string {
  return `${diffId.replace("sha256:", "")}/layer.tar`;
}

interface MadeLayer {
  readonly tar: Uint8Array;
  readonly stored: Uint8Array;
  readonly digest: string;
  readonly diffId: string;
  readonly size: number;
  readonly mediaType: string;
}

const suffixes = { none: "", gzip: "+gzip", zstd: "+zstd" } as const;

function makeLayer(plan: LayerPlan): MadeLayer {
  const compression = plan.compression ?? "gzip";
  const tar = plan.tar ?? writeTar(plan.items ?? []);
  const sound = compression === "gzip" ? gzipSync(tar) : compression === "zstd" ? zstdCompressSync(tar) : tar;
  const stored = plan.damage?.(sound) ?? sound;
  return {
    tar,
    stored,
    digest: `sha256:${sha256(sound)}`,
    diffId: plan.diffId ?? `sha256:${sha256(tar)}`,
    size: sound.length,
    mediaType: plan.mediaType ?? `application/vnd.oci.image.layer.v1.tar${suffixes[compression]}`,
  };
}

function configJson(plan: ImagePlan, layers: readonly MadeLayer[]): string {
  return JSON.stringify({
    architecture: plan.architecture ?? "amd64",
    os: "linux",
    config: plan.config ?? {},
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    created: plan.created,
    history:
      plan.history ??
      plan.layers.map(({ createdBy }, index) => ({ created_by: createdBy ?? `COPY layer-${index} /` })),
  });
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

function put(dir: string, mediaType: string, text: string): Descriptor {
  const data = Buffer.from(text);
  const digest = `sha256:${sha256(data)}`;
  putBlob(dir, digest, data);
  return { mediaType, digest, size: data.length };
}

function putBlob(dir: string, digest: string, data: Uint8Array): void {
  writeFileSync(join(dir, "blobs/sha256", digest.slice("sha256:".length)), data);
}

function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
