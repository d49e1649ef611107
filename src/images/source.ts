import type { PublicOnly } from "../net/public-hosts.ts";
import type { WantedPlatform } from "./platform.ts";
import type { ResolvedImage } from "./resolve.ts";

/** How an image may be looked for. */
export interface OpenOptions {
  /** Environment variables: proxies, `DOCKER_HOST`, `DOCKER_CONFIG`, `CONTAINERD_ADDRESS`, `SEAWORTHY_REGISTRY_MIRRORS` … */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's directory; by default the system's word. */
  readonly home?: string | undefined;
  /** `OS/ARCHITECTURE[/VARIANT]`; by default Linux on this machine's processor. */
  readonly platform?: string | undefined;
  /** True: nothing but this machine is asked. */
  readonly offline?: boolean | undefined;
  /** Domain → base URLs that are asked before it. Beside those of `SEAWORTHY_REGISTRY_MIRRORS`. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>> | undefined;
  /** `host` or `host:port`, for which plain HTTP and unverified TLS are allowed. */
  readonly insecureRegistries?: readonly string[] | undefined;
  /** Set where the reference comes out of what is scanned. */
  readonly publicOnly?: PublicOnly | undefined;
}

/** Where to look, and for what. */
export interface SourceRequest {
  readonly options: OpenOptions;
  readonly home: string;
  readonly wanted: WantedPlatform;
  /** Milliseconds that a daemon of this machine has for its first answer. */
  readonly patience: number;
}

/** A resolved image and what must be closed after it. */
export type Opened = ResolvedImage & { readonly close: () => Promise<void> };
