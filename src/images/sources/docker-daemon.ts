import { SeaworthyError } from "../../core/errors.ts";
import { optionalText, parseJson, record, text } from "../../formats/shape.ts";
import { type LocalAddress, localText, requestLocal } from "../../net/local-http.ts";
import { ending, openSequential } from "../archive.ts";
import { documentLimit } from "../config.ts";
import { platformFit, platformText } from "../platform.ts";
import type { Opened, SourceRequest } from "../source.ts";
import { daemonAddress } from "./daemons.ts";
import { readDockerArchive } from "./docker-archive.ts";

/** Exporting begins when the daemon has put the image together. */
const exportPatience = 300_000;

/**
 * Reads an image out of Docker, or of Podman's service of the same API
 * (https://docs.docker.com/reference/api/engine/, `/images/{name}/json` and `/get`). `name` is a reference or an id.
 * The export cannot be read at random, nor is it kept: it is asked for once to list it, and again for the layers.
 * @throws SeaworthyError `source-unavailable`, `image-not-found`, `platform-not-found`, and as `readDockerArchive`.
 */
export async function openFromDocker(
  daemon: "docker" | "podman",
  name: string,
  request: SourceRequest,
): Promise<Opened> {
  if (!/^[\w./:@-]{1,1024}$/.test(name) || name.includes(".."))
    throw new SeaworthyError(
      "reference-invalid",
      `read image "${name.slice(0, 300)}" of ${daemon}: it is no name`,
    );
  const { options, home, wanted, patience } = request;
  const address = daemonAddress(daemon, options.env, home);
  const image = await inspect(address, daemon, name, patience);
  if (wanted.asked && image.platform.architecture !== "" && platformFit(image.platform, wanted) === 0)
    throw new SeaworthyError(
      "platform-not-found",
      `choose platform "${platformText(wanted)}": ${daemon} has "${name}" for ${platformText(image.platform)}`,
      { hint: `pull it with --platform, or name the registry: registry:${name}` },
    );
  const archive = await openSequential(() => exported(address, image.id));
  try {
    return { ...(await readDockerArchive(archive, undefined, wanted)), close: () => archive.close() };
  } catch (thrown) {
    await archive.close();
    throw thrown;
  }
}

interface Inspected {
  readonly id: string;
  readonly platform: {
    readonly os: string;
    readonly architecture: string;
    readonly variant: string | undefined;
  };
}

async function inspect(
  address: LocalAddress,
  daemon: string,
  name: string,
  patience: number,
): Promise<Inspected> {
  const response = await requestLocal(address, `/images/${name}/json`, patience);
  const action = `read image "${name}" of ${daemon}`;
  if (response.status !== 200) {
    response.discard();
    if (response.status === 404 || response.status === 400)
      throw new SeaworthyError("image-not-found", `${action}: it does not have it`, {
        hint: `list what it has with: ${daemon} images`,
      });
    throw new SeaworthyError("source-unavailable", `${action}: it answered with status ${response.status}`);
  }
  const what = `answer of ${daemon}`;
  const found = record(parseJson((await collect(response.body, what)).toString(), what), what);
  const id = text(found["Id"], what);
  if (!/^(?:sha256:)?[a-f0-9]{64}$/.test(id))
    throw new SeaworthyError("malformed", `read ${what}: "${id.slice(0, 100)}" is no image id`);
  return {
    id,
    platform: {
      os: optionalText(found["Os"], what) ?? "linux",
      architecture: optionalText(found["Architecture"], what) ?? "",
      variant: optionalText(found["Variant"], what) || undefined,
    },
  };
}

async function exported(address: LocalAddress, id: string): Promise<AsyncIterable<Uint8Array>> {
  const response = await requestLocal(address, `/images/${id}/get`, exportPatience);
  if (response.status === 200) return ending(response.body, response.discard);
  response.discard();
  throw new SeaworthyError(
    "source-unavailable",
    `export image "${id}" from "${localText(address)}": it answered with status ${response.status}`,
  );
}

async function collect(chunks: AsyncIterable<Uint8Array>, what: string): Promise<Buffer> {
  const all: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > documentLimit)
      throw new SeaworthyError("limit-exceeded", `read ${what}: more than ${documentLimit} bytes`);
    all.push(chunk);
  }
  return Buffer.concat(all);
}
