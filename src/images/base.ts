import type { ReadEntry } from "../formats/history-entry.ts";
import { isRecord } from "../formats/shape.ts";

/**
 * How much of an image is proven: the lowest `base` layers are the base image's, those from `application` on are the application's.
 * What lies between cannot be told.
 */
export interface BaseProof {
  readonly base: number;
  readonly application: number;
}

/** What tells a base image, beside the Dockerfile. `entries` is empty when history and layers do not fit each other. */
export interface BaseEvidence {
  readonly entries: readonly ReadEntry[];
  readonly diffIds: readonly string[];
  readonly layers: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** CMD of the configuration. */
  readonly cmd: readonly string[];
}

/**
 * Joins all evidence. What names the border itself is believed alone; what only bounds it is put together, and where two
 * pieces contradict each other neither is believed for the layers in dispute.
 */
export function proveBase(evidence: BaseEvidence): BaseProof {
  const told = [fromBuildpacks(evidence), fromAnnotations(evidence), fromBuildahComments(evidence)];
  const exact = told.find((proof) => proof !== undefined && proof.base === proof.application);
  if (exact !== undefined) return exact;
  const proofs = [...told, fromBuilders(evidence), fromCommands(evidence)].filter(
    (proof) => proof !== undefined,
  );
  const base = Math.max(0, ...proofs.map((proof) => proof.base));
  const application = Math.min(evidence.layers, ...proofs.map((proof) => proof.application));
  return application < base ? { base: application, application: base } : { base, application };
}

/** true: the base image's, false: the application's, null: cannot be told. */
export function fromBase({ base, application }: BaseProof, layer: number): boolean | null {
  return layer < base ? true : layer < application ? null : false;
}

// Cloud Native Buildpacks write the top layer of the run image (https://github.com/buildpacks/spec/blob/main/platform.md).
function fromBuildpacks({ labels, diffIds }: BaseEvidence): BaseProof | undefined {
  const top = runImageTopLayer(labels["io.buildpacks.lifecycle.metadata"] ?? "");
  const at = top === undefined ? -1 : diffIds.indexOf(top);
  return at < 0 ? undefined : { base: at + 1, application: at + 1 };
}

function runImageTopLayer(label: string): string | undefined {
  if (label === "" || label.length > 1 << 20) return undefined;
  try {
    const metadata: unknown = JSON.parse(label);
    const runImage = isRecord(metadata) ? metadata["runImage"] : undefined;
    const top = isRecord(runImage) ? runImage["topLayer"] : undefined;
    return typeof top === "string" ? top : undefined;
  } catch {
    return undefined;
  }
}

// Annotations are the manifest's own and, unlike labels, not inherited. They tell that there is a base, not how tall it is.
function fromAnnotations({ annotations, layers }: BaseEvidence): BaseProof | undefined {
  const name = annotations["org.opencontainers.image.base.name"];
  const digest = annotations["org.opencontainers.image.base.digest"];
  if (name === "scratch" || (name === "" && digest === "")) return { base: 0, application: 0 };
  const known = (name ?? "") !== "" || (digest ?? "") !== "";
  // A single layer may be the base's own, or all of a squashed image.
  return known ? { base: layers > 1 ? 1 : 0, application: layers } : undefined;
}

function fromBuildahComments({ entries, annotations }: BaseEvidence): BaseProof | undefined {
  const at = entries.findLastIndex((entry) => entry.from !== undefined && entry.from !== "scratch");
  if (at < 0) return undefined;
  const base = layersBefore(entries, at);
  // A base without a layer: squashing (`buildah build --squash`) put both into one layer and dropped the base's history.
  if (base === 0) return undefined;
  const name = annotations["org.opencontainers.image.base.name"];
  const latest = name === undefined || name === entries[at]?.from;
  return { base, application: latest ? base : layersBefore(entries, entries.length) };
}

// One build has one builder: below the last change of builders all is of an earlier build. jib and ko only add to a base.
function fromBuilders({ entries }: BaseEvidence): BaseProof | undefined {
  const last = entries.findLast((entry) => entry.builder !== undefined)?.builder;
  if (last === undefined) return undefined;
  const change = entries.findLastIndex((entry) => entry.builder !== undefined && entry.builder !== last);
  const base = layersBefore(entries, change + 1);
  const additive = last === "jib" || last === "ko";
  const pure = entries.slice(change + 1).every((entry) => entry.builder === last);
  return { base, application: additive && pure ? base : layersBefore(entries, entries.length) };
}

const sameBuild = 30 * 60 * 1000;

/*
 * A Dockerfile has one CMD and one ENTRYPOINT: where there are two, the first is the base's, with all below it.
 * What follows is the last Dockerfile's if no image without a CMD came between (buildpack-deps below python is one): that is
 * believed only of steps that were made at a stretch, and only when the last CMD ends the image or all follows it.
 */
function fromCommands({ entries, cmd }: BaseEvidence): BaseProof | undefined {
  const at = Math.max(
    secondLast(entries, "CMD"),
    secondLast(entries, "ENTRYPOINT"),
    cmd.length === 0 ? droppedCommand(entries) : -1,
  );
  if (at < 0) return undefined;
  const all = layersBefore(entries, entries.length);
  const base = layersBefore(entries, at + 1);
  const lastCommand = entries.findLastIndex((entry) => isCommand(entry));
  const start = lastCommand === entries.length - 1 ? at + 1 : lastCommand + 1;
  const layersFollow = layersBefore(entries, lastCommand + 1) < all;
  const decided = lastCommand === entries.length - 1 || layersFollow;
  const application = decided && atAStretch(entries.slice(start)) ? layersBefore(entries, start) : all;
  return { base, application };
}

function secondLast(entries: readonly ReadEntry[], keyword: string): number {
  const last = entries.findLastIndex((entry) => entry.keyword === keyword);
  return last < 1 ? -1 : entries.slice(0, last).findLastIndex((entry) => entry.keyword === keyword);
}

// ENTRYPOINT drops a CMD that the base has set, never one of its own Dockerfile.
function droppedCommand(entries: readonly ReadEntry[]): number {
  const at = entries.findLastIndex((entry) => entry.keyword === "CMD");
  const entrypoint = entries.findLastIndex((entry) => entry.keyword === "ENTRYPOINT");
  return at < entrypoint && entries[at]?.text !== "[]" ? at : -1;
}

function isCommand({ keyword }: ReadEntry): boolean {
  return keyword === "CMD" || keyword === "ENTRYPOINT";
}

function atAStretch(entries: readonly ReadEntry[]): boolean {
  const times = entries.map((entry) => entry.created).filter((time) => time !== undefined);
  return times.every((time, at) => Math.abs(time - (times[at - 1] ?? time)) <= sameBuild);
}

function layersBefore(entries: readonly ReadEntry[], end: number): number {
  return entries.slice(0, end).filter((entry) => !entry.emptyLayer).length;
}
