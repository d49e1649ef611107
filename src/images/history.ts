import type { ImageConfig, LayerBlob } from "../core/image.ts";
import type { ReportLayer } from "../core/report.ts";
import { parseDockerfile } from "../formats/dockerfile.ts";
import { readEntry } from "../formats/history-entry.ts";
import { type BaseProof, fromBase, proveBase } from "./base.ts";
import { type DockerfileJoin, joinDockerfile } from "./dockerfile-join.ts";

/** What an opened image tells of its layers. */
export interface LayeredImage {
  readonly config: ImageConfig;
  /** The manifest's own. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly layers: readonly LayerBlob[];
}

/** The Dockerfile that is said to have made the image. */
export interface DockerfileSource {
  /** As it shall be shown. */
  readonly file: string;
  readonly text: string;
}

/** Layers as reports show them, and in words what could not be joined. */
export interface DescribedLayers {
  readonly layers: readonly ReportLayer[];
  readonly notes: readonly string[];
}

/**
 * Says of each layer which history entry made it, whether it is of the base image, and where a Dockerfile is given its line in it.
 * A history that does not fit the layers is not used at all, a Dockerfile that does not fit the history neither.
 * @throws SeaworthyError when the Dockerfile cannot be read.
 */
export function describeLayers(image: LayeredImage, dockerfile?: DockerfileSource): DescribedLayers {
  const { config, annotations, layers } = image;
  const stages = dockerfile === undefined ? [] : parseDockerfile(dockerfile.text);
  const made = config.history.filter((entry) => !entry.emptyLayer);
  const fits = made.length === layers.length;
  const entries = fits ? config.history.map(readEntry) : [];
  const join = dockerfile === undefined || !fits ? undefined : joinDockerfile(stages, entries, config);
  const evidence = {
    entries,
    diffIds: config.diffIds,
    layers: layers.length,
    annotations,
    labels: config.labels,
    cmd: config.cmd,
  };
  const proof = join === undefined ? proveBase(evidence) : proofOf(join, layers.length);
  return {
    layers: layers.map((layer, index) => {
      const origin = join?.origins.get(index);
      const diffId = layer.diffId ?? config.diffIds[index] ?? "";
      return {
        index,
        digest: layer.digest ?? diffId,
        diffId,
        createdBy: fits ? (made[index]?.createdBy ?? "") : "",
        fromBase: fromBase(proof, index),
        ...(origin === undefined || dockerfile === undefined
          ? {}
          : { dockerfile: { file: dockerfile.file, ...origin } }),
      };
    }),
    notes: notesOf(image, made.length, dockerfile, join),
  };
}

function proofOf(join: DockerfileJoin, layers: number): BaseProof {
  return join.baseBelow
    ? { base: join.firstLayer, application: join.firstLayer }
    : { base: 0, application: Math.min(join.firstLayer, layers) };
}

function notesOf(
  { config, layers }: LayeredImage,
  made: number,
  dockerfile: DockerfileSource | undefined,
  join: DockerfileJoin | undefined,
): readonly string[] {
  const history =
    config.history.length > 0 && made !== layers.length
      ? [
          `the image's history tells of ${made} layers, the image has ${layers.length}: the history is not used`,
        ]
      : [];
  if (dockerfile === undefined) return history;
  if (join === undefined)
    return [...history, `${dockerfile.file} does not fit the image's history: no layer is joined to a line`];
  const unjoined = layers.length - join.firstLayer - join.origins.size;
  return unjoined === 0
    ? history
    : [...history, `${unjoined} layers were made by several lines of ${dockerfile.file}: they have none`];
}
