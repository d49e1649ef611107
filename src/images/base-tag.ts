import type { BaseCurrency } from "../core/currency.ts";
import type { OpenImage } from "../core/image.ts";
import type { IndexedImage } from "../core/indexed.ts";
import { parseDockerfile, type Stage } from "../formats/dockerfile.ts";

/** What names an image's base, and its digest at the time of the build, where that was written down. */
export interface BaseName {
  readonly reference: string;
  readonly namedBy: BaseCurrency["namedBy"];
  readonly digest: string | undefined;
}

const nameKey = "org.opencontainers.image.base.name";
const digestKey = "org.opencontainers.image.base.digest";

/**
 * The base image by name: as the user says it, as the manifest's annotation does, as the Dockerfile's FROM does, as a label does. A label may be
 * the base's own and name the base's base: its layers are at the bottom of the image just the same.
 */
export function findBaseName(
  { annotations, config }: Pick<IndexedImage, "annotations" | "config">,
  given: string | undefined,
  dockerfile: string | undefined,
): BaseName | undefined {
  const recorded = (from: Readonly<Record<string, string>>) => from[digestKey] || undefined;
  if (given !== undefined) return { reference: given, namedBy: "option", digest: undefined };
  if (annotations[nameKey])
    return { reference: annotations[nameKey], namedBy: "annotation", digest: recorded(annotations) };
  const from = dockerfile === undefined ? undefined : baseOfStages(parseDockerfile(dockerfile));
  if (from !== undefined) return { reference: from, namedBy: "dockerfile", digest: undefined };
  const { labels } = config;
  return labels[nameKey]
    ? { reference: labels[nameKey], namedBy: "label", digest: recorded(labels) }
    : undefined;
}

// A build may have set a variable otherwise.
function baseOfStages(stages: readonly Stage[]): string | undefined {
  let at = stages.length - 1;
  for (let next = at; next >= 0; ) {
    at = next;
    const base = stages[at]?.base.toLowerCase();
    next = stages.slice(0, at).findLastIndex(({ name }) => name === base);
  }
  const bottom = stages[at];
  return bottom === undefined || bottom.variableBase || bottom.base === "" ? undefined : bottom.base;
}

/** The parts of an image in a registry that are compared. */
export type TagImage = Pick<OpenImage, "digest" | "config">;

/**
 * Has the tag other layers than the image was built on? `recorded`: the image of the digest that was written down at the build, where the
 * registry still has it. Where neither it, nor a layer in common, nor the image's history shows that it was built on it, that is not told.
 */
export function isBehind(
  { config, layers }: Pick<IndexedImage, "config" | "layers">,
  tag: TagImage,
  recorded: TagImage | undefined,
): Pick<BaseCurrency, "behind" | "layers" | "sharedLayers"> {
  const now = tag.config.diffIds;
  const sharedLayers = shared(config.diffIds, now);
  const counts = { layers: now.length, sharedLayers };
  if (now.length > 0 && sharedLayers === now.length) return { behind: false, ...counts };
  if (recorded !== undefined) return { behind: !sameLayers(recorded.config.diffIds, now), ...counts };
  const built = sharedLayers > 0 || layers[0]?.fromBase === true;
  return { behind: built ? true : null, ...counts };
}

function shared(own: readonly string[], base: readonly string[]): number {
  const differs = base.findIndex((diffId, at) => own[at] !== diffId);
  return differs < 0 ? base.length : differs;
}

function sameLayers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && shared(a, b) === b.length;
}
