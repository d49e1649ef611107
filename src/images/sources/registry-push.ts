import { SeaworthyError } from "../../core/errors.ts";
import { sha256Digest } from "../../formats/digest.ts";
import type { HttpResponse } from "../../net/http.ts";
import type { Destination } from "../attached-image.ts";
import type { RegistryClient } from "./registry-client.ts";
import { type Source, statusError } from "./registry-sources.ts";

/** Pushes to a repository (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push). */
export function destinationOf(origin: Source, tagged: Destination["tagged"]): Destination {
  return {
    tagged,
    putBlob: async (bytes) => putBlob(await origin.client(), bytes),
    putManifest: async (bytes, type, tag) => putManifest(await origin.client(), bytes, type, tag),
  };
}

async function putBlob(client: RegistryClient, bytes: Uint8Array): Promise<void> {
  const digest = sha256Digest(bytes);
  const there = await client.request(`blobs/${digest}`, { method: "HEAD" });
  there.discard();
  if (there.status === 200) return;
  const started = await client.request("blobs/uploads/", { method: "POST", body: "" });
  started.discard();
  if (started.status !== 202) throw refusal(started, client, `start upload of "${digest}"`);
  const location = started.headers.get("location");
  if (location === undefined || !URL.canParse(location, started.url))
    throw new SeaworthyError(
      "network-failed",
      `start upload of "${digest}": "${client.host}" names no place`,
    );
  const place = new URL(location, started.url);
  place.searchParams.set("digest", digest);
  const headers = { "content-type": "application/octet-stream" };
  const done = await client.request(place.href, { method: "PUT", headers, body: bytes });
  done.discard();
  if (done.status !== 201) throw refusal(done, client, `upload "${digest}"`);
}

async function putManifest(
  client: RegistryClient,
  bytes: Uint8Array,
  mediaType: string,
  tag: string | undefined,
): Promise<{ readonly listed: boolean }> {
  const name = tag ?? sha256Digest(bytes);
  const headers = { "content-type": mediaType };
  const response = await client.request(`manifests/${name}`, { method: "PUT", headers, body: bytes });
  response.discard();
  if (response.status !== 201) throw refusal(response, client, `upload manifest "${name}"`);
  // Only a registry with the referrers API answers so.
  return { listed: response.headers.has("oci-subject") };
}

function refusal(response: HttpResponse, client: RegistryClient, action: string): SeaworthyError {
  const { status } = response;
  if (status < 400 || (status > 404 && status !== 429)) return statusError(response, client.host, action);
  if (status === 400 || status === 404)
    return new SeaworthyError(
      "network-failed",
      `${action}: "${client.host}" refuses it with status ${status}`,
    );
  return statusError(response, client.host, action);
}
