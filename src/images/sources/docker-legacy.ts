import { SeaworthyError } from "../../core/errors.ts";
import type { ImageConfig, LayerBlob } from "../../core/image.ts";
import { optionalText, parseJson, record, text } from "../../formats/shape.ts";
import type { Archive } from "../archive.ts";
import { parseImageConfig } from "../config.ts";
import { platformFit, platformText, type WantedPlatform } from "../platform.ts";
import type { ResolvedImage } from "../resolve.ts";

const mostLayers = 512;

/**
 * Reads what `docker save` wrote before 1.10: `repositories` names an id, and `ID/json` its parent and config
 * (https://github.com/moby/moby/blob/v1.9.1/image/spec/v1.md). Nothing in it is named by digest.
 * @throws SeaworthyError `image-ambiguous`, `image-not-found`, `image-invalid`, `platform-not-found`.
 */
export async function readLegacyArchive(
  archive: Archive,
  selection: string | undefined,
  wanted: WantedPlatform,
): Promise<ResolvedImage> {
  const tags = repositories(new TextDecoder().decode(await archive.read("repositories")));
  const chain = await chainOf(archive, chooseId(tags, selection));
  const top = chain[0];
  if (top === undefined) throw new SeaworthyError("image-invalid", "read archive: an image without layers");
  const config = { ...top.config, history: chain.map(({ history }) => history).reverse() };
  if (wanted.asked && platformFit(config.platform, wanted) === 0)
    throw new SeaworthyError(
      "platform-not-found",
      `choose platform "${platformText(wanted)}": the archive has ${platformText(config.platform)}`,
    );
  const layers = chain.map(({ id }) => layerBlob(archive, id)).reverse();
  return { digest: undefined, platform: config.platform, config, annotations: {}, layers };
}

function repositories(json: string): ReadonlyMap<string, string> {
  const names = Object.entries(record(parseJson(json, "repositories"), "repositories"));
  return new Map(
    names.flatMap(([name, tags]) =>
      Object.entries(record(tags, `repositories.${name}`)).map(([tag, id]): [string, string] => [
        `${name}:${tag}`,
        text(id, `repositories.${name}.${tag}`),
      ]),
    ),
  );
}

function chooseId(tags: ReadonlyMap<string, string>, selection: string | undefined): string {
  const listed = [...tags.keys()].join(", ");
  if (selection !== undefined) {
    const id = tags.get(selection) ?? tags.get(`${selection}:latest`);
    if (id !== undefined) return id;
    throw new SeaworthyError("image-not-found", `find image "${selection}" in archive: it holds ${listed}`);
  }
  const [only, ...more] = new Set(tags.values());
  if (only === undefined) throw new SeaworthyError("image-invalid", "read repositories: it lists no image");
  if (more.length === 0) return only;
  throw new SeaworthyError("image-ambiguous", `open archive: it holds several images: ${listed}`, {
    hint: "name one: docker-archive:FILE:TAG",
  });
}

interface Link {
  readonly id: string;
  readonly config: ImageConfig;
  readonly history: ImageConfig["history"][number];
}

// From the image down to its lowest ancestor.
async function chainOf(archive: Archive, first: string): Promise<readonly Link[]> {
  const chain: Link[] = [];
  const seen = new Set<string>();
  for (let id = first; id !== ""; ) {
    if (seen.has(id) || seen.size === mostLayers || !/^[a-f0-9]{64}$/.test(id))
      throw new SeaworthyError(
        "image-invalid",
        `read archive: layer "${id.slice(0, 80)}" has no sound ancestry`,
      );
    seen.add(id);
    const what: string = `${id}/json`;
    const json = new TextDecoder().decode(await archive.read(what));
    const whole = record(parseJson(json, what), what);
    const config = parseImageConfig(json, what);
    const command = record(whole["container_config"] ?? {}, `${what}.container_config`)["Cmd"];
    const createdBy = Array.isArray(command)
      ? command.filter((word) => typeof word === "string").join(" ")
      : "";
    chain.push({ id, config, history: { createdBy, emptyLayer: false, created: config.created } });
    id = optionalText(whole["parent"], `${what}.parent`) ?? "";
  }
  return chain;
}

function layerBlob(archive: Archive, id: string): LayerBlob {
  const path = `${id}/layer.tar`;
  const base = {
    digest: undefined,
    diffId: undefined,
    mediaType: "application/vnd.docker.image.rootfs.diff.tar",
  };
  const found = archive.content(path);
  if (found !== undefined) return { ...base, ...found };
  const reason = `the archive does not hold layer "${path}"`;
  return { ...base, size: undefined, content: { kind: "unreadable", code: "missing", reason } };
}
