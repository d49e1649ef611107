import { splitReference } from "../core/reference.ts";
import { type YamlMap, type YamlText, yamlTextAt } from "../formats/yaml.ts";

/** What a chart says for images that do not say it themselves. */
export interface ImageDefaults {
  /** `global.imageRegistry`, which goes before an image's own. */
  readonly registry?: string | undefined;
  /** The chart's appVersion, by custom the tag of an image without one. */
  readonly tag?: string | undefined;
}

/**
 * An image that charts and operators write in parts: `{registry, repository, tag, digest}`. Undefined where there is no repository.
 * `place` is the part that names it.
 */
export function joinedImage(
  map: YamlMap,
  defaults: ImageDefaults,
): { readonly image: string; readonly place: YamlText } | undefined {
  const place = map.entries.get("repository") ?? map.entries.get("name");
  if (place?.kind !== "text" || place.text === "") return undefined;
  // Of a map with a name alone the image is not sure enough.
  const digest = filled(yamlTextAt(map, "digest")) ?? filled(yamlTextAt(map, "sha"));
  const tag = filled(yamlTextAt(map, "tag")) ?? filled(yamlTextAt(map, "version"));
  if (!map.entries.has("repository") && digest === undefined && tag === undefined) return undefined;
  const registry = filled(defaults.registry) ?? filled(yamlTextAt(map, "registry"));
  const name = registry === undefined ? place.text : `${registry.replace(/\/+$/u, "")}/${place.text}`;
  return {
    image: withVersion(name, tag ?? (digest === undefined ? filled(defaults.tag) : undefined), digest),
    place,
  };
}

/** A name with what it is pinned by, unless it says so itself. */
export function withVersion(name: string, tag: string | undefined, digest: string | undefined): string {
  if (isVersioned(name)) return name;
  const tagged = tag === undefined ? name : `${name}:${tag}`;
  return digest === undefined ? tagged : `${tagged}@${digest.includes(":") ? digest : `sha256:${digest}`}`;
}

/** Has the reference a tag or a digest of its own? */
export function isVersioned(image: string): boolean {
  const { tag, digest } = splitReference(image);
  return tag !== "" || digest !== "";
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}
