/** Where an image's own configuration says that its package manager fetches from. Written by a stranger. */
export type PackageRepository =
  | {
      readonly kind: "apt";
      /** `http://mirror.example.org/debian`. */
      readonly uri: string;
      /** `bookworm`; a path that ends in a slash for a flat repository. `$(ARCH)` in it stands for the architecture. */
      readonly suite: string;
      /** `main` …; empty for a flat repository. */
      readonly components: readonly string[];
      /** Architectures that it is for alone; absent: all. */
      readonly architectures?: readonly string[] | undefined;
    }
  | { readonly kind: "apk"; readonly uri: string }
  /** One that is not asked: not on the web, or written wrong. */
  | { readonly kind: "unread"; readonly text: string };

/** One version of a package in the index of a repository. */
export interface OfferedVersion {
  readonly version: string;
  /** Source package and its version; of apk packages the same version. */
  readonly source: { readonly name: string; readonly version: string };
  /** `YYYY-MM-DD` of its build, where the index says it (apk). */
  readonly built?: string | undefined;
}

/** What repositories offer of the packages that were asked for. */
export interface PackageIndex {
  readonly type: "deb" | "apk";
  readonly offers: ReadonlyMap<string, readonly OfferedVersion[]>;
}
