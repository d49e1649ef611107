import { SeaworthyError } from "../../core/errors.ts";
import type { ImageConfig, LayerBlob } from "../../core/image.ts";
import { parseReference } from "../../core/reference.ts";
import { sha256Digest } from "../../formats/digest.ts";
import {
  list,
  optionalRecord,
  optionalText,
  parseJson,
  record,
  text,
  textList,
} from "../../formats/shape.ts";
import type { Archive } from "../archive.ts";
import { parseImageConfig } from "../config.ts";
import { platformFit, platformText, type WantedPlatform } from "../platform.ts";
import type { ResolvedImage } from "../resolve.ts";
import { readLegacyArchive } from "./docker-legacy.ts";

/** Does the archive look like what `docker save` writes? */
export function isDockerArchive(archive: Archive): boolean {
  return archive.has("manifest.json") || (archive.has("repositories") && !archive.has("index.json"));
}

/**
 * Reads one image of what `docker save` wrote: with `manifest.json` (since Docker 1.10; since 25 its files are OCI blobs),
 * or older (https://github.com/moby/docker-image-spec). `selection` is a tag, `@INDEX` or an image id.
 * @throws SeaworthyError `image-ambiguous`, `image-not-found`, `image-invalid`, `digest-mismatch`, `platform-not-found`.
 */
export async function readDockerArchive(
  archive: Archive,
  selection: string | undefined,
  wanted: WantedPlatform,
): Promise<ResolvedImage> {
  if (!archive.has("manifest.json")) return readLegacyArchive(archive, selection, wanted);
  const json = new TextDecoder().decode(await archive.read("manifest.json"));
  const saved = list(parseJson(json, "manifest.json"), "manifest.json").map(savedImage);
  const images = await Promise.all(select(saved, selection).map((image) => withConfig(archive, image)));
  const { image, config, digest } = chooseOne(images, wanted);
  if (image.layers.length !== config.diffIds.length)
    throw new SeaworthyError(
      "image-invalid",
      `read image "${nameOf(image)}": ${image.layers.length} layers, but its config names ${config.diffIds.length}`,
    );
  const layers = image.layers.map((path, index) => layerBlob(archive, image, path, config.diffIds[index]));
  return { digest, platform: config.platform, config, annotations: {}, layers };
}

/** One entry of `manifest.json`. */
interface SavedImage {
  readonly index: number;
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
  /** Media types of layers by diff id, written by Docker 25 and later. */
  readonly sources: ReadonlyMap<string, string>;
}

function savedImage(value: unknown, index: number): SavedImage {
  const where = `manifest.json[${index}]`;
  const entry = record(value, where);
  const sources = Object.entries(optionalRecord(entry["LayerSources"], `${where}.LayerSources`) ?? {});
  return {
    index,
    config: text(entry["Config"], `${where}.Config`),
    tags: textList(entry["RepoTags"], `${where}.RepoTags`),
    layers: textList(entry["Layers"], `${where}.Layers`),
    sources: new Map(
      sources.map(([id, source]) => {
        const found = record(source, `${where}.LayerSources`);
        return [id, optionalText(found["mediaType"], `${where}.LayerSources`) ?? ""];
      }),
    ),
  };
}

function select(saved: readonly SavedImage[], selection: string | undefined): readonly SavedImage[] {
  if (saved.length === 0) throw new SeaworthyError("image-invalid", "read manifest.json: it lists no image");
  const chosen = selection === undefined ? saved : saved.filter((image) => isSelected(image, selection));
  if (chosen.length > 0) return chosen;
  throw new SeaworthyError(
    "image-not-found",
    `find image "${selection}" in archive: it holds ${choices(saved)}`,
  );
}

function isSelected({ index, tags, config }: SavedImage, selection: string): boolean {
  if (selection === `@${index}`) return true;
  const id = selection.replace(/^@/, "").replace(/^sha256:/, "");
  if (/^[a-f0-9]{64}$/.test(id)) return config.includes(id);
  return tags.some((tag) => tag === selection || canonical(tag) === canonical(selection));
}

function canonical(reference: string): string {
  try {
    return parseReference(reference).canonical;
  } catch {
    // Old archives have tags that are no references (`<none>:<none>`): these are equal as text only.
    return `\0${reference}`;
  }
}

function choices(saved: readonly SavedImage[]): string {
  return saved.map((image) => `@${image.index} ${nameOf(image)}`).join(", ");
}

function nameOf({ tags, config }: SavedImage): string {
  return tags.length === 0 ? config : tags.join(" = ");
}

interface Candidate {
  readonly image: SavedImage;
  readonly config: ImageConfig;
  readonly digest: string;
}

async function withConfig(archive: Archive, image: SavedImage): Promise<Candidate> {
  const bytes = await archive.read(image.config);
  const digest = sha256Digest(bytes);
  // Docker, podman and skopeo name the config by its digest; others name it anyhow.
  const named = /([a-f0-9]{64})(?:\.json)?$/.exec(image.config)?.[1];
  if (named !== undefined && `sha256:${named}` !== digest)
    throw new SeaworthyError(
      "digest-mismatch",
      `read image config "${image.config}": its bytes have the digest "${digest}"`,
      { hint: "the archive was damaged or tampered with: save it again" },
    );
  return { image, config: parseImageConfig(new TextDecoder().decode(bytes), image.config), digest };
}

function chooseOne(images: readonly Candidate[], wanted: WantedPlatform): Candidate {
  const distinct = [...new Map(images.map((image) => [image.digest, image])).values()];
  const fitting = distinct.filter(({ config }) => platformFit(config.platform, wanted) > 0);
  const known = distinct.filter(({ config }) => config.platform.architecture !== "");
  if (wanted.asked && fitting.length === 0 && known.length === distinct.length)
    throw new SeaworthyError(
      "platform-not-found",
      `choose platform "${platformText(wanted)}": the archive has ${distinct.map(({ config }) => platformText(config.platform)).join(", ")}`,
      { hint: "name one of these with --platform" },
    );
  const [only, ...more] =
    distinct.length === 1 ? distinct : oneImage(distinct) || wanted.asked ? fitting : distinct;
  if (only !== undefined && more.length === 0) return only;
  throw new SeaworthyError(
    "image-ambiguous",
    `open archive: it holds ${distinct.length} images: ${choices(distinct.map(({ image }) => image))}`,
    { hint: "name one: docker-archive:FILE:TAG or docker-archive:FILE:@INDEX" },
  );
}

// Several platforms of one image stand under the same tags.
function oneImage(images: readonly Candidate[]): boolean {
  const tags = new Set(images.map(({ image }) => image.tags.join(" ")));
  return tags.size === 1 && !tags.has("");
}

function layerBlob(archive: Archive, image: SavedImage, path: string, diffId: string | undefined): LayerBlob {
  const found = archive.content(path);
  const blob = /^blobs\/(sha256)\/([a-f0-9]{64})$/.exec(path);
  const digest = blob === null ? undefined : `${blob[1]}:${blob[2]}`;
  const mediaType = image.sources.get(diffId ?? "") || "application/vnd.docker.image.rootfs.diff.tar";
  if (found !== undefined) return { digest, diffId, mediaType, ...found };
  const foreign = mediaType.includes("foreign") || mediaType.includes("nondistributable");
  return {
    digest,
    diffId,
    mediaType,
    size: undefined,
    content: {
      kind: "unreadable",
      code: foreign ? "foreign" : "missing",
      reason: `the archive does not hold layer "${path}"`,
    },
  };
}
