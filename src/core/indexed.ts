import type { ImageConfig, Platform } from "./image.ts";
import type { Distro, HiddenPackage, Package } from "./package.ts";
import type { PackageRepository } from "./package-repository.ts";
import type { PluginRun } from "./plugin.ts";
import type { Gap, ReportLayer } from "./report.ts";
import type { TreeSights } from "./sights.ts";

/** `directory`: a root file system without any config. Docker's own config may hold a health check, OCI's cannot. */
export type ImageFormat = "docker" | "oci" | "directory";

/** An image whose layers were read and merged: all that matching needs, no bytes. Made once by digest, matched for ever. */
export interface IndexedImage {
  readonly reference: string;
  readonly digest: string | undefined;
  readonly format: ImageFormat;
  readonly platform: Platform;
  readonly config: ImageConfig;
  readonly annotations: Readonly<Record<string, string>>;
  /** From the merged tree's os-release; undefined when there is none that can be read. */
  readonly distro: Distro | undefined;
  readonly layers: readonly ReportLayer[];
  /** Sorted by purl, then first location. */
  readonly packages: readonly Package[];
  readonly hiddenPackages: readonly HiddenPackage[];
  readonly runs: readonly PluginRun[];
  /** What the bytes themselves left unread or contradictory. Gaps that need advisories (end of life, no feed) come from matching. */
  readonly gaps: readonly Gap[];
  readonly unownedExecutables: readonly { readonly path: string; readonly layer: number }[];
  /** In words what of the image's history could not be used or joined; touches no verdict. */
  readonly notes: readonly string[];
  readonly files: number;
  readonly bytes: number;
  readonly sights: TreeSights;
  /** Where the image's package managers fetch from, sorted by the files that say it; absent: nowhere. */
  readonly repositories?: readonly PackageRepository[] | undefined;
}

/** The part of an indexed image that comes from its layers' bytes alone: the same for the same layers. */
export type ImageContent = Pick<
  IndexedImage,
  | "distro"
  | "packages"
  | "hiddenPackages"
  | "runs"
  | "gaps"
  | "unownedExecutables"
  | "files"
  | "bytes"
  | "sights"
  | "repositories"
>;
