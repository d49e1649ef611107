import { codeOf, SeaworthyError } from "../../core/errors.ts";
import type { LayerContent } from "../../core/image.ts";
import type { ImageReference } from "../../core/reference.ts";
import { connectGrpc, type GrpcClient } from "../../net/grpc.ts";
import { localText } from "../../net/local-http.ts";
import { decodeMessage, encodeMessage, type Message } from "../../net/protobuf.ts";
import { checkedDigest, documentLimit } from "../config.ts";
import type { Descriptor } from "../manifest.ts";
import { type ContentStore, resolveImage } from "../resolve.ts";
import type { Opened, SourceRequest } from "../source.ts";
import { daemonAddress } from "./daemons.ts";

/**
 * Reads an image out of containerd's image and content stores, over its socket
 * (https://github.com/containerd/containerd/tree/main/api/services). Looked for in the namespace of `CONTAINERD_NAMESPACE`,
 * else in those of ctr, Kubernetes and Docker.
 * @throws SeaworthyError `source-unavailable`, `image-not-found`, and as `resolveImage`.
 */
export async function openFromContainerd(reference: ImageReference, request: SourceRequest): Promise<Opened> {
  const { env } = request.options;
  const address = daemonAddress("containerd", env, request.home);
  if (address.kind !== "socket")
    throw new SeaworthyError(
      "unsupported",
      `connect to containerd at "${localText(address)}": not a Unix socket`,
    );
  const client = connectGrpc(address.path, request.patience);
  try {
    const namespaces = env["CONTAINERD_NAMESPACE"]
      ? [env["CONTAINERD_NAMESPACE"]]
      : ["default", "k8s.io", "moby"];
    const { namespace, target } = await findImage(client, reference, namespaces);
    const store = storeOf({ client, namespace });
    return { ...(await resolveImage(store, [target], request.wanted)), close: async () => client.close() };
  } catch (thrown) {
    client.close();
    throw thrown;
  }
}

interface Found {
  readonly namespace: string;
  readonly target: Descriptor;
}

async function findImage(
  client: GrpcClient,
  reference: ImageReference,
  namespaces: readonly string[],
): Promise<Found> {
  const { domain, path, digest, canonical } = reference;
  const names = new Set([canonical, ...(digest === null ? [] : [`${domain}/${path}@${digest}`])]);
  for (const namespace of namespaces)
    for (const name of names) {
      const image = await getImage(client, namespace, name);
      if (image !== undefined) return { namespace, target: descriptorOf(image.message(3)) };
    }
  throw new SeaworthyError(
    "image-not-found",
    `read image "${canonical}" of containerd: no such name in ${namespaces.join(", ")}`,
    { hint: "list names with: ctr -n NAMESPACE images ls; choose with CONTAINERD_NAMESPACE" },
  );
}

// message Image { string name = 1; map<string, string> labels = 2; Descriptor target = 3; … }
async function getImage(client: GrpcClient, namespace: string, name: string): Promise<Message | undefined> {
  try {
    const request = encodeMessage({ 1: name });
    const answer = await one(client, "/containerd.services.images.v1.Images/Get", request, namespace);
    return answer.message(1);
  } catch (thrown) {
    if (codeOf(thrown) === "image-not-found") return undefined;
    throw thrown;
  }
}

// message Descriptor { string media_type = 1; string digest = 2; int64 size = 3; map<string, string> annotations = 5; }
function descriptorOf(message: Message): Descriptor {
  return {
    mediaType: message.text(1),
    digest: checkedDigest(message.text(2), "image of containerd"),
    size: message.number(3),
    annotations: message.map(5),
    urls: [],
  };
}

interface Place {
  readonly client: GrpcClient;
  readonly namespace: string;
}

function storeOf(place: Place): ContentStore {
  return {
    async document({ digest }) {
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of content(place, digest)) {
        size += chunk.length;
        if (size > documentLimit)
          throw new SeaworthyError(
            "limit-exceeded",
            `read "${digest}" of containerd: more than ${documentLimit} bytes`,
          );
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    },
    async layer({ digest }): Promise<LayerContent> {
      if (await isThere(place, digest)) return { kind: "stream", open: () => content(place, digest) };
      // Kubernetes nodes are often told to keep only what was unpacked (discard_unpacked_layers).
      const reason = `containerd does not hold layer "${digest}" (it may keep unpacked layers only)`;
      return { kind: "unreadable", code: "missing", reason };
    },
  };
}

async function isThere({ client, namespace }: Place, digest: string): Promise<boolean> {
  try {
    await one(
      client,
      "/containerd.services.content.v1.Content/Info",
      encodeMessage({ 1: digest }),
      namespace,
    );
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === "image-not-found") return false;
    throw thrown;
  }
}

// message ReadContentResponse { int64 offset = 1; bytes data = 2; }
async function* content({ client, namespace }: Place, digest: string): AsyncGenerator<Uint8Array> {
  const method = "/containerd.services.content.v1.Content/Read";
  let position = 0;
  for await (const bytes of client.call(method, encodeMessage({ 1: digest }), metadata(namespace))) {
    const answer = decodeMessage(bytes);
    if (answer.number(1) !== position)
      throw new SeaworthyError("malformed", `read "${digest}" of containerd: bytes out of order`);
    const data = answer.bytes(2);
    position += data.length;
    if (data.length > 0) yield data;
  }
}

async function one(
  client: GrpcClient,
  method: string,
  request: Uint8Array,
  namespace: string,
): Promise<Message> {
  for await (const bytes of client.call(method, request, metadata(namespace))) return decodeMessage(bytes);
  throw new SeaworthyError("source-unavailable", `call ${method}: no answer`);
}

function metadata(namespace: string): Readonly<Record<string, string>> {
  return { "containerd-namespace": namespace };
}
