import { SeaworthyError } from "../core/errors.ts";
import { type Connections, createConnections, type NetworkLimits, networkLimits } from "./connections.ts";
import { failureCode, isTransient, isUnreached, networkFailure, shownUrl } from "./failure.ts";
import { allowedUrl, type Environment, type HostRules, refuseInward } from "./host-rules.ts";
import { type Body, type OpenAt, resumed } from "./resume.ts";

/** How the network may be used. `env` names proxies (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`). */
export interface NetworkSettings extends Partial<HostRules> {
  readonly env: Environment;
  readonly limits?: Partial<NetworkLimits>;
}

/** One request. Header names in lower case. */
export interface RequestOptions {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** Fewer than the network's own, for a question to which no answer is an answer. */
  readonly attempts?: number;
}

/** An answer whose head is there. Read `body` to its end or call `discard`, else the connection stays taken. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; several values of one name joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
  /** Where it came from, after redirects. */
  readonly url: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly discard: () => void;
}

/** One download. */
export interface DownloadOptions extends Pick<RequestOptions, "headers" | "signal"> {
  /** Is told the bytes so far, and all of them where the server says how many. */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

/** A document on its way. For a status other than 200 `body` is empty. */
export interface Download {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The way out of this process: time-outs, bounds, retries, proxy and host rules are behind it. */
export interface Network {
  /**
   * Follows redirects and tries again what may fare better; any status that remains is the caller's.
   * @throws SeaworthyError `network-failed`, `network-refused`.
   */
  request(url: string, options?: RequestOptions): Promise<HttpResponse>;
  /**
   * A document of any size; a body that breaks off is resumed. Send `if-none-match` to be answered 304.
   * @throws SeaworthyError `network-failed`, `network-refused`; so does reading the body.
   */
  download(url: string, options?: DownloadOptions): Promise<Download>;
  close(): Promise<void>;
}

interface Context {
  readonly rules: HostRules;
  readonly limits: NetworkLimits;
  readonly connections: Connections;
}

/** A network by these settings. Opens and loads nothing before it is asked. */
export function createNetwork(settings: NetworkSettings): Network {
  const { offline = false, insecureHosts = [], publicOnly } = settings;
  const rules = { offline, insecureHosts, publicOnly };
  const limits = { ...networkLimits, ...settings.limits };
  const connections = createConnections(rules, settings.env, limits);
  const context: Context = { rules, limits, connections };
  return {
    request: (url, options = {}) => persist(context, url, options),
    download: (url, options = {}) => download(context, url, options),
    close: () => connections.close(),
  };
}

/** The rest of a small answer as bytes. @throws SeaworthyError `limit-exceeded` above `limit` bytes, `network-failed`. */
export async function readBody(response: HttpResponse, limit: number, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > limit)
      throw new SeaworthyError(
        "limit-exceeded",
        `read ${what}: more than ${limit} bytes from ${shownUrl(response.url)}`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A body that is opened again where it broke off, for callers with their own way of opening (a token to renew). */
export function resumable(open: OpenAt, body: Omit<Body, "attempts">): AsyncIterable<Uint8Array> {
  return resumed(open, { ...body, attempts: networkLimits.attempts });
}

async function download(context: Context, url: string, options: DownloadOptions): Promise<Download> {
  const open: OpenAt = (range) =>
    persist(context, url, { signal: options.signal, headers: { ...options.headers, ...range } });
  const first = await open({});
  if (first.status !== 200) {
    first.discard();
    return { status: first.status, headers: first.headers, body: nothing() };
  }
  const { limits } = context;
  const body = resumed(open, {
    first,
    what: shownUrl(url),
    attempts: limits.attempts,
    onProgress: options.onProgress,
  });
  return { status: first.status, headers: first.headers, body };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

const repeatable: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

async function persist(context: Context, url: string, options: RequestOptions): Promise<HttpResponse> {
  const { limits } = context;
  const end = Date.now() + limits.deadline;
  const attempts = options.attempts ?? limits.attempts;
  for (let attempt = 1; ; attempt += 1) {
    const backOff = limits.backOff * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
    let wait: number | undefined;
    try {
      const response = await follow(context, url, options);
      if (!repeatable.has(response.status)) return response;
      wait = waitOf(response, backOff, limits);
      if (wait === undefined || attempt >= attempts || Date.now() + wait > end) return response;
      response.discard();
    } catch (thrown) {
      options.signal?.throwIfAborted();
      const most = isUnreached(thrown) ? Math.min(attempts, 2) : attempts;
      if (!isTransient(thrown) || attempt >= most || Date.now() + backOff > end) throw thrown;
      wait = backOff;
    }
    await pause(wait, options.signal);
  }
}

// What the server asks for, in seconds or as a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
function waitOf(response: HttpResponse, backOff: number, limits: NetworkLimits): number | undefined {
  const asked = response.headers.get("retry-after");
  if (asked === undefined) return backOff;
  const wait = /^\d{1,9}$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - Date.now();
  if (Number.isNaN(wait)) return backOff;
  return wait > limits.longestWait ? undefined : Math.max(wait, 0);
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

const mostRedirects = 8;

async function follow(context: Context, first: string, options: RequestOptions): Promise<HttpResponse> {
  let url = allowedUrl(first, context.rules);
  let request = withUser(url, options);
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(context, url, request);
    const location = response.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined) return response;
    response.discard();
    if (redirects === mostRedirects)
      throw new SeaworthyError(
        "network-failed",
        `open ${shownUrl(first)}: more than ${mostRedirects} redirects`,
      );
    const next = redirectTarget(location, url, context.rules);
    request = redirected(request, response.status, next.origin === url.origin);
    url = next;
  }
}

function withUser(url: URL, options: RequestOptions): RequestOptions {
  if (url.username === "" || options.headers?.["authorization"] !== undefined) return options;
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const authorization = `Basic ${Buffer.from(user).toString("base64")}`;
  return { ...options, headers: { ...options.headers, authorization } };
}

function redirectTarget(location: string, from: URL, rules: HostRules): URL {
  if (!URL.canParse(location, from.href))
    throw new SeaworthyError(
      "network-failed",
      `open ${shownUrl(from)}: redirect to an address that is no URL`,
    );
  const target = new URL(location, from.href);
  if (from.protocol === "https:" && target.protocol === "http:")
    throw new SeaworthyError(
      "network-refused",
      `open ${shownUrl(from)}: redirect from https to http at "${target.host}"`,
    );
  refuseInward(from, target);
  return allowedUrl(target.href, rules);
}

// A secret is for the one who was asked; after a redirect by 303 (and 301, 302 of a POST) the method is GET.
function redirected(request: RequestOptions, status: number, sameOrigin: boolean): RequestOptions {
  const { method = "GET", body, headers = {}, ...rest } = request;
  const { authorization: _secret, cookie: _cookie, ...open } = headers;
  const kept = sameOrigin ? headers : open;
  const toGet = status === 303 || (method === "POST" && status < 307);
  if (toGet || body === undefined)
    return { ...rest, headers: kept, method: method === "HEAD" ? "HEAD" : "GET" };
  if (!sameOrigin)
    throw new SeaworthyError(
      "network-refused",
      "follow redirect: it would hand what was posted to another host",
    );
  return { ...rest, headers: kept, method, body };
}

async function send(context: Context, url: URL, options: RequestOptions): Promise<HttpResponse> {
  const { method = "GET", headers = {}, body, signal } = options;
  const common = { "user-agent": "seaworthy", accept: "*/*", "accept-encoding": "identity" };
  try {
    const dispatcher = await context.connections.dispatcherFor(url);
    const response = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { ...common, ...headers },
      body: body ?? null,
      signal: signal ?? null,
    });
    const stream = response.body;
    // A body that nobody waits for any more may still fail.
    stream.on("error", () => {});
    return {
      status: response.statusCode,
      headers: flatten(response.headers),
      url: url.href,
      body: named(stream, url, signal),
      discard: () => void stream.destroy(),
    };
  } catch (thrown) {
    signal?.throwIfAborted();
    throw networkFailure(`connect to "${url.host}"`, thrown);
  }
}

function flatten(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat.set(name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value);
  return flat;
}

async function* named(
  stream: AsyncIterable<Uint8Array>,
  url: URL,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (thrown) {
    signal?.throwIfAborted();
    throw failureCode(thrown) === "" ? thrown : networkFailure(`read ${shownUrl(url)}`, thrown);
  }
}
