import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { SeaworthyError } from "../../core/errors.ts";
import { sha256Digest } from "../../formats/digest.ts";
import { documentLimit } from "../config.ts";
import type { WantedPlatform } from "../platform.ts";
import { type ContentStore, type ResolvedImage, resolveImage } from "../resolve.ts";

/** Is it what `skopeo copy … dir:PATH` writes (https://github.com/containers/image/blob/main/docs/containers-transports.5.md)? */
export function isTransportDirectory(path: string): boolean {
  const version = join(path, "version");
  if (!existsSync(join(path, "manifest.json")) || !existsSync(version)) return false;
  return (
    statSync(version).size < 1024 &&
    readFileSync(version, "utf8").startsWith("Directory Transport Version: 1.")
  );
}

/** Reads its one image: `manifest.json`, and blobs named by the hexadecimal part of their digest. @throws as `resolveImage`. */
export async function readTransportDirectory(path: string, wanted: WantedPlatform): Promise<ResolvedImage> {
  const bytes = await readDocument(join(path, "manifest.json"));
  const digest = sha256Digest(bytes);
  const root = { mediaType: "", digest, size: bytes.length, annotations: {}, urls: [] };
  const blob = (name: string): string => join(path, name.slice(name.indexOf(":") + 1));
  const store: ContentStore = {
    document: (descriptor) =>
      descriptor.digest === digest ? Promise.resolve(bytes) : readDocument(blob(descriptor.digest)),
    async layer(descriptor) {
      const file = blob(descriptor.digest);
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile() === true) return { kind: "file", path: file, offset: 0, length: found.size };
      const reason = `the directory does not hold layer "${descriptor.digest}"`;
      return { kind: "unreadable", code: "missing", reason };
    },
  };
  return resolveImage(store, [root], wanted);
}

async function readDocument(path: string): Promise<Uint8Array> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true)
    throw new SeaworthyError("image-invalid", `read image "${path}": no such file`);
  if (found.size > documentLimit)
    throw new SeaworthyError("limit-exceeded", `read image "${path}": a document of ${found.size} bytes`);
  return readFile(path);
}
