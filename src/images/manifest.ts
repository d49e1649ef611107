import { SeaworthyError } from "../core/errors.ts";
import type { Platform } from "../core/image.ts";
import {
  count,
  list,
  optionalRecord,
  optionalText,
  parseJson,
  record,
  text,
  textList,
  textMap,
} from "../formats/shape.ts";
import { checkedDigest } from "./config.ts";

/** A reference to content (https://github.com/opencontainers/image-spec/blob/main/descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Platform | undefined;
  /** Set where the content is no image but hangs on one. */
  readonly artifactType?: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly urls: readonly string[];
}

/** What a manifest document is. */
export type ManifestDocument =
  | {
      readonly kind: "index";
      readonly entries: readonly Descriptor[];
      readonly annotations: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "image";
      readonly config: Descriptor;
      readonly layers: readonly Descriptor[];
      readonly annotations: Readonly<Record<string, string>>;
    };

/** Media types of manifests and indexes, as a registry is asked for them. */
export const manifestTypes: readonly string[] = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

const indexTypes: readonly string[] = manifestTypes.slice(2);
const imageTypes: readonly string[] = manifestTypes.slice(0, 2);
const configTypes: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
  // Pushed by early Docker versions.
  "application/octet-stream",
]);
const mostEntries = 10_000;

/** Does this media type say index (manifest list)? */
export function isIndexType(mediaType: string): boolean {
  return indexTypes.includes(mediaType);
}

/** Does this media type say image config? */
export function isConfigType(mediaType: string): boolean {
  return configTypes.has(mediaType);
}

/**
 * Reads a manifest or index, OCI or Docker. `mediaType` is what the descriptor or the registry calls it.
 * @throws SeaworthyError `malformed`; `unsupported` for Docker's schema 1; `image-invalid` for an artifact that is no image
 * and for a document that could be read as either (CVE-2021-41190).
 */
export function parseManifest(json: string, mediaType: string, what: string): ManifestDocument {
  const whole = record(parseJson(json, what), what);
  const type = optionalText(whole["mediaType"], `${what}.mediaType`) ?? mediaType;
  refuseSchema1(whole, type, what);
  const holds = {
    index: whole["manifests"] !== undefined,
    image: whole["layers"] !== undefined || whole["config"] !== undefined,
  };
  if (holds.index && holds.image)
    throw new SeaworthyError("image-invalid", `read ${what}: it is an index and a manifest at once`);
  const annotations = textMap(whole["annotations"], `${what}.annotations`);
  if (holds.index) {
    if (imageTypes.includes(type)) throw contradiction(what, type);
    return { kind: "index", entries: descriptors(whole["manifests"], `${what}.manifests`), annotations };
  }
  if (indexTypes.includes(type)) throw contradiction(what, type);
  const config = descriptor(whole["config"], `${what}.config`);
  refuseArtifact(config, optionalText(whole["artifactType"], `${what}.artifactType`), what);
  return { kind: "image", config, layers: descriptors(whole["layers"], `${what}.layers`), annotations };
}

function refuseSchema1(whole: Readonly<Record<string, unknown>>, type: string, what: string): void {
  const named = type.startsWith("application/vnd.docker.distribution.manifest.v1+");
  if (named || whole["schemaVersion"] === 1 || whole["fsLayers"] !== undefined)
    throw new SeaworthyError(
      "unsupported",
      `read ${what}: it is a Docker schema 1 manifest, given up by Docker in 2015`,
      {
        hint: "push the image again with a current docker, podman or skopeo",
      },
    );
}

function refuseArtifact(config: Descriptor, artifactType: string | undefined, what: string): void {
  if (isConfigType(config.mediaType)) return;
  const type = artifactType ?? config.mediaType;
  throw new SeaworthyError(
    "image-invalid",
    `read ${what}: it is no container image but an artifact of type "${type}"`,
    {
      hint: "name the image itself, not its signature, SBOM, chart or module",
    },
  );
}

function contradiction(what: string, type: string): SeaworthyError {
  return new SeaworthyError("image-invalid", `read ${what}: it is not what its media type "${type}" says`);
}

function descriptors(value: unknown, where: string): readonly Descriptor[] {
  const all = list(value, where);
  if (all.length > mostEntries)
    throw new SeaworthyError(
      "limit-exceeded",
      `read ${where}: ${all.length} entries, the limit is ${mostEntries}`,
    );
  return all.map((item, index) => descriptor(item, `${where}[${index}]`));
}

function descriptor(value: unknown, where: string): Descriptor {
  const found = record(value, where);
  return {
    mediaType: optionalText(found["mediaType"], `${where}.mediaType`) ?? "",
    digest: checkedDigest(text(found["digest"], `${where}.digest`), where),
    size: count(found["size"], `${where}.size`),
    platform: platform(found["platform"], `${where}.platform`),
    artifactType: optionalText(found["artifactType"], `${where}.artifactType`) || undefined,
    annotations: textMap(found["annotations"], `${where}.annotations`),
    urls: textList(found["urls"], `${where}.urls`),
  };
}

function platform(value: unknown, where: string): Platform | undefined {
  const found = optionalRecord(value, where);
  if (found === undefined) return undefined;
  return {
    os: optionalText(found["os"], `${where}.os`) ?? "",
    architecture: optionalText(found["architecture"], `${where}.architecture`) ?? "",
    variant: optionalText(found["variant"], `${where}.variant`) || undefined,
  };
}
