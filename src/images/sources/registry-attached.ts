import { codeOf, messageOf, SeaworthyError } from "../../core/errors.ts";
import type { ImageReference } from "../../core/reference.ts";
import { type HttpResponse, readBody } from "../../net/http.ts";
import type { AttachedImage, Referrer } from "../attached-image.ts";
import { documentLimit } from "../config.ts";
import { mostReferrers, parseReferrers, referrersTag } from "../referrers.ts";
import { resolveImage, verifyDigest } from "../resolve.ts";
import type { SourceRequest } from "../source.ts";
import { registryStore } from "./registry.ts";
import type { RegistryClient } from "./registry-client.ts";
import { destinationOf } from "./registry-push.ts";
import {
  fetchRoot,
  firstToAnswer,
  getBlob,
  getManifest,
  openSources,
  type Source,
  statusError,
} from "./registry-sources.ts";

/**
 * What hangs on an image in its registry, or in a mirror of it. Offline, an image that is named by its digest needs no
 * registry: then nothing is known but what the user has in files.
 * @throws SeaworthyError as `openFromRegistry`.
 */
export async function attachedInRegistry(
  reference: ImageReference,
  request: SourceRequest,
): Promise<AttachedImage> {
  const { network, sources: all } = openSources(reference, request);
  const name = `${reference.domain}/${reference.path}`;
  try {
    const { value: root, sources } = await firstToAnswer(all, (client) => fetchRoot(client, reference));
    const store = registryStore(sources, reference, root);
    const asked = request.options.platform !== undefined;
    const { digest } = asked ? await resolveImage(store, [root.descriptor], request.wanted) : root.descriptor;
    const origin = all.at(-1);
    return {
      name,
      subjects: [...new Set([root.descriptor.digest, digest ?? root.descriptor.digest])],
      manifests: new Map([[root.descriptor.digest, root.bytes]]),
      referrers: (subject) => firstReferrers(sources, subject, reference),
      tagged: (tag) => firstTagged(sources, tag, reference),
      manifest: (wanted) => manifestOf(sources, wanted, reference),
      blob: (wanted, size, limit) => blobOf(sources, wanted, size, limit),
      destination:
        origin === undefined
          ? undefined
          : destinationOf(origin, (tag) => firstTagged([origin], tag, reference)),
      close: () => network.close(),
    };
  } catch (thrown) {
    await network.close();
    if (codeOf(thrown) === "network-refused" && reference.digest !== null)
      return unasked(name, reference.digest, messageOf(thrown));
    throw thrown;
  }
}

function unasked(name: string, digest: string, why: string): AttachedImage {
  const never = async (): Promise<never> => {
    throw new SeaworthyError("network-refused", why);
  };
  return {
    name,
    subjects: [digest],
    manifests: new Map(),
    referrers: async () => ({ entries: [], incomplete: `the registry was not asked: ${why}` }),
    tagged: async () => undefined,
    manifest: never,
    blob: never,
    destination: undefined,
    close: async () => {},
  };
}

interface Listed {
  readonly entries: readonly Referrer[];
  readonly incomplete?: string;
}

// A mirror that has the image need not have what hangs on it: the first that lists anything is taken.
async function firstReferrers(
  sources: readonly Source[],
  digest: string,
  reference: ImageReference,
): Promise<Listed> {
  const failures: unknown[] = [];
  let last: Listed | undefined;
  for (const source of sources) {
    try {
      last = await listReferrers(await source.client(), digest, reference);
      if (last.entries.length > 0 || last.incomplete !== undefined) return last;
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (last === undefined) throw failures.at(-1);
  const [failure] = failures;
  return failure === undefined ? last : { ...last, incomplete: messageOf(failure) };
}

const mostPages = 100;

async function listReferrers(
  client: RegistryClient,
  digest: string,
  reference: ImageReference,
): Promise<Listed> {
  const entries: Referrer[] = [];
  let path: string | undefined = `referrers/${digest}`;
  for (let page = 0; path !== undefined; page += 1) {
    const response: HttpResponse = await client.request(path);
    if (!isList(response)) {
      response.discard();
      return unlisted(response, client, digest, reference);
    }
    const what = `referrers of "${digest}" at "${client.host}"`;
    entries.push(...parseReferrers((await readBody(response, documentLimit, what)).toString()));
    if (entries.length > mostReferrers || page === mostPages) return tooMany(entries, client.host);
    path = nextPage(response.headers.get("link"), response.url);
  }
  return { entries };
}

// Some registries answer what they do not know with a page of their own.
function isList({ status, headers }: HttpResponse): boolean {
  return (
    status === 200 &&
    (headers.get("content-type") ?? "").startsWith("application/vnd.oci.image.index.v1+json")
  );
}

async function unlisted(
  response: HttpResponse,
  client: RegistryClient,
  digest: string,
  reference: ImageReference,
): Promise<Listed> {
  const { status } = response;
  if (status === 401 || status === 403 || status === 429 || status >= 500)
    throw statusError(response, client.host, `list referrers of "${digest}"`);
  const index = await taggedAt(client, referrersTag(digest), reference);
  if (index === undefined) return { entries: [] };
  const entries = parseReferrers(new TextDecoder().decode(index));
  return entries.length > mostReferrers ? tooMany(entries, client.host) : { entries };
}

function tooMany(entries: readonly Referrer[], host: string): Listed {
  return {
    entries: entries.slice(0, mostReferrers),
    incomplete: `"${host}" lists more than ${mostReferrers} referrers: the others were not looked at`,
  };
}

// https://www.rfc-editor.org/rfc/rfc8288
function nextPage(link: string | undefined, from: string): string | undefined {
  const [, target] = /^<([^<>]{1,4096})>\s*;\s*rel="?next"?/.exec(link ?? "") ?? [];
  return target === undefined || !URL.canParse(target, from) ? undefined : new URL(target, from).href;
}

// Nobody may say that there is none for one who did not answer.
async function firstTagged(
  sources: readonly Source[],
  tag: string,
  reference: ImageReference,
): Promise<Uint8Array | undefined> {
  const failures: unknown[] = [];
  for (const source of sources) {
    try {
      const found = await taggedAt(await source.client(), tag, reference);
      if (found !== undefined) return found;
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw failures.at(-1);
  return undefined;
}

async function taggedAt(
  client: RegistryClient,
  tag: string,
  reference: ImageReference,
): Promise<Uint8Array | undefined> {
  try {
    const response = await getManifest(client, tag, reference);
    const stated = response.headers.get("docker-content-digest");
    const bytes = await readBody(response, documentLimit, `manifest "${tag}"`);
    if (stated?.startsWith("sha256:") === true) verifyDigest(bytes, stated, `manifest "${tag}"`);
    return bytes;
  } catch (thrown) {
    if (codeOf(thrown) === "image-not-found") return undefined;
    throw thrown;
  }
}

async function manifestOf(
  sources: readonly Source[],
  digest: string,
  reference: ImageReference,
): Promise<Uint8Array> {
  const what = `manifest "${digest}"`;
  const { value } = await firstToAnswer(sources, async (client) =>
    readBody(await getManifest(client, digest, reference), documentLimit, what),
  );
  verifyDigest(value, digest, what);
  return value;
}

async function blobOf(
  sources: readonly Source[],
  digest: string,
  size: number,
  limit: number,
): Promise<Uint8Array> {
  const what = `blob "${digest}"`;
  if (size > limit)
    throw new SeaworthyError("limit-exceeded", `read ${what}: ${size} bytes, the limit is ${limit}`);
  const descriptor = { mediaType: "", digest, size, annotations: {}, urls: [] };
  const { value } = await firstToAnswer(sources, async (client) =>
    readBody(await getBlob(client, descriptor, what, {}), limit, what),
  );
  verifyDigest(value, digest, what);
  return value;
}
