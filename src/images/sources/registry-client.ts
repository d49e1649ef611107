import { SeaworthyError } from "../../core/errors.ts";
import { optionalText, parseJson, record } from "../../formats/shape.ts";
import { type Challenge, parseChallenges } from "../../net/challenge.ts";
import { refuseInward } from "../../net/host-rules.ts";
import { type HttpResponse, type Network, type RequestOptions, readBody } from "../../net/http.ts";
import type { CredentialSearch, Credentials } from "./credentials.ts";

/** A repository at one of the addresses where it may be read. */
export interface Endpoint {
  /** `https://registry.example.com/v2/team/app`. */
  readonly url: string;
  /** For messages: `registry.example.com`. */
  readonly host: string;
  /** Repository as the registry knows it, for the scope of a token. */
  readonly repository: string;
  readonly credentials: () => Promise<CredentialSearch>;
}

type ClientOptions = Pick<RequestOptions, "method" | "headers" | "body">;

/** Requests to one endpoint with what it wants as authorisation. */
export interface RegistryClient {
  readonly host: string;
  /**
   * `path` below the endpoint (`manifests/latest`), or an address that the registry named. Any status but 401 is the caller's.
   * Credentials go to the registry itself only. @throws SeaworthyError.
   */
  request(path: string, options?: ClientOptions): Promise<HttpResponse>;
}

/** A client that asks without credentials first, then answers the registry's challenge, and renews a token that has run out. */
export function createRegistryClient(network: Network, endpoint: Endpoint): RegistryClient {
  let authorisation: Promise<string> | undefined;
  const home = new URL(`${endpoint.url}/`);
  const send = async (path: string, options: ClientOptions): Promise<HttpResponse> => {
    const url = new URL(path, home);
    if (url.origin !== home.origin) {
      refuseInward(home, url);
      return network.request(url.href, options);
    }
    const secret = await authorisation;
    const headers = { ...options.headers, ...(secret === undefined ? {} : { authorization: secret }) };
    return network.request(url.href, { ...options, headers });
  };
  return {
    host: endpoint.host,
    async request(path, options = {}) {
      const used = authorisation;
      const first = await send(path, options);
      if (first.status !== 401) return first;
      first.discard();
      const challenges = parseChallenges(first.headers.get("www-authenticate") ?? "");
      // Layers are asked for at the same time: one of them fetches the token for all.
      if (authorisation === used) authorisation = authorise(network, endpoint, challenges);
      const second = await send(path, options);
      if (second.status !== 401) return second;
      second.discard();
      throw await refused(endpoint);
    },
  };
}

async function authorise(
  network: Network,
  endpoint: Endpoint,
  challenges: readonly Challenge[],
): Promise<string> {
  const { credentials } = await endpoint.credentials();
  if (credentials?.kind === "bearer") return `Bearer ${credentials.token}`;
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  if (bearer !== undefined) return `Bearer ${await fetchToken(network, endpoint, bearer, credentials)}`;
  const basic = challenges.some(({ scheme }) => scheme === "basic");
  if (basic && credentials?.kind === "basic") return basicHeader(credentials.user, credentials.password);
  throw await refused(endpoint);
}

function basicHeader(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

const client = "seaworthy";
const tokenLimit = 1 << 20;

// https://distribution.github.io/distribution/spec/auth/token/ and …/auth/oauth/.
async function fetchToken(
  network: Network,
  endpoint: Endpoint,
  { parameters }: Challenge,
  credentials: Credentials | undefined,
): Promise<string> {
  const realm = parameters.get("realm") ?? "";
  if (!URL.canParse(realm))
    throw new SeaworthyError(
      "auth-failed",
      `log in to "${endpoint.host}": its challenge names no address of a token service`,
    );
  refuseInward(new URL(endpoint.url), new URL(realm));
  const service = parameters.get("service");
  const scope = parameters.get("scope") ?? `repository:${endpoint.repository}:pull`;
  const response =
    credentials?.kind === "identity"
      ? await exchange(network, realm, { service, scope, token: credentials.token })
      : await ask(network, realm, { service, scope, credentials });
  if (response.status !== 200) {
    response.discard();
    throw await tokenRefused(endpoint, response, new URL(realm).host);
  }
  const what = `token for "${endpoint.host}"`;
  const answer = record(parseJson((await readBody(response, tokenLimit, what)).toString(), what), what);
  const token = optionalText(answer["token"], what) || optionalText(answer["access_token"], what);
  // A header takes no other characters: a token with them would be refused with its text in the message.
  if (!token || !/^[\x21-\x7e]+$/.test(token))
    throw new SeaworthyError("auth-failed", `log in to "${endpoint.host}": the token service gave no token`);
  return token;
}

interface TokenQuestion {
  readonly service: string | undefined;
  readonly scope: string;
}

function ask(
  network: Network,
  realm: string,
  { service, scope, credentials }: TokenQuestion & { readonly credentials: Credentials | undefined },
): Promise<HttpResponse> {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", scope);
  url.searchParams.set("client_id", client);
  if (credentials?.kind !== "basic") return network.request(url.href);
  url.searchParams.set("account", credentials.user);
  const authorization = basicHeader(credentials.user, credentials.password);
  return network.request(url.href, { headers: { authorization } });
}

function exchange(
  network: Network,
  realm: string,
  { service, scope, token }: TokenQuestion & { readonly token: string },
): Promise<HttpResponse> {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: client,
    scope,
    refresh_token: token,
  });
  if (service !== undefined) form.set("service", service);
  return network.request(realm, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
  });
}

async function tokenRefused(
  endpoint: Endpoint,
  { status }: HttpResponse,
  service: string,
): Promise<SeaworthyError> {
  if (status === 400 || status === 401 || status === 403) return refused(endpoint);
  const code = status === 429 || status >= 500 ? "network-failed" : "auth-failed";
  return new SeaworthyError(
    code,
    `log in to "${endpoint.host}": the token service "${service}" answered ${status}`,
  );
}

async function refused(endpoint: Endpoint): Promise<SeaworthyError> {
  const { credentials, problems } = await endpoint.credentials();
  const state =
    credentials === undefined ? "it wants a login, or there is no such image" : "it refuses the stored login";
  const because = problems.length === 0 ? "" : ` (${problems.join("; ")})`;
  return new SeaworthyError(
    "auth-failed",
    `read "${endpoint.repository}" at "${endpoint.host}": ${state}${because}`,
    {
      hint: `check the name, or run: docker login ${endpoint.host}`,
    },
  );
}
