import { codeOf, SeaworthyError } from "../../core/errors.ts";
import type { ImageReference } from "../../core/reference.ts";
import { sha256Digest } from "../../formats/digest.ts";
import { createNetwork, type HttpResponse, type Network, readBody } from "../../net/http.ts";
import { documentLimit } from "../config.ts";
import { type Descriptor, manifestTypes } from "../manifest.ts";
import { verifyDigest } from "../resolve.ts";
import type { SourceRequest } from "../source.ts";
import { createRegistryClient, type RegistryClient } from "./registry-client.ts";
import { findEndpoints } from "./registry-endpoints.ts";

/** The addresses where a repository may be asked for: mirrors first, its own registry last. `network` must be closed. */
export function openSources(
  reference: ImageReference,
  request: SourceRequest,
): { readonly network: Network; readonly sources: readonly Source[] } {
  const { options } = request;
  const network = createNetwork({
    env: options.env,
    offline: options.offline ?? false,
    insecureHosts: options.insecureRegistries ?? [],
    publicOnly: options.publicOnly,
  });
  const sources = findEndpoints(network, reference, request).map(
    (endpoint): Source => ({
      name: endpoint.host,
      client: lazily(async () => createRegistryClient(network, await endpoint.open())),
    }),
  );
  return { network, sources };
}

/** One address, opened at its first use: of mirrors mostly one is used. */
export interface Source {
  readonly name: string;
  readonly client: () => Promise<RegistryClient>;
}

/** The document that a reference names. */
export interface Root {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The origin is the last of the sources: what it says counts when nobody has the image. */
export async function firstToAnswer<T>(
  sources: readonly Source[],
  ask: (client: RegistryClient) => Promise<T>,
): Promise<{ readonly value: T; readonly sources: readonly Source[] }> {
  const failures: string[] = [];
  let last: unknown;
  for (const source of sources) {
    try {
      const value = await ask(await source.client());
      return { value, sources: [source, ...sources.filter((other) => other !== source)] };
    } catch (thrown) {
      // A wrong digest is no reason to look elsewhere quietly.
      if (codeOf(thrown) === "digest-mismatch") throw thrown;
      failures.push(`"${source.name}" ${codeOf(thrown)}`);
      last = thrown;
    }
  }
  if (failures.length < 2 || !(last instanceof SeaworthyError)) throw last;
  const before = failures.slice(0, -1).join(", ");
  throw new SeaworthyError(last.code, `${last.message} (mirrors before: ${before})`, {
    hint: last.hint,
    cause: last,
  });
}

/** The document that a reference names, checked against its digest. */
export async function fetchRoot(client: RegistryClient, reference: ImageReference): Promise<Root> {
  const wanted = reference.digest ?? reference.tag ?? "latest";
  const response = await getManifest(client, wanted, reference);
  const mediaType = (response.headers.get("content-type") ?? "").split(";", 1)[0]?.trim() ?? "";
  const stated = response.headers.get("docker-content-digest");
  const bytes = await readBody(response, documentLimit, `manifest of "${reference.canonical}"`);
  const what = `manifest of "${reference.canonical}" at "${client.host}"`;
  if (stated !== undefined && /^sha(?:256|384|512):[a-f0-9]+$/.test(stated))
    verifyDigest(bytes, stated, what);
  const digest = reference.digest ?? sha256Digest(bytes);
  verifyDigest(bytes, digest, what);
  return { bytes, descriptor: { mediaType, digest, size: bytes.length, annotations: {}, urls: [] } };
}

/** A manifest by tag or digest. @throws SeaworthyError `image-not-found`, and as `statusError`. */
export async function getManifest(
  client: RegistryClient,
  wanted: string,
  reference: ImageReference,
): Promise<HttpResponse> {
  const response = await client.request(`manifests/${wanted}`, {
    headers: { accept: manifestTypes.join(", ") },
  });
  if (response.status === 200) return response;
  response.discard();
  throw statusError(response, client.host, `read manifest "${wanted}" of "${reference.canonical}"`);
}

/** The error for a status that is not the wanted one. */
export function statusError(response: HttpResponse, host: string, action: string): SeaworthyError {
  const { status } = response;
  switch (status) {
    case 404:
      return new SeaworthyError("image-not-found", `${action}: "${host}" does not have it`, {
        hint: "check the name and the tag",
      });
    case 401:
    case 403:
      return new SeaworthyError("auth-failed", `${action}: "${host}" denies access`, {
        hint: `check the name and your rights, or run: docker login ${host}`,
      });
    case 429: {
      const wait = response.headers.get("retry-after");
      const until = wait !== undefined && /^\d{1,6}$/.test(wait) ? ` (it asks to wait ${wait} s)` : "";
      return new SeaworthyError("network-failed", `${action}: "${host}" got too many requests${until}`, {
        hint: "wait, log in for a higher limit, or name a mirror in SEAWORTHY_REGISTRY_MIRRORS",
      });
    }
    default:
      return new SeaworthyError("network-failed", `${action}: "${host}" answered with status ${status}`);
  }
}

/** A blob, or the part of it that `range` asks for. @throws SeaworthyError `layer-unreadable`, `digest-mismatch` for another length. */
export async function getBlob(
  client: RegistryClient,
  { digest, size }: Descriptor,
  what: string,
  range: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  const response = await client.request(`blobs/${digest}`, { headers: range });
  if (response.status === 206 && range["range"] !== undefined) return response;
  if (response.status !== 200) {
    response.discard();
    const error = statusError(response, client.host, `read ${what}`);
    throw error.code === "image-not-found" ? new SeaworthyError("layer-unreadable", error.message) : error;
  }
  const length = response.headers.get("content-length");
  if (length === undefined || Number(length) === size) return response;
  response.discard();
  throw new SeaworthyError(
    "digest-mismatch",
    `read ${what}: "${client.host}" has ${length} bytes, the manifest says ${size}`,
  );
}
