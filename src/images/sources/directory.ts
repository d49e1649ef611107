import { stat } from "node:fs/promises";
import { SeaworthyError } from "../../core/errors.ts";
import { emptyConfig } from "../config.ts";
import type { WantedPlatform } from "../platform.ts";
import type { ResolvedImage } from "../resolve.ts";

/**
 * A root file system laid out in a directory, as an image of one layer.
 * @throws SeaworthyError `image-not-found`, `image-invalid`.
 */
export async function readDirectory(path: string, wanted: WantedPlatform): Promise<ResolvedImage> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new SeaworthyError("image-not-found", `open directory "${path}": no such directory`);
  if (!found.isDirectory()) throw new SeaworthyError("image-invalid", `open directory "${path}": it is none`);
  const { os, architecture, variant } = wanted;
  const platform = { os, architecture, variant };
  return {
    digest: undefined,
    platform,
    config: emptyConfig(platform),
    annotations: {},
    layers: [
      {
        digest: undefined,
        diffId: undefined,
        mediaType: "inode/directory",
        size: undefined,
        content: { kind: "directory", path },
      },
    ],
  };
}
