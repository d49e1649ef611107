import { codeOf } from "../../core/errors.ts";
import type { LayerContent } from "../../core/image.ts";
import type { ImageReference } from "../../core/reference.ts";
import { type HttpResponse, readBody, resumable } from "../../net/http.ts";
import { documentLimit } from "../config.ts";
import { type Descriptor, isConfigType } from "../manifest.ts";
import { type ContentStore, resolveImage } from "../resolve.ts";
import type { Opened, SourceRequest } from "../source.ts";
import {
  fetchRoot,
  firstToAnswer,
  getBlob,
  getManifest,
  openSources,
  type Root,
  type Source,
  statusError,
} from "./registry-sources.ts";

/**
 * Reads an image from its registry or one of the registry's mirrors
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md). Layers are fetched when they are read.
 * @throws SeaworthyError `image-not-found`, `auth-failed`, `network-failed`, `network-refused`, `digest-mismatch`, and as `resolveImage`.
 */
export async function openFromRegistry(reference: ImageReference, request: SourceRequest): Promise<Opened> {
  const { network, sources: all } = openSources(reference, request);
  try {
    const { value: root, sources } = await firstToAnswer(all, (client) => fetchRoot(client, reference));
    const store = registryStore(sources, reference, root);
    return {
      ...(await resolveImage(store, [root.descriptor], request.wanted)),
      close: () => network.close(),
    };
  } catch (thrown) {
    await network.close();
    throw thrown;
  }
}

/** The content of a repository; `root` is not fetched again. */
export function registryStore(
  sources: readonly Source[],
  reference: ImageReference,
  root: Root,
): ContentStore {
  return {
    async document(descriptor) {
      if (descriptor.digest === root.descriptor.digest) return root.bytes;
      const what = `"${descriptor.digest}" of "${reference.canonical}"`;
      const { value } = await firstToAnswer(sources, async (client) => {
        const response = isConfigType(descriptor.mediaType)
          ? await getBlob(client, descriptor, what, {})
          : await getManifest(client, descriptor.digest, reference);
        return readBody(response, documentLimit, what);
      });
      return value;
    },
    async layer(descriptor): Promise<LayerContent> {
      const foreign = descriptor.urls.length > 0 || /foreign|nondistributable/.test(descriptor.mediaType);
      if (!foreign || (await isThere(sources, descriptor)))
        return { kind: "stream", open: () => layerBytes(sources, descriptor) };
      return { kind: "unreadable", code: "missing", reason: `no registry has layer "${descriptor.digest}"` };
    },
  };
}

async function isThere(sources: readonly Source[], { digest }: Descriptor): Promise<boolean> {
  try {
    const { value } = await firstToAnswer(sources, async (client) => {
      const response = await client.request(`blobs/${digest}`, { method: "HEAD" });
      response.discard();
      if (response.status === 200) return true;
      throw statusError(response, client.host, `look for layer "${digest}"`);
    });
    return value;
  } catch (thrown) {
    if (codeOf(thrown) === "image-not-found") return false;
    throw thrown;
  }
}

async function* layerBytes(sources: readonly Source[], descriptor: Descriptor): AsyncGenerator<Uint8Array> {
  const what = `layer "${descriptor.digest}"`;
  const open = async (range: Readonly<Record<string, string>>): Promise<HttpResponse> =>
    (await firstToAnswer(sources, (client) => getBlob(client, descriptor, what, range))).value;
  const first = await open({});
  yield* resumable(open, { first, what, size: descriptor.size, immutable: true });
}
