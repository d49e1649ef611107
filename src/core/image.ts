/** Platform of an image, by the OCI image specification's `platform` object. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** One entry of an image config's `history` (https://github.com/opencontainers/image-spec/blob/main/config.md). */
export interface HistoryEntry {
  readonly createdBy: string;
  /** True when the entry brought no layer (ENV, CMD …). */
  readonly emptyLayer: boolean;
  readonly created?: string | undefined;
  readonly comment?: string | undefined;
}

/** When Docker's health check runs; nanoseconds, but for `retries`. */
export interface HealthTiming {
  readonly interval?: number | undefined;
  readonly timeout?: number | undefined;
  readonly startPeriod?: number | undefined;
  readonly startInterval?: number | undefined;
  readonly retries?: number | undefined;
}

/** The parts of an OCI or Docker image config that Seaworthy uses. Absent fields are empty, never undefined. */
export interface ImageConfig {
  readonly platform: Platform;
  readonly diffIds: readonly string[];
  readonly history: readonly HistoryEntry[];
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As in `EXPOSE`: `22/tcp`. */
  readonly exposedPorts: readonly string[];
  /** As in `VOLUME`: `/data`. */
  readonly volumes: readonly string[];
  /** The command of Docker's health check, `["CMD", …]`; empty without one. OCI's config has none. */
  readonly healthcheck: readonly string[];
  readonly healthTiming?: HealthTiming | undefined;
  /** As in `STOPSIGNAL`: `SIGQUIT`. */
  readonly stopSignal?: string | undefined;
  /** Instructions for the builds on top of the image. */
  readonly onBuild?: readonly string[];
  readonly created?: string | undefined;
}

/** Where a layer's stored (maybe compressed) bytes are. A worker opens `file` and `directory` by itself; the main thread pumps `stream`. */
export type LayerContent =
  | { readonly kind: "file"; readonly path: string; readonly offset: number; readonly length: number }
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "stream"; readonly open: () => AsyncIterable<Uint8Array> }
  | {
      readonly kind: "unreadable";
      readonly code: "foreign" | "encrypted" | "unknown-type" | "missing";
      readonly reason: string;
    };

/** One layer as the manifest names it, lowest first in an image. */
export interface LayerBlob {
  /** `sha256:…` of the stored bytes as the manifest claims it; undefined where nothing claims it (docker save, directory). */
  readonly digest: string | undefined;
  /** `sha256:…` of the uncompressed tar as the config claims it; undefined for a directory. */
  readonly diffId: string | undefined;
  readonly mediaType: string;
  /** Stored bytes, as the manifest claims; undefined when unknown. */
  readonly size: number | undefined;
  readonly content: LayerContent;
}

/** An image that a source has resolved and opened: config read and verified, layers not yet read. */
export interface OpenImage {
  /** What the user wrote. */
  readonly reference: string;
  /** Manifest digest; for docker-archive the config's digest (image id); undefined for a directory. */
  readonly digest: string | undefined;
  readonly platform: Platform;
  readonly config: ImageConfig;
  /** Annotations of the manifest (and of its index entry, which lose against the manifest's). */
  readonly annotations: Readonly<Record<string, string>>;
  readonly layers: readonly LayerBlob[];
  readonly close: () => Promise<void>;
}
