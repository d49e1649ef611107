import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { SeaworthyError } from "../core/errors.ts";
import { failureCode } from "./failure.ts";
import { isLoopback } from "./host-rules.ts";

/** Where a service of this machine listens: a Unix socket, or a port of loopback. */
export type LocalAddress =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "port"; readonly host: string; readonly port: number };

/** An answer whose head is there. */
export interface LocalResponse {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
  readonly discard: () => void;
}

/**
 * Reads `unix:///run/docker.sock` or `tcp://127.0.0.1:2375`, as `DOCKER_HOST` has them.
 * @throws SeaworthyError `unsupported` for other schemes and hosts.
 */
export function parseLocalAddress(text: string): LocalAddress {
  if (text.startsWith("unix://")) return { kind: "socket", path: text.slice("unix://".length) };
  if (text.startsWith("/")) return { kind: "socket", path: text };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "tcp:" && isLoopback(url.hostname) && url.port !== "")
    return { kind: "port", host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port) };
  throw new SeaworthyError(
    "unsupported",
    `connect to "${text}": neither unix:// nor tcp:// of this machine`,
    {
      hint: "name a Unix socket, or save the image there and scan the archive",
    },
  );
}

/** A text for messages. */
export function localText(address: LocalAddress): string {
  return address.kind === "socket" ? address.path : `${address.host}:${address.port}`;
}

const idle = 120_000;

/**
 * A GET to a service of this machine. `patience`: milliseconds until the head of the answer is there.
 * @throws SeaworthyError `source-unavailable`.
 */
export function requestLocal(address: LocalAddress, path: string, patience: number): Promise<LocalResponse> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...target(address), path, headers: { host: "localhost" }, agent: false });
    const timer = setTimeout(() => request.destroy(new Error(`no answer in ${patience} ms`)), patience);
    request.once("error", (thrown) => {
      clearTimeout(timer);
      reject(unavailable(address, thrown));
    });
    request.once("response", (response) => {
      clearTimeout(timer);
      resolve(answer(address, request, response));
    });
    request.end();
  });
}

function target(address: LocalAddress): RequestOptions {
  return address.kind === "socket"
    ? { socketPath: address.path }
    : { host: address.host, port: address.port };
}

function answer(address: LocalAddress, request: ClientRequest, response: IncomingMessage): LocalResponse {
  response.setTimeout(idle, () => response.destroy(new Error("the answer stopped coming")));
  response.on("error", () => {});
  return {
    status: response.statusCode ?? 0,
    body: named(address, response),
    discard: () => void request.destroy(),
  };
}

async function* named(address: LocalAddress, response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* response;
  } catch (thrown) {
    throw unavailable(address, thrown);
  }
}

/** A failure of a local connection as `source-unavailable`. */
export function unavailable(address: LocalAddress, thrown: unknown): SeaworthyError {
  if (thrown instanceof SeaworthyError) return thrown;
  const code = failureCode(thrown);
  const action = `connect to "${localText(address)}"`;
  const state = states.get(code) ?? (thrown instanceof Error ? thrown.message : String(thrown));
  const hint = code === "EACCES" ? "run as a user who may use this socket" : undefined;
  return new SeaworthyError("source-unavailable", `${action}: ${state}`, { hint, cause: thrown });
}

const states: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such socket"],
  ["ECONNREFUSED", "nobody listens there"],
  ["EACCES", "permission denied"],
  ["ECONNRESET", "the connection broke off"],
]);
