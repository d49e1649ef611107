import { lookup as dnsLookup } from "node:dns";
import type { Agent, Dispatcher, ProxyAgent } from "undici";
import { type Environment, type HostRules, isInsecure, proxyOf } from "./host-rules.ts";
import { isNamed, publicLookup } from "./public-hosts.ts";

/** How long to wait for whom, in milliseconds, and how often to try again. */
export interface NetworkLimits {
  readonly connect: number;
  /** From the request to the end of the answer's head. */
  readonly headers: number;
  /** Between two pieces of a body. */
  readonly idle: number;
  /** For a request with its repetitions and waits, until the head of the answer is there. */
  readonly deadline: number;
  readonly attempts: number;
  /** Wait before the second attempt; doubled for each further one. */
  readonly backOff: number;
  /** A server that asks for a longer wait than this gets no further attempt. */
  readonly longestWait: number;
}

/** Bounds by default. */
export const networkLimits: NetworkLimits = {
  connect: 15_000,
  headers: 60_000,
  idle: 60_000,
  deadline: 300_000,
  attempts: 5,
  backOff: 500,
  longestWait: 120_000,
};

/** Open connections, kept alive between requests. */
export interface Connections {
  dispatcherFor(url: URL): Promise<Dispatcher>;
  close(): Promise<void>;
}

interface Undici {
  readonly Agent: typeof Agent;
  readonly ProxyAgent: typeof ProxyAgent;
}

/** Nothing is loaded or opened before the first request: most scans never make one. */
export function createConnections(rules: HostRules, env: Environment, limits: NetworkLimits): Connections {
  const open = new Map<string, Dispatcher>();
  return {
    async dispatcherFor(url) {
      const secure = !isInsecure(url, rules);
      const proxy = proxyOf(url, env);
      // A proxy looks names up itself: what its network may reach is its own to say.
      const anywhere =
        proxy !== undefined || rules.publicOnly === undefined || isNamed(url, rules.publicOnly.beside);
      const key = `${secure} ${anywhere} ${url.protocol === "https:"} ${proxy ?? ""}`;
      const known = open.get(key);
      if (known !== undefined) return known;
      const tls = url.protocol === "https:" || proxy?.startsWith("https:") ? await tlsOptions(secure) : {};
      const undici = await import("undici");
      const lookup = anywhere ? {} : { lookup: publicLookup(dnsLookup) };
      const made = open.get(key) ?? createDispatcher(undici, { ...tls, ...lookup }, proxy, limits);
      open.set(key, made);
      return made;
    },
    async close() {
      const all = [...open.values()];
      open.clear();
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function createDispatcher(
  { Agent, ProxyAgent }: Undici,
  how: object,
  proxy: string | undefined,
  limits: NetworkLimits,
): Dispatcher {
  const connect = { ...how, timeout: limits.connect };
  const common = { allowH2: false, headersTimeout: limits.headers, bodyTimeout: limits.idle };
  if (proxy === undefined) return new Agent({ ...common, connect });
  return new ProxyAgent({ ...common, uri: proxy, requestTls: connect, proxyTls: connect });
}

// Node trusts its own list and NODE_EXTRA_CA_CERTS; a company's authority is mostly in the system's store, which OpenSSL
// finds by SSL_CERT_FILE and SSL_CERT_DIR. One context for all connections: making it costs some 10 ms.
async function tlsOptions(verified: boolean): Promise<object> {
  const tls = await import("node:tls");
  if (!verified) return { rejectUnauthorized: false };
  const ca = [...new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")])];
  return { secureContext: tls.createSecureContext({ ca }) };
}
