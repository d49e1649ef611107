import { BlockList, isIP, isIPv4 } from "node:net";
import { SeaworthyError } from "../core/errors.ts";
import { type PublicOnly, refusePrivate } from "./public-hosts.ts";

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** To whom a connection may be opened, and how. */
export interface HostRules {
  /** True: to no other machine. What is named on loopback is reached as the daemons of this machine are. */
  readonly offline: boolean;
  /** `host` or `host:port`, for which plain HTTP and unverified TLS are allowed beside loopback. */
  readonly insecureHosts: readonly string[];
  /** Set where addresses come out of what is scanned. */
  readonly publicOnly?: PublicOnly | undefined;
}

/**
 * An absolute http or https address that the rules allow.
 * @throws SeaworthyError `network-refused` when they do not, `usage` when it is no such address.
 */
export function allowedUrl(text: string, rules: HostRules): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new SeaworthyError("usage", `open "${text.split("?", 1)[0]}": not an http or https address`);
  if (rules.offline && !isLoopback(url.hostname))
    throw new SeaworthyError("network-refused", `connect to "${url.host}": offline was asked for`, {
      hint: "leave out --offline, or name an image that is on this machine",
    });
  if (rules.publicOnly !== undefined) refusePrivate(url, rules.publicOnly);
  if (rules.publicOnly?.plainHttp === true) return url;
  if (url.protocol === "http:" && !isLoopback(url.hostname) && !isInsecure(url, rules))
    throw new SeaworthyError(
      "network-refused",
      `connect to "${url.host}": plain HTTP is allowed to loopback only`,
      {
        hint: `use https, or allow it with --insecure-registry ${url.host}`,
      },
    );
  return url;
}

/** Is plain HTTP or unverified TLS allowed to this host by name? */
export function isInsecure(url: URL, { insecureHosts }: HostRules): boolean {
  return insecureHosts.some((host) => host === url.host || host === url.hostname);
}

/** Is it this machine, by name or address? IPv6 with or without brackets. */
export function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return bare === "localhost" || bare === "::1" || (isIPv4(bare) && bare.startsWith("127."));
}

/**
 * Refuses an address of this machine that a server elsewhere names (a redirect, a token service): what it wants asked here
 * is for no good. @throws SeaworthyError `network-refused`.
 */
export function refuseInward(from: URL, to: URL): void {
  if (isLoopback(to.hostname) && !isLoopback(from.hostname))
    throw new SeaworthyError(
      "network-refused",
      `connect to "${to.host}": "${from.host}" asks for a service of this machine`,
    );
}

/**
 * The proxy that the environment names for a URL: `HTTPS_PROXY` or `HTTP_PROXY` (lower-case first, as curl) unless
 * `NO_PROXY` excepts the host. Loopback never goes through one.
 */
export function proxyOf(url: URL, env: Environment): string | undefined {
  if (isLoopback(url.hostname)) return undefined;
  const scheme = url.protocol === "https:" ? "https" : "http";
  const proxy = env[`${scheme}_proxy`] || env[`${scheme.toUpperCase()}_PROXY`] || undefined;
  if (proxy === undefined) return undefined;
  if (isExcepted(url, env["no_proxy"] || env["NO_PROXY"] || "")) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

// As Go's httpproxy reads it: names cover their subdomains, addresses may be ranges, a port narrows, "*" is all.
function isExcepted(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && (entry === "*" || coversHost(entry, host, port)));
}

function coversHost(entry: string, host: string, port: string): boolean {
  if (entry.includes("/")) return coversAddress(entry, host);
  const match = /^(?:\[(.*)\]|(.*?))(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry);
  const name = match?.[1] ?? match?.[2] ?? "";
  if (match?.[3] !== undefined && match[3] !== port) return false;
  const bare = name.replace(/^\*?\./, "");
  return host.endsWith(`.${bare}`) || (host === bare && bare === name);
}

function coversAddress(entry: string, host: string): boolean {
  const [address = "", bits = ""] = entry.split("/", 2);
  const family = isIP(address);
  const length = Number(bits);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits) || length > (family === 4 ? 32 : 128))
    return false;
  const list = new BlockList();
  const kind = family === 4 ? "ipv4" : "ipv6";
  list.addSubnet(address, length, kind);
  return list.check(host, kind);
}
