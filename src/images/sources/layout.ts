import { stat } from "node:fs/promises";
import { join } from "node:path";
import { SeaworthyError } from "../../core/errors.ts";
import type { LayerContent } from "../../core/image.ts";
import { parseReference } from "../../core/reference.ts";
import type { Archive } from "../archive.ts";
import { fileCursor } from "../byte-cursor.ts";
import { documentLimit, isDigest } from "../config.ts";
import { type Descriptor, parseManifest } from "../manifest.ts";
import type { WantedPlatform } from "../platform.ts";
import { type ContentStore, type ResolvedImage, resolveImage } from "../resolve.ts";

/** The files of an OCI image layout, in a directory or an archive. */
export interface LayoutFiles {
  read(path: string): Promise<Uint8Array>;
  content(path: string): Promise<LayerContent | undefined>;
}

/**
 * Reads one image of an OCI image layout (https://github.com/opencontainers/image-spec/blob/main/image-layout.md).
 * `selection` is a tag (`org.opencontainers.image.ref.name`) or `@DIGEST`.
 * @throws SeaworthyError `image-ambiguous`, `image-not-found`, and as `resolveImage`.
 */
export async function readLayout(
  files: LayoutFiles,
  selection: string | undefined,
  wanted: WantedPlatform,
): Promise<ResolvedImage> {
  return resolveImage(layoutStore(files), select(await layoutEntries(files), selection), wanted);
}

/** What a layout lists. @throws SeaworthyError `image-invalid`, `malformed`. */
export async function layoutEntries(files: LayoutFiles): Promise<readonly Descriptor[]> {
  const json = new TextDecoder().decode(await files.read("index.json"));
  const index = parseManifest(json, "application/vnd.oci.image.index.v1+json", "index.json");
  if (index.kind !== "index") throw new SeaworthyError("image-invalid", "read index.json: it is no index");
  return index.entries;
}

/** A layout in a directory. */
export function layoutDirectory(path: string): LayoutFiles {
  return {
    read: (name) => readFile(join(path, name), name),
    async content(name) {
      const file = join(path, name);
      const found = await stat(file).catch(() => undefined);
      return found?.isFile() === true
        ? { kind: "file", path: file, offset: 0, length: found.size }
        : undefined;
    },
  };
}

/** A layout in an archive. */
export function layoutArchive(archive: Archive): LayoutFiles {
  return {
    read: (name) => archive.read(name),
    content: async (name) => archive.content(name)?.content,
  };
}

async function readFile(path: string, name: string): Promise<Uint8Array> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true)
    throw new SeaworthyError("image-invalid", `read OCI layout: it does not hold "${name}"`);
  if (found.size > documentLimit)
    throw new SeaworthyError("limit-exceeded", `read "${name}" of OCI layout: ${found.size} bytes`);
  const cursor = await fileCursor(path);
  try {
    return (await cursor.take(documentLimit)).slice();
  } finally {
    await cursor.close();
  }
}

/** The content of a layout. */
export function layoutStore(files: LayoutFiles): ContentStore {
  return {
    document: ({ digest }) => files.read(blobPath(digest)),
    async layer({ digest }) {
      const content = await files.content(blobPath(digest));
      const reason = `the OCI layout does not hold layer "${digest}"`;
      return content ?? { kind: "unreadable", code: "missing", reason };
    },
  };
}

/** Where a layout keeps the bytes of a digest. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

/**
 * The entries of one image. What hangs on images is none. @throws SeaworthyError `image-ambiguous`, `image-not-found`,
 * `image-invalid`.
 */
export function select(entries: readonly Descriptor[], selection: string | undefined): readonly Descriptor[] {
  const images = entries.filter((entry) => !isAttached(entry));
  if (images.length === 0) throw new SeaworthyError("image-invalid", "read index.json: it lists no image");
  const chosen = selection === undefined ? images : images.filter((entry) => isSelected(entry, selection));
  if (chosen.length === 0) {
    // An image below a nested index is named by its digest only.
    const digest = selection?.replace(/^@/, "") ?? "";
    if (isDigest(digest)) return [bare(digest)];
    throw new SeaworthyError(
      "image-not-found",
      `find image "${selection}" in OCI layout: it holds ${choices(images)}`,
    );
  }
  if (isOneImage(chosen)) return chosen;
  throw new SeaworthyError(
    "image-ambiguous",
    `open OCI layout: it holds several images: ${choices(chosen)}`,
    {
      hint: "name one: oci:PATH:TAG or oci:PATH@DIGEST",
    },
  );
}

// BuildKit's attestations, referrers, what cosign saves or keeps under tags of its own.
function isAttached({ annotations, artifactType }: Descriptor): boolean {
  const tag = annotations["org.opencontainers.image.ref.name"] ?? "";
  return (
    artifactType !== undefined ||
    annotations["vnd.docker.reference.type"] !== undefined ||
    /^dev\.cosignproject\.cosign\/(?:sigs|atts)$/.test(annotations["kind"] ?? "") ||
    /^sha256-[a-f0-9]{64}(?:\.(?:sig|att|sbom))?$/.test(tag)
  );
}

function bare(digest: string): Descriptor {
  return { mediaType: "", digest, size: 0, annotations: {}, urls: [] };
}

function isSelected(entry: Descriptor, selection: string): boolean {
  if (selection.startsWith("@")) return entry.digest === selection.slice(1);
  return namesOf(entry).some((name) => name === selection || canonical(name) === canonical(selection));
}

function namesOf({ annotations }: Descriptor): readonly string[] {
  const names = [annotations["org.opencontainers.image.ref.name"], annotations["io.containerd.image.name"]];
  return names.filter((name) => name !== undefined);
}

function canonical(name: string): string {
  try {
    return parseReference(name).canonical;
  } catch {
    // A ref name may be any text; such ones are equal as text only.
    return `\0${name}`;
  }
}

// One digest under several tags, or one tag (or none) for several platforms.
function isOneImage(entries: readonly Descriptor[]): boolean {
  if (new Set(entries.map(({ digest }) => digest)).size === 1) return true;
  const names = new Set(entries.map((entry) => namesOf(entry).join(" ")));
  return names.size === 1 && entries.every(({ platform }) => platform !== undefined);
}

function choices(entries: readonly Descriptor[]): string {
  return entries.map((entry) => namesOf(entry)[0] ?? `@${entry.digest}`).join(", ");
}
