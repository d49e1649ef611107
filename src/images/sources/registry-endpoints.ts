import { SeaworthyError } from "../../core/errors.ts";
import type { ImageReference } from "../../core/reference.ts";
import { failureCode } from "../../net/failure.ts";
import { isInsecure, isLoopback } from "../../net/host-rules.ts";
import type { Network } from "../../net/http.ts";
import type { SourceRequest } from "../source.ts";
import { findCredentials } from "./credentials.ts";
import type { Endpoint } from "./registry-client.ts";

/** An address that is worked out when it is first used. */
export interface EndpointPlan {
  readonly host: string;
  readonly open: () => Promise<Endpoint>;
}

/**
 * Where to ask for a repository: the mirrors of its domain in order, then its registry.
 * @throws SeaworthyError `reference-invalid`, `usage`.
 */
export function findEndpoints(
  network: Network,
  reference: ImageReference,
  request: SourceRequest,
): readonly EndpointPlan[] {
  const { domain, path } = reference;
  if (domain === "")
    throw new SeaworthyError(
      "reference-invalid",
      `read image "${reference.canonical}": it names no registry`,
    );
  const places = { env: request.options.env, home: request.home };
  const insecureHosts = request.options.insecureRegistries ?? [];
  const plan = (
    host: string,
    login: string,
    repository: string,
    base: () => Promise<string>,
  ): EndpointPlan => {
    let search: ReturnType<typeof findCredentials> | undefined;
    const credentials = (): ReturnType<typeof findCredentials> => {
      search ??= findCredentials(login, repository, places);
      return search;
    };
    const open = async (): Promise<Endpoint> => {
      const url = `${await base()}/v2/${repository}`;
      return { url, host: login, repository, credentials };
    };
    return { host, open };
  };
  const baseOf = (host: string) => () => baseUrl(network, host, insecureHosts);
  const mirrors = mirrorsOf(domain, request).map(({ host, scheme, prefix }) => {
    const repository = prefix === "" ? path : `${prefix}/${path}`;
    return plan(
      host,
      host,
      repository,
      scheme === undefined ? baseOf(host) : async () => `${scheme}//${host}`,
    );
  });
  // Docker Hub's registry has another name than its references.
  const host = domain === "docker.io" ? "registry-1.docker.io" : domain;
  return [...mirrors, plan(host, domain, path, baseOf(host))];
}

interface Mirror {
  readonly host: string;
  readonly scheme: string | undefined;
  readonly prefix: string;
}

function mirrorsOf(domain: string, { options }: SourceRequest): readonly Mirror[] {
  const named = options.mirrors ?? {};
  const listed = (options.env["SEAWORTHY_REGISTRY_MIRRORS"] ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .flatMap((entry) => {
      const equals = entry.indexOf("=");
      if (equals < 1)
        throw new SeaworthyError("usage", `read SEAWORTHY_REGISTRY_MIRRORS: "${entry}" is not DOMAIN=URL`);
      return entry.slice(0, equals) === domain ? [entry.slice(equals + 1)] : [];
    });
  return [...(Object.hasOwn(named, domain) ? (named[domain] ?? []) : []), ...listed].map(mirror);
}

function mirror(text: string): Mirror {
  const hasScheme = /^https?:\/\//.test(text);
  const address = hasScheme ? text : `https://${text}`;
  if (!URL.canParse(address)) throw new SeaworthyError("usage", `read mirror "${text}": it is no address`);
  const { host, protocol, pathname } = new URL(address);
  const prefix = pathname.replace(/^\/(?:v2\/)?|\/+$/g, "");
  return { host, scheme: hasScheme ? protocol : undefined, prefix: prefix === "v2" ? "" : prefix };
}

// The world is asked by https only. A registry on this machine mostly has no TLS; one that was named as insecure may or may not.
async function baseUrl(network: Network, host: string, insecureHosts: readonly string[]): Promise<string> {
  const url = new URL(`https://${host}`);
  const local = isLoopback(url.hostname);
  if (!local && !isInsecure(url, { offline: false, insecureHosts })) return `https://${host}`;
  const [first, second] = local ? ["http", "https"] : ["https", "http"];
  return `${(await speaks(network, `${first}://${host}`)) ? first : second}://${host}`;
}

// A server that does not speak the scheme answers with a status of its own (400) or drops the connection.
async function speaks(network: Network, base: string): Promise<boolean> {
  try {
    const response = await network.request(`${base}/v2/`, { attempts: 1 });
    response.discard();
    return response.status !== 400;
  } catch (thrown) {
    if (["ECONNREFUSED", "ENOTFOUND"].includes(failureCode(thrown))) throw thrown;
    return false;
  }
}
